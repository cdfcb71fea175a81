"""Cells of a lookup: columns with a meaning, keys that stand once, what a spreadsheet has rewritten."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from uns.finding import FilePlace
from uns.naming.joining import YES
from uns.naming.lookup import Lookup, Row
from uns.naming.parse.csv import Table
from uns.naming.parse.scalar import duration_of, unit
from uns.naming.parse.scope import Scope
from uns.naming.parse.states import named_states
from uns.naming.unit import canonical

_NUMBER: Final = re.compile(r"[-+]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][-+]?[0-9]{1,2})?")
_BIT: Final = re.compile(r"[0-9]|[1-5][0-9]|6[0-3]")
_MONTHS: Final = "Jan|Feb|Mar|Mär|Mrz|Apr|May|Mai|Jun|Jul|Aug|Sep|Oct|Okt|Nov|Dec|Dez"
_MANGLED: Final = re.compile(
    rf"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{{2,3}}|#{{3,}}|#(?:NAME\?|REF!|VALUE!|NUM!|DIV/0!|N/A|WERT!|BEZUG!|NV)"
    rf"|[0-9]{{1,2}}(?:-|\. ?)(?:{_MONTHS})|(?:{_MONTHS})[- ][0-9]{{1,2}}"
)
NO: Final = frozenset({"no", "false", "0", ""})

Check = Callable[[str, str, FilePlace], None]
"""Of a cell as it is read, as it is written, and where."""


def normal_cells(table: Table, units: Mapping[str, str]) -> tuple[Row, ...]:
    """The rows with numbers as rule files write them and units as UCUM codes."""
    numbers = {"factor", "offset"} if table.separator == ";" else set()
    change = [position for position, name in enumerate(table.columns) if name in numbers or name == "unit"]
    if not change:
        return table.rows

    def normal(cells: tuple[str, ...]) -> tuple[str, ...]:
        new = list(cells)
        for position in change:
            cell = new[position]
            new[position] = canonical(units, cell) if table.columns[position] == "unit" else cell.replace(",", ".")
        return tuple(new)

    return tuple(row._replace(cells=normal(row.cells)) for row in table.rows)


def check_cells(lookup: Lookup, table: Table, scope: Scope) -> None:
    """Every cell of a column with a meaning; every cell for the marks of a spreadsheet; every key for its twin.

    `table` is what the lookup was made of, with the cells as they are written.
    """
    checks = _checks(scope)
    meant = [(position, checks[name]) for position, name in enumerate(lookup.columns) if name in checks]
    seen: dict[tuple[int, str], bool] = {}
    for row, raw in zip(lookup.rows, table.rows, strict=True):
        for position, check in meant:
            cell = row.cells[position]
            if cell and seen.get((position, cell)) is not True:
                before = scope.report.errors
                check(cell, raw.cells[position], FilePlace(lookup.file, row.line, row.columns[position]))
                seen[position, cell] = scope.report.errors == before
    _check_mangled(lookup, scope)
    _check_keys(lookup, scope)


def _checks(scope: Scope) -> dict[str, Check]:
    def number(name: str, cell: str, written: str, place: FilePlace) -> None:
        if not _NUMBER.fullmatch(cell):
            remedy = "write a number, without separators between thousands"
            scope.report.add("lookup-shape", f"`{written[:60]}` is no number for `{name}`", remedy, place)

    def bit(cell: str, written: str, place: FilePlace) -> None:
        if not _BIT.fullmatch(cell):
            scope.report.add("lookup-shape", f"`{written[:60]}` is no bit", "write a number from 0 to 63", place)

    def ignore(cell: str, written: str, place: FilePlace) -> None:
        if cell.lower() not in YES | NO:
            scope.report.add("lookup-shape", f"`{written[:60]}` in `ignore`", "write `yes`, or leave it empty", place)

    def every(cell: str, written: str, place: FilePlace) -> None:
        if duration_of(cell) is None:
            scope.report.add("lookup-shape", f"`{written[:60]}` is no duration", "write one such as `60s`", place)

    def units(cell: str, written: str, place: FilePlace) -> None:
        unit(cell, scope.units, place, scope.report)

    def states(cell: str, written: str, place: FilePlace) -> None:
        named_states(cell, place, scope)

    return {
        "factor": partial(number, "factor"),
        "offset": partial(number, "offset"),
        "bit": bit,
        "ignore": ignore,
        "every": every,
        "unit": units,
        "states": states,
    }


def _check_mangled(lookup: Lookup, scope: Scope) -> None:
    free = [position for position, name in enumerate(lookup.columns) if name not in ("factor", "offset", "description")]
    for row in lookup.rows:
        for position in free:
            cell = row.cells[position]
            if cell and (cell[0] in "#0123456789" or cell[-1:].isdigit()) and _MANGLED.fullmatch(cell):
                message = f"`{cell[:60]}` looks rewritten by a spreadsheet"
                place = FilePlace(lookup.file, row.line, row.columns[position])
                scope.report.add("lookup-mangled", message, "format the column as text", place)


def _check_keys(lookup: Lookup, scope: Scope) -> None:
    """A key may stand in several rows only where each of them is another bit."""
    for _, rows in lookup.shelves:
        for numbers in rows.values():
            if not isinstance(numbers, int):
                _check_twins([lookup.rows[number] for number in numbers], lookup, scope)


def _check_twins(rows: list[Row], lookup: Lookup, scope: Scope) -> None:
    remedy = "remove one, or correct its `bit`" if "bit" in lookup.columns else "remove one, or give each its `bit`"
    taken: dict[str, int] = {}
    for row in rows:
        bit = lookup.cell(row, "bit")
        if taken and (bit in taken or "" in taken or not bit):
            key = ",".join(lookup.cell(row, column) for column in lookup.key)
            also = taken.get(bit, next(iter(taken.values())))
            place = lookup.place_of(row, lookup.key[0])
            scope.report.add("lookup-duplicate", f"key {key[:100]} stands also at line {also}", remedy, place)
        taken.setdefault(bit, row.line)
