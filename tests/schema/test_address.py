"""Addresses in references."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uns.schema.address import decoded, encoded, leads_outside


@pytest.mark.parametrize(
    ("address", "outside"),
    [("common/unit.json", False), ("../a b.json", False), ("http://x", True), ("file:/x", True), ("//h/x", True),
     ("/x", True), ("C:\\x", True), ("urn:x", True), ("a/b:c", False)],
)  # fmt: skip
def test_only_neighbours_are_inside(address: str, outside: bool) -> None:
    assert leads_outside(address) is outside


@given(st.text(st.characters(codec="utf-8")))
def test_what_is_encoded_decodes_to_itself(text: str) -> None:
    assert decoded(encoded(text)) == text


def test_bytes_that_are_no_text_name_nothing() -> None:
    assert decoded("a%FFb%zz") == "a\ufffdb%zz"
