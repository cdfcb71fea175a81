"""Importing a sheet: checked whole, every bad row named, then all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Engine

from uns.finding import FilePlace, Finding, Severity, nearest
from uns.instant import rfc3339
from uns.naming.lookup import Row
from uns.naming.parse.csv import Table, read_csv
from uns.naming.parse.report import Report
from uns.naming.standard import Standard
from uns.registry.csv.attributes import products_as_held
from uns.registry.csv.batches import put_batches, refuse_overlaps
from uns.registry.csv.cells import Cells, Columns, is_plain
from uns.registry.csv.equipment import put_equipment
from uns.registry.csv.kinds import KINDS, Kind, Sheet
from uns.registry.csv.shifts import put_shifts, refuse_doubled
from uns.registry.held import Tally
from uns.registry.nouns import EQUIPMENT, PRODUCTS, SHIFT_PATTERNS
from uns.registry.writing import Author, writing

Watch = Callable[[Sequence[Row]], Iterable[Row]]
"""The rows as they are checked, one after the other; once they are through they are written."""


class Imported(NamedTuple):
    """What became of the rows; with an error among the findings, nothing was imported."""

    findings: tuple[Finding, ...]
    tally: Tally

    @property
    def is_refused(self) -> bool:
        return any(each.severity is Severity.ERROR for each in self.findings)


class Read(NamedTuple):
    """A row's value, and where it stands."""

    value: Any
    place: FilePlace


def take(
    engine: Engine, kind: Kind, content: bytes, file: str, standard: Standard, author: Author, watch: Watch = iter
) -> Imported:
    """Import one sheet; what is in the registry already changes nothing."""
    report = Report()
    rows = _read(kind, content, file, standard, report, watch)
    noun = KINDS[kind].noun
    if report.errors:
        # What the registry holds tells nothing yet: a row that cannot be read may be the one that makes room.
        if noun is None:
            refuse_overlaps(rows, standard, report)
        elif noun is SHIFT_PATTERNS:
            refuse_doubled(rows, (), report)
        return Imported(in_order(report), Tally())
    with writing(engine, author) as open_one:
        if noun is None:
            tally = put_batches(open_one, rows, standard, report)
        elif noun is EQUIPMENT:
            tally = put_equipment(open_one, rows, report)
        elif noun is SHIFT_PATTERNS:
            tally = put_shifts(open_one, rows, report)
        elif noun is PRODUCTS:
            tally = noun.put_in(open_one, products_as_held(open_one, [each.value for each in rows]))
        else:
            tally = noun.put_in(open_one, [each.value for each in rows])
    return Imported(in_order(report), tally)


def in_order(report: Report) -> tuple[Finding, ...]:
    """As they stand in the sheet, whatever they were found by."""
    return tuple(sorted(report.close(), key=_place))


def _place(finding: Finding) -> tuple[int, int]:
    return (finding.where.line, finding.where.column) if isinstance(finding.where, FilePlace) else (0, 0)


def _read(kind: Kind, content: bytes, file: str, standard: Standard, report: Report, watch: Watch) -> list[Read]:
    sheet, table = KINDS[kind], read_csv(content, file, report)
    if table is None or not _check_header(sheet, table, file, report):
        return []
    positions = {name: position for position, name in enumerate(table.columns)}
    columns = Columns(positions, file, "," if table.separator == ";" else ".", {})
    read: list[Read] = []
    for row in watch(table.rows):
        cells = Cells(row, columns, report, standard)
        value = sheet.read(cells)
        if cells.sound and value is not None:
            read.append(Read(value, cells.place(sheet.required[0])))
    return _without_twins(sheet, read, report)


def _check_header(sheet: Sheet, table: Table, file: str, report: Report) -> bool:
    before = report.errors
    for name in sheet.required:
        if name not in table.columns:
            message = f"there is no column `{name}`"
            near = nearest(name, [each for each in table.columns if each not in sheet.columns])
            remedy = f"rename `{near}`" if near else f"the columns are {','.join(sheet.columns)}"
            report.add("lookup-column", message, remedy, FilePlace(file, table.header.line))
    for position, name in enumerate(table.columns):
        place = FilePlace(file, table.header.line, table.header.columns[position])
        if name not in sheet.columns and not sheet.attributes:
            near = nearest(name, sheet.columns)
            remedy = f"did you mean `{near}`?" if near else f"the columns are {','.join(sheet.columns)}"
            report.add("key-unknown", f"unknown column `{name[:60]}`", remedy, place)
        elif not is_plain(name, "name"):
            report.add("row-invalid", f"column {name!r:.60} cannot be kept", "name it in plain text on one line", place)
    return report.errors == before


def _without_twins(sheet: Sheet, rows: list[Read], report: Report) -> list[Read]:
    """Two rows for one thing contradict each other or say it twice; nobody knows which was meant."""
    seen: dict[tuple[Any, ...], Read] = {}
    for each in rows:
        key = _key(sheet, each.value)
        first = seen.setdefault(key, each)
        if first is not each:
            names, line = ", ".join(str(part) for part in key if part != ""), first.place.line
            report.add("row-invalid", f"{names} stands at line {line} too", "remove one of the rows", each.place)
    return list(seen.values())


def _key(sheet: Sheet, value: Any) -> tuple[Any, ...]:
    if sheet.noun is None:
        return (value.id, value.equipment, rfc3339(value.start))
    row = sheet.noun.to_row(value)
    return tuple(row[name] for name in sheet.noun.keys)
