"""Records of an MES in the registry: the same judgement as on the timeline, and each row with its history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Engine, select

from uns.context.believable import WRITABLE, unbelievable
from uns.context.intervals import Intervals
from uns.context.notices import product_of, shift_change
from uns.context.shifts import Span, calendar_for
from uns.context.values import Batch, Record, Shift
from uns.equipment import EquipmentPath
from uns.finding import Finding, Place
from uns.instant import EARLIEST
from uns.naming.standard import Standard
from uns.registry.batches import get_in
from uns.registry.drafts import Draft, drafts_for, write
from uns.registry.held import Held, believed
from uns.registry.nouns import PRODUCTS
from uns.registry.tables import SHIFT_CHANGES
from uns.registry.timeline import calendars_in, shift_of
from uns.registry.writing import Author, Check, Writing, anyway, writing


class PlacedRecord(NamedTuple):
    """A record, where findings about it belong, and whether its equipment may run several batches at once."""

    record: Record
    where: Place
    parallel: bool = False
    author: Author | None = None
    """Whose word it is, where they are not all the same."""


Make = Callable[[tuple[Held[Batch], ...]], Sequence[PlacedRecord]]


def apply(
    engine: Engine, placed: Sequence[PlacedRecord], standard: Standard, author: Author
) -> list[tuple[Finding, ...]]:
    """All of them in one transaction, in order; for each the findings that kept it out, none where it took effect.

    Each is its own author's word where it has one, else that of all.
    """
    with writing(engine, author) as open_one:
        drafts = drafts_for(open_one.connection, [each.record for each in placed])
        findings = []
        for each in placed:
            open_one.author = each.author or author
            findings.append(_apply(open_one, each, drafts, standard))
        write(open_one, drafts)
        return findings


class Applied(NamedTuple):
    """What kept the records out, and what is held of their batch then."""

    findings: tuple[Finding, ...]
    held: tuple[Held[Batch], ...]


def apply_whole(engine: Engine, batch: str, make: Make, author: Author, check: Check = anyway) -> Applied:
    """The records that `make` makes of what is held of the batch, all of them or none; nobody comes in between."""
    with writing(engine, author, check=check) as open_one:
        placed = make(get_in(open_one.connection, batch))
        drafts = drafts_for(open_one.connection, [each.record for each in placed])
        findings = tuple(finding for each in placed for finding in _taken(open_one, each, drafts))
        if not findings:
            write(open_one, drafts)
            open_one.finish()
        return Applied(findings, get_in(open_one.connection, batch))


def _taken(open_one: Writing, placed: PlacedRecord, drafts: Mapping[str, Draft]) -> tuple[Finding, ...]:
    record = placed.record
    findings = unbelievable(record, placed.where)
    if findings or record.equipment is None:
        return findings
    return drafts[record.equipment].take(record, placed.parallel, placed.where, open_one.stamp)


def _apply(
    open_one: Writing, placed: PlacedRecord, drafts: Mapping[str, Draft], standard: Standard
) -> tuple[Finding, ...]:
    record = placed.record
    if record.kind not in ("product", "shift-change"):
        return _taken(open_one, placed, drafts)
    findings = unbelievable(record, placed.where)
    if findings:
        return findings
    if record.kind == "product":
        _product(open_one, record)
    elif record.equipment is not None:
        _shift_change(open_one, record, record.equipment, standard)
    return ()


def _product(open_one: Writing, record: Record) -> None:
    wanted = select(PRODUCTS.table).where(believed(PRODUCTS.table), PRODUCTS.table.c.id == str(record.fields["id"]))
    row = open_one.connection.execute(wanted).first()
    PRODUCTS.put_in(open_one, [product_of(record, PRODUCTS.of_row(row) if row else None)])


def _shift_change(open_one: Writing, record: Record, equipment: EquipmentPath, standard: Standard) -> None:
    calendar = calendar_for(equipment, calendars_in(open_one.connection, standard, record.at))
    planned = calendar.whole(record.at) if calendar else Span(None, EARLIEST, WRITABLE.stop - 1)
    wanted = select(SHIFT_CHANGES).where(believed(SHIFT_CHANGES), SHIFT_CHANGES.c.equipment == equipment)
    near = [
        (row.row, shift_of(row)) for row in open_one.connection.execute(wanted.where(SHIFT_CHANGES.c.stop > record.at))
    ]
    line: Intervals[Shift] = Intervals(shift for _, shift in near)
    gone, come = shift_change(record, equipment, line, planned)
    open_one.supersede(SHIFT_CHANGES, [row for row, shift in near if any(shift is each for each in gone)])
    open_one.add(SHIFT_CHANGES, [_shift_row(shift, min(shift.stop, WRITABLE.stop - 1)) for shift in come])


def _shift_row(shift: Shift, stop: int) -> dict[str, str | int | None]:
    return {
        "equipment": str(shift.equipment),
        "id": shift.id,
        "date": shift.date,
        "start": shift.start,
        "stop": stop,
        "crew": shift.crew,
    }
