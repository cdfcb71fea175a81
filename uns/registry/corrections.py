"""What corrections between two moments changed for readings, revision by revision."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import islice
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine

from uns.context.corrections import Correction, corrections
from uns.cursor import cursor_of, position_of
from uns.equipment import EquipmentPath
from uns.instant import Instant
from uns.naming.standard import Standard
from uns.registry.batch_history import batch_steps
from uns.registry.engine import reading
from uns.registry.history import Span, first_of
from uns.registry.moments import Moment, span_of
from uns.registry.nouns import PRODUCTS, SHIFT_EXCEPTIONS, SHIFT_PATTERNS
from uns.registry.shift_history import shift_steps
from uns.registry.tables import BATCHES, SHIFT_CHANGES

TABLES: Final = (BATCHES, PRODUCTS.table, SHIFT_CHANGES, SHIFT_PATTERNS.table, SHIFT_EXCEPTIONS.table)


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
        after = tuple(position_of(cursor, int, str, str, int)) if cursor else (begin + 1,)
        left = Span(max(begin, after[0] - 1), end)
        found: list[Correction] = []
        while left.after < left.upto and len(found) <= limit:
            part = first_of(connection, TABLES, left)
            here = (each for each in _within(connection, standard, part, equipment) if each.place > after)
            found += islice(here, limit + 1 - len(found))
            left = Span(part.upto, end)
    following = cursor_of(*found[limit - 1].place) if len(found) > limit else None
    return Corrected(tuple(found[:limit]), following, begin, end)


def _within(
    connection: Connection, standard: Standard, part: Span, equipment: EquipmentPath | None
) -> Iterator[Correction]:
    """Worked out as far as they are asked for."""
    batches, shifts = batch_steps(connection, part, equipment), shift_steps(connection, standard, part, equipment)
    return merge(
        corrections("batch", list(batches), equipment, part.after),
        corrections("shift", list(shifts), equipment, part.after),
        key=lambda each: each.place,
    )
