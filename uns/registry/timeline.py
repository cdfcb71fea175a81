"""The timeline as the registry tells it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, or_, select

from uns.context.shifts import Calendar, calendars
from uns.context.timeline import Timeline
from uns.context.values import Batch, Shift
from uns.equipment import EquipmentPath
from uns.instant import Instant, to_datetime
from uns.naming.standard import Standard
from uns.registry.batches import batch_of
from uns.registry.engine import reading
from uns.registry.held import believed
from uns.registry.nouns import EQUIPMENT, PRODUCTS, SHIFT_EXCEPTIONS, SHIFT_PATTERNS
from uns.registry.tables import BATCHES, SHIFT_CHANGES
from uns.registry.writing import revision_of

_AT_ONCE: Final = 500
"""Rows fetched in one go; the message path waits for no longer, since a driver lets nobody else run meanwhile."""


def load(engine: Engine, standard: Standard, behind_ns: int, now: Instant, as_of: Instant | None = None) -> Timeline:
    """As far back as readings are believed, so that the message path never has to ask. `as_of`: as believed then."""
    return _load(engine, standard, now - behind_ns, None, now, as_of)


def around(engine: Engine, standard: Standard, instant: Instant, as_of: Instant | None = None) -> Timeline:
    """For answers about one instant, however long ago."""
    return _load(engine, standard, instant, instant, instant, as_of)


def _load(
    engine: Engine, standard: Standard, since: Instant, until: Instant | None, installed: Instant, as_of: Instant | None
) -> Timeline:
    with reading(engine) as connection:
        held: list[Batch] = []
        several: set[str] = set()
        for row in connection.execute(_within(BATCHES, since, until, as_of).execution_options(yield_per=_AT_ONCE)):
            held.append(batch_of(row))
            if row.parallel:
                several.add(row.equipment)
        changes = connection.execute(_within(SHIFT_CHANGES, since, until, as_of)).all()
        equipment = EQUIPMENT.all_in(connection, as_of)
        return Timeline.build(
            str(revision_of(connection)),
            held,
            PRODUCTS.all_in(connection, as_of),
            calendars_in(connection, standard, since, as_of),
            [
                each.path
                for each in equipment
                if (each.start is None or each.start <= installed) and (each.stop is None or installed < each.stop)
            ],
            several.__contains__,
            [shift_of(row) for row in changes],
        )


def _within(table: Any, since: Instant, until: Instant | None, as_of: Instant | None) -> Any:
    query = select(table).where(believed(table, as_of), or_(table.c.stop.is_(None), table.c.stop > since))
    return query if until is None else query.where(table.c.start <= until)


def calendars_in(
    connection: Connection, standard: Standard, since: Instant, as_of: Instant | None = None
) -> dict[str, Calendar]:
    """Of every site that has shifts; exceptions only from a few days before `since` on."""
    zones = {name: ZoneInfo(site.zone) for name, site in standard.sites.items()}
    first = to_datetime(since).date() - timedelta(days=3)
    exceptions = [each for each in SHIFT_EXCEPTIONS.all_in(connection, as_of) if each.date >= first]
    return calendars(zones, SHIFT_PATTERNS.all_in(connection, as_of), exceptions)


def shift_of(row: Any) -> Shift:
    return Shift(row.id, row.date, row.start, row.stop, row.crew, str.__new__(EquipmentPath, row.equipment))
