"""Cells as what they stand for; one that cannot be read is a finding at its line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple, cast
from zoneinfo import ZoneInfo

from uns.context.believable import LONGEST, ambiguity, misstated, on_the_clocks
from uns.context.values import State
from uns.context.written import DAYS
from uns.equipment import EquipmentPath
from uns.finding import FilePlace, Malformed
from uns.instant import Instant
from uns.naming.equipment import OffStandard, read_equipment, role_of
from uns.naming.lookup import Row
from uns.naming.parse.report import Report
from uns.naming.standard import Standard

_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])(?::00)?")
_NUMBER: Final = re.compile(r"[-+]?[0-9]{1,30}(\.[0-9]{1,30})?")
_WORDS: Final = frozenset({"id", "name", "product", "order", "crew", "steward", "state"})
_PROSE: Final = 2_000


class Columns(NamedTuple):
    """Where a sheet's columns are, how it writes numbers, and what equipment its cells were read as so far."""

    positions: Mapping[str, int]
    file: str
    decimal: str
    equipment: dict[str, EquipmentPath]


class Cells:
    """One row, read by column names. `sound` turns False with the first cell that could not be read."""

    def __init__(self, row: Row, sheet: Columns, report: Report, standard: Standard) -> None:
        self._row, self._columns, self._file, self._decimal = row, sheet.positions, sheet.file, sheet.decimal
        self._report, self._standard, self._equipment = report, standard, sheet.equipment
        self.sound = True
        for column, position in self._columns.items():
            if not is_plain(row.cells[position], column):
                remedy = f"write up to {_most(column)} characters that can be printed"
                self.wrong(column, f"{row.cells[position]!r:.60} cannot be kept", remedy)

    def place(self, column: str | None = None) -> FilePlace:
        position = self._columns.get(column or "", 0)
        return FilePlace(self._file, self._row.line, self._row.columns[position])

    def wrong(self, column: str | None, message: str, remedy: str, code: str = "row-invalid") -> None:
        self.sound = False
        self._report.add(code, message, remedy, self.place(column))

    def has(self, column: str) -> bool:
        return column in self._columns

    def text(self, column: str) -> str | None:
        """None where the cell is empty or the column is not there."""
        position = self._columns.get(column)
        return (self._row.cells[position] or None) if position is not None else None

    def required(self, column: str) -> str:
        cell = self.text(column)
        if cell is None:
            self.wrong(column, f"`{column}` is empty", f"write the {column}")
        return cell or ""

    def equipment(self, column: str) -> EquipmentPath | None:
        """With or without the root; judged by the standard's levels."""
        cell = self.required(column)
        if not cell:
            return None
        known = self._equipment.get(cell)
        if known is not None:
            return known
        try:
            return self._equipment.setdefault(cell, read_equipment(self._standard, cell))
        except OffStandard as error:
            # A sheet has neither lookups nor transforms.
            remedy = "write it as `uns ls` shows it" if error.code == "level-not-allowed" else error.remedy
            self.wrong(column, str(error), remedy, error.code)
        except Malformed as error:
            self.wrong(column, str(error), error.remedy)
        return None

    def check_role(self, column: str, path: EquipmentPath) -> None:
        """It follows from the path: a sheet may say it, as `export` does, but not otherwise."""
        cell, role = self.text(column), role_of(self._standard, path)
        if cell is not None and role is not None and _folded(cell) != _folded(role):
            message = f"{path} is no `{cell[:60]}`: by the levels of the standard it is a `{role}`"
            self.wrong(column, message, f"write `{role}` or nothing, or correct the path")

    def instant(self, column: str, site: str) -> Instant | None:
        """None where it is empty or wrong, which `sound` tells apart."""
        cell = self.text(column)
        known = self._standard.sites.get(site)
        if cell is None or known is None:
            return None
        zone = ZoneInfo(known.zone)
        try:
            instant = on_the_clocks(cell, zone)
        except Malformed as error:
            self.wrong(column, str(error), error.remedy, error.code)
            return None
        doubt = ambiguity(cell, zone, self.place(column))
        if doubt is not None:
            self._report.take(doubt)
        return instant

    def date(self, column: str) -> date | None:
        cell = self.text(column)
        if cell is None:
            return None
        try:
            return date.fromisoformat(cell)
        except ValueError:
            self.wrong(column, f"`{cell[:60]}` is no date", "write it as 2026-11-20")
            return None

    def minutes(self, column: str) -> int | None:
        """Minutes after midnight; a stop at 24:00 is midnight of the next day."""
        cell = self.text(column)
        if cell is None:
            return None
        match = _CLOCK.fullmatch(cell)
        minutes = int(match[1]) * 60 + int(match[2]) if match else 24 * 60 + 1
        if minutes > 24 * 60 or (minutes == 24 * 60 and column != "stop"):
            self.wrong(column, f"`{cell[:60]}` is no time of day", "write it as 06:00")
        return minutes % (24 * 60)

    def days(self, column: str) -> frozenset[int]:
        """`mon-sun`, `mon-fri` or a list with blanks; a range may go over the week's end."""
        found: set[int] = set()
        for part in self.required(column).lower().split():
            first, _, last = part.partition("-")
            if first not in DAYS or (last or first) not in DAYS:
                self.wrong(column, f"`{part[:60]}` names no days", "write mon-sun, mon-fri, or a list: mon wed fri")
                continue
            begin, end = DAYS.index(first), DAYS.index(last or first)
            found.update(day % 7 for day in range(begin, end + 1 if end >= begin else end + 8))
        return frozenset(found)

    def number(self, column: str) -> int | float | None:
        cell = self.text(column)
        if cell is None:
            return None
        match = _NUMBER.fullmatch(cell.replace(self._decimal, "."))
        if match is None:
            self.wrong(column, f"`{cell[:60]}` is no number", f"write it as 1200 or 12{self._decimal}5")
            return None
        return float(match[0]) if match[1] else int(match[0])

    def state(self, stops: bool) -> State | None:
        """Of a batch, in the column `state`; `stops` is whether its stop is known."""
        cell = self.text("state")
        for message, remedy in () if cell is None else misstated(cell, stops):
            self.wrong("state", message, remedy, "batch-state")
        return cast("State | None", cell)

    def whole(self, column: str, most: int) -> int | None:
        """A number from 1 on."""
        cell = self.text(column)
        if cell is None:
            return None
        if not (cell.isascii() and cell.isdigit() and 1 <= int(cell[:9]) <= most):
            self.wrong(column, f"`{cell[:60]}` is no number from 1 to {most}", "write it in digits")
            return None
        return int(cell)

    def others(self, but: frozenset[str]) -> dict[str, str]:
        """The columns that have no meaning of their own, as attributes; empty cells are none."""
        return {name: cell for name in self._columns if name not in but and (cell := self.text(name)) is not None}


def is_plain(cell: str, column: str) -> bool:
    """Whether it can be kept and shown: words on one line, prose on several."""
    text = cell if column in _WORDS else cell.replace("\n", " ")
    return len(cell) <= _most(column) and (text.isprintable() or not text)


def _folded(role: str) -> str:
    """Work Center, work-center and work_center are one."""
    return role.casefold().replace("_", "").replace("-", "").replace(" ", "")


def _most(column: str) -> int:
    return LONGEST if column in _WORDS else _PROSE


def written_days(days: frozenset[int]) -> str:
    """As `days` reads them."""
    return "mon-sun" if len(days) == 7 else " ".join(DAYS[day] for day in sorted(days))
