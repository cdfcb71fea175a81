"""The timeline as the registry tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Engine, Row, Table, exists, or_, select

from uns.context.difference import Difference, Turn
from uns.context.shifts import Calendar, calendars
from uns.context.timeline import Timeline
from uns.context.values import Batch, Shift
from uns.equipment import EquipmentPath
from uns.instant import Instant, to_datetime
from uns.naming.standard import Standard
from uns.registry.batches import batch_of
from uns.registry.engine import reading
from uns.registry.held import believed, changed
from uns.registry.moments import Moment, Revision, then
from uns.registry.nouns import EQUIPMENT, PRODUCTS, SHIFT_EXCEPTIONS, SHIFT_PATTERNS
from uns.registry.tables import BATCHES, SHIFT_CHANGES
from uns.registry.writing import revision_of

V = TypeVar("V")
_AT_ONCE: Final = 500
"""Rows fetched in one go; the message path waits for no longer, since a driver lets nobody else run meanwhile."""


def load(engine: Engine, standard: Standard, behind_ns: int, now: Instant, as_of: Moment | None = None) -> Timeline:
    """As far back as readings are believed, so that the message path never has to ask. `as_of`: as believed then."""
    return _whole(engine, standard, now - behind_ns, None, now, as_of)


def around(engine: Engine, standard: Standard, instant: Instant, as_of: Moment | None = None) -> Timeline:
    """For answers about one instant, however long ago; Unmeant where `as_of` is a revision that is yet to come."""
    return _whole(engine, standard, instant, instant, instant, as_of)


def _whole(
    engine: Engine, standard: Standard, since: Instant, until: Instant | None, now: Instant, as_of: Moment | None
) -> Timeline:
    with reading(engine) as connection:
        difference = _Reading(connection, standard, since, until, now, then(connection, as_of)).difference()
        revision = revision_of(connection)
    return Timeline.begin(since).turn(str(revision), difference)


def follow(engine: Engine, standard: Standard, known: Timeline, now: Instant) -> Timeline | None:
    """A loaded timeline with what has changed since, at the cost of that; None where it is not of this registry."""
    after = int(known.revision)
    with reading(engine) as connection:
        difference = _Reading(connection, standard, known.since, None, now, after=after).difference()
        revision = revision_of(connection)
    return known.turn(str(revision), difference) if revision >= after and known.holds(difference) else None


@dataclass(frozen=True, slots=True)
class _Reading:
    """Of one transaction: what is believed of `since` and later, or what is believed otherwise since a revision."""

    connection: Connection
    standard: Standard
    since: Instant
    until: Instant | None
    now: Instant
    as_of: Revision | None = None
    after: int = 0

    def difference(self) -> Difference:
        several: set[str] = set()

        def batch(row: Row[Any]) -> Batch:
            if row.parallel:
                several.add(row.equipment)
            return batch_of(row)

        products = self._turn(PRODUCTS.table, PRODUCTS.of_row)
        equipment = self._turn(EQUIPMENT.table, EQUIPMENT.of_row)
        return Difference(
            self._turn(BATCHES, batch, *self._within(BATCHES)),
            self._turn(SHIFT_CHANGES, shift_of, *self._within(SHIFT_CHANGES)),
            {each.id: None for each in products.gone} | {each.id: each for each in products.come},
            {each.path: None for each in equipment.gone}
            | {each.path: each.path for each in equipment.come if each.is_there(self.now)},
            self._calendars(),
            several.__contains__,
        )

    def _turn(self, table: Table[Any], of_row: Callable[[Row[Any]], V], *where: ColumnElement[bool]) -> Turn[V]:
        gone: list[V] = []
        come: list[V] = []
        query = select(table).where(self._concerned(table), *where)
        # PostgreSQL plans a cursor of its own for the first rows, and would read all to find the few that changed
        found = self.connection.execute(query, execution_options={"stream_results": not self.after})
        for row in found.yield_per(_AT_ONCE):
            (gone if row.recorded_in <= self.after else come).append(of_row(row))
        return Turn(gone, come)

    def _concerned(self, table: Table[Any]) -> ColumnElement[bool]:
        return changed(table, self.after) if self.after else believed(table, self.as_of)

    def _within(self, table: Table[Any]) -> Iterator[ColumnElement[bool]]:
        yield or_(table.c.stop.is_(None), table.c.stop > self.since)
        if self.until is not None:
            yield table.c.start <= self.until

    def _calendars(self) -> dict[str, Calendar] | None:
        tables = (SHIFT_PATTERNS.table, SHIFT_EXCEPTIONS.table)
        if self.after and not any(
            self.connection.scalar(select(exists().where(changed(each, self.after)))) for each in tables
        ):
            return None
        return calendars_in(self.connection, self.standard, self.since, self.as_of)


def calendars_in(
    connection: Connection, standard: Standard, since: Instant, as_of: Revision | None = None
) -> dict[str, Calendar]:
    """Of all equipment that has shifts of its own, mostly sites; exceptions only from a few days before `since` on."""
    zones = {name: ZoneInfo(site.zone) for name, site in standard.sites.items()}
    first = to_datetime(since).date() - timedelta(days=3)
    exceptions = [each for each in SHIFT_EXCEPTIONS.all_in(connection, as_of) if each.date >= first]
    return calendars(zones, SHIFT_PATTERNS.all_in(connection, as_of), exceptions)


def shift_of(row: Any) -> Shift:
    return Shift(row.id, row.date, row.start, row.stop, row.crew, str.__new__(EquipmentPath, row.equipment))
