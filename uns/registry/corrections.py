"""What corrections between two moments changed for readings, revision by revision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, select, union_all

from uns.context.corrections import Correction
from uns.cursor import cursor_of, position_of
from uns.equipment import EquipmentPath
from uns.instant import Instant
from uns.naming.standard import Standard
from uns.registry.batch_history import Place, batch_corrections, moves
from uns.registry.engine import reading
from uns.registry.history import Span, related, revisions
from uns.registry.moments import Moment, span_of
from uns.registry.shift_history import TABLES, shift_corrections
from uns.registry.tables import BATCHES

AT_ONCE: Final = 500
"""Rows that came or went in revisions that are looked at together; more only where one revision has more."""


class Period(NamedTuple):
    """What was recorded after the first moment, up to the second; None is now."""

    since: Moment
    until: Moment | None = None


class Corrected(NamedTuple):
    """Some of them, the cursor of those that follow, and the revisions between which they were recorded."""

    items: tuple[Correction, ...]
    next: str | None
    since: int
    until: int


def corrected(
    engine: Engine,
    standard: Standard,
    period: Period,
    now: Instant,
    equipment: EquipmentPath | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> Corrected:
    """In the order in which they were recorded. With equipment: what differs there and below."""
    with reading(engine) as connection:
        begin, end = span_of(connection, period.since, period.until, now)
        after: Place = tuple(position_of(cursor, int, str, str, int)) if cursor else (begin + 1, "", "", 0)
        left = Span(max(begin, after[0] - 1), end)
        later = (each for each in _all(connection, standard, left, equipment, after) if each.place > after)
        found = list(islice(later, limit + 1))
        following = cursor_of(*found[limit - 1].place) if len(found) > limit else None
        return Corrected(tuple(found[:limit]), following, begin, end)


def _all(
    connection: Connection, standard: Standard, span: Span, equipment: EquipmentPath | None, after: Place
) -> Iterator[Correction]:
    """Worked out as far as they are asked for."""
    while span.after < span.upto:
        part = _first_of(connection, span, equipment)
        batches = batch_corrections(connection, part, equipment, after)
        shifts = shift_corrections(connection, standard, part, equipment)
        yield from merge(_ordered(batches, part), _ordered(shifts, part), key=lambda each: each.place)
        span = Span(part.upto, span.upto)


def _ordered(found: Iterator[Correction], part: Span) -> Iterable[Correction]:
    """Those of a single revision are in order already, and may be so many that few of them are ever asked for."""
    return found if part.upto - part.after == 1 else sorted(found, key=lambda each: each.place)


def _first_of(connection: Connection, span: Span, equipment: EquipmentPath | None) -> Span:
    """Of the span as many whole revisions as are looked at together, at least one that changed something."""
    wanted = [select(each.label("revision")).where(where, related(BATCHES, equipment)) for each, where in moves(span)]
    wanted += [
        select(each.label("revision")).where(span.has(each), related(table, equipment))
        for table in TABLES
        for each in revisions(table)
    ]
    found = list(connection.scalars(union_all(*wanted).order_by("revision").limit(AT_ONCE + 1)))
    if len(found) <= AT_ONCE:
        return span
    return Span(found[0] - 1, max(found[0], found[-1] - 1))
