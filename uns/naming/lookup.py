"""Lookups: the engineer's spreadsheet, joined by key."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from uns.finding import FilePlace, nearest

ANY: Final = "*"
"""A key cell that matches anything."""
NEAR: Final = 40
"""How many neighbours in key order are looked at for a likely spelling, on either side."""


class Row(NamedTuple):
    """One row: its cells in the order of the lookup's columns, and where it and each cell stand."""

    cells: tuple[str, ...]
    line: int
    columns: tuple[int, ...]


class Shelf(NamedTuple):
    """The rows that are exact in the same key columns: `exact` positions of the key → numbers of rows."""

    exact: tuple[int, ...]
    rows: Mapping[tuple[str, ...], int | tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table with a key; exact cells are found before `*`, and the leftmost exact cells win."""

    name: str
    file: str
    """The file that the cells stand in: a CSV, or the rule file of inline rows."""
    place: FilePlace
    """Of the lookup's declaration."""
    key: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    missing: Literal["reject", "ignore"] = "reject"
    shelves: tuple[Shelf, ...] = field(init=False, repr=False, compare=False)
    keys: tuple[tuple[str, ...], ...] = field(init=False, repr=False, compare=False)
    """Of the rows without `*`, sorted."""

    def __post_init__(self) -> None:
        shelves = _shelve(self.key, self.columns, self.rows)
        whole = tuple(range(len(self.key)))
        object.__setattr__(self, "shelves", shelves)
        object.__setattr__(
            self, "keys", tuple(sorted(key for each in shelves if each.exact == whole for key in each.rows))
        )

    def find(self, values: tuple[str, ...]) -> tuple[Row, ...]:
        """The rows of this key, in the table's order: one, one per bit, or none."""
        for exact, rows in self.shelves:
            key = values if len(exact) == len(values) else tuple(values[position] for position in exact)
            numbers = rows.get(key)
            if numbers is not None:
                return (self.rows[numbers],) if isinstance(numbers, int) else tuple(self.rows[each] for each in numbers)
        return ()

    def cell(self, row: Row, column: str) -> str:
        """What the row holds there; empty where the table has no such column."""
        return row.cells[self.columns.index(column)] if column in self.columns else ""

    def nearest_key(self, values: tuple[str, ...]) -> str | None:
        """The key that stands nearest in the alphabet and in spelling, its cells joined by commas."""
        at = bisect_left(self.keys, values)
        return nearest(",".join(values), [",".join(key) for key in self.keys[max(0, at - NEAR) : at + NEAR]])

    def place_of(self, row: Row, column: str | None = None) -> FilePlace:
        if column is None:
            return FilePlace(self.file, row.line, row.columns[0] if row.columns else 1)
        return FilePlace(self.file, row.line, row.columns[self.columns.index(column)])


def _shelve(key: tuple[str, ...], columns: tuple[str, ...], rows: Iterable[Row]) -> tuple[Shelf, ...]:
    """The shelves in the order in which they are tried: the leftmost exact cells first."""
    positions = [columns.index(each) for each in key]
    shelves: dict[tuple[bool, ...], dict[tuple[str, ...], int | tuple[int, ...]]] = {}
    for number, row in enumerate(rows):
        cells = tuple([row.cells[position] for position in positions])
        mask = tuple([cell == ANY for cell in cells]) if ANY in cells else ()
        shelf = shelves.setdefault(mask, {})
        exact = tuple(cell for cell in cells if cell != ANY) if mask else cells
        before = shelf.get(exact)
        if before is None:
            shelf[exact] = number
        else:
            shelf[exact] = (*((before,) if isinstance(before, int) else before), number)
    return tuple(Shelf(_exact(mask, len(key)), shelves[mask]) for mask in sorted(shelves))


def _exact(mask: tuple[bool, ...], count: int) -> tuple[int, ...]:
    return tuple(position for position in range(count) if not mask or not mask[position])
