"""`docs/isa-95.md`: every public field of the registry has its place there, and it names no field that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from uns.naming.parse.standard import ROLES
from uns.registry.csv import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "isa-95.md").read_text("utf-8")
NAMED = set(re.findall(r"`([a-z][a-z-]*\.[a-z]+)`", PAGE))
IN_PAYLOADS_ONLY = {"shift.date"}


def fields(kind: str) -> set[str]:
    columns = {column for name, sheet in KINDS.items() if name == kind for column in sheet.columns}
    noun = {"batches": "batch"}.get(kind, kind.removesuffix("s"))
    return {f"{noun}.{column}" for column in columns}


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"shift-exceptions"}))
def test_every_field_of_a_noun_has_its_row(kind: str) -> None:
    assert fields(kind) - NAMED == set()


def test_no_field_is_named_that_is_not_there() -> None:
    assert NAMED - {field for kind in KINDS for field in fields(kind)} == IN_PAYLOADS_ONLY


@pytest.mark.parametrize("role", ROLES)
def test_every_role_of_a_level_has_its_row(role: str) -> None:
    assert f"`role: {role}`" in PAGE
