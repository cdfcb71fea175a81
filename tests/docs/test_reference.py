"""The reference pages are what the code makes them, and every finding has an example."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from support.findings import NOT_BUILT, examples

from uns.codes import CODES

DOCS = Path(__file__).parents[2] / "docs"
SPEC = importlib.util.spec_from_file_location("make", DOCS / "make.py")
assert SPEC is not None
assert SPEC.loader is not None
make = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(make)


@pytest.mark.parametrize("page", make.PAGES)
def test_a_reference_page_is_what_the_code_makes_it(page: str) -> None:
    assert (DOCS / page).read_text("utf-8") == make.PAGES[page](), "run `make docs`"


def test_every_code_has_an_example_but_those_of_features_to_come() -> None:
    assert set(CODES) - set(examples()) == set(NOT_BUILT)
