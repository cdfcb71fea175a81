"""Lookups: the engineer's spreadsheet, joined by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from uns.finding import FilePlace


class Row(NamedTuple):
    """One row: its cells in the order of the lookup's columns, and where it and each cell stand."""

    cells: tuple[str, ...]
    line: int
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table with a key; `index` finds rows, exact cells before `*`."""

    name: str
    file: str
    """The file that the cells stand in: a CSV, or the rule file of inline rows."""
    place: FilePlace
    """Of the lookup's declaration."""
    key: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    missing: Literal["reject", "ignore"] = "reject"

    def place_of(self, row: Row, column: str | None = None) -> FilePlace:
        if column is None:
            return FilePlace(self.file, row.line, row.columns[0] if row.columns else 1)
        return FilePlace(self.file, row.line, row.columns[self.columns.index(column)])
