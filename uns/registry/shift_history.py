"""What revisions of the registry changed for readings about shifts: patterns, exceptions, and crews that took over.

A pattern repeats for ever, and where there is no calendar a crew that took over stays: these are looked at around the
time of their correction only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Table, select, union

from uns.context.believable import WRITABLE
from uns.context.corrections import Correction, Step, Touched, corrections
from uns.context.difference import Difference, Turn
from uns.context.differing import Stretch, joined, shared
from uns.context.shifts import DAY, Calendar, ShiftException, ShiftPattern, calendars
from uns.context.timeline import Timeline
from uns.context.values import Shift
from uns.equipment import EquipmentPath
from uns.instant import EPOCH, Instant
from uns.naming.standard import Standard
from uns.registry.history import Span, Turned, Words, below, in_order, related, revisions, turned
from uns.registry.nouns import SHIFT_EXCEPTIONS, SHIFT_PATTERNS
from uns.registry.recordings import times_of_rows
from uns.registry.tables import SHIFT_CHANGES
from uns.registry.timeline import shift_of

V = TypeVar("V")
TABLES: Final = (SHIFT_CHANGES, SHIFT_PATTERNS.table, SHIFT_EXCEPTIONS.table)
BACK: Final = 31 * DAY
"""How long before a correction is looked at what may last for ever."""
AHEAD: Final = 7 * DAY
_EPOCH: Final = EPOCH.toordinal()
_REACH: Final = 4
"""Days by which a shift may lie off its date, on whatever clocks."""


def shift_corrections(
    connection: Connection, standard: Standard, span: Span, equipment: EquipmentPath | None
) -> Iterator[Correction]:
    """Equipment by equipment, of each what its revisions changed in order of recording and event time."""
    rows = _Rows(connection, span, equipment)
    window = joined(_looked_at(rows))
    if not window:
        return
    steps = list(_steps(rows, window, {name: ZoneInfo(site.zone) for name, site in standard.sites.items()}))
    touched = frozenset(each.equipment for step in steps if step.word.revision > span.after for each in step.told or ())
    for each in rows.own():
        if not touched.isdisjoint(each.upwards()):
            yield from corrections("shift", steps, each, span.after)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Of the tables of shifts, as far as a question goes."""

    connection: Connection
    span: Span
    equipment: EquipmentPath | None

    def moved(self, table: Table[Any]) -> Iterable[Row[Any]]:
        """Each once: what came or went in the span."""
        return {row.row: row for each in revisions(table) for row in self._where(table, self.span.has(each))}.values()

    def all(self, table: Table[Any], *where: ColumnElement[bool]) -> Iterable[Row[Any]]:
        return self._where(table, table.c.recorded_in <= self.span.upto, *where)

    def own(self) -> list[EquipmentPath]:
        """In order: what has shifts of its own, and who is asked about."""
        asked = self.equipment
        known = {} if asked is None else {asked: asked}
        own = (select(each.c.equipment).where(*([] if asked is None else [below(each, asked)])) for each in TABLES)
        return sorted({*known, *(str.__new__(EquipmentPath, each) for each in self.connection.scalars(union(*own)))})

    def _where(self, table: Table[Any], *where: ColumnElement[bool]) -> Iterable[Row[Any]]:
        return self.connection.execute(
            select(table).where(related(table, self.equipment), *where).order_by(table.c.row)
        )


def _steps(rows: _Rows, window: list[Stretch], zones: Mapping[str, ZoneInfo]) -> Iterator[Step]:
    """From the first revision on, as far as these event times are concerned."""
    words, upto = Words(), rows.span.upto
    days = SHIFT_EXCEPTIONS.table.c.date.between(_day(window[0].since, -_REACH), _day(window[-1].until, _REACH))
    near = rows.all(SHIFT_CHANGES, SHIFT_CHANGES.c.stop > window[0].since, SHIFT_CHANGES.c.start < window[-1].until)
    changes = turned(near, shift_of, upto, words)
    patterns = turned(rows.all(SHIFT_PATTERNS.table), SHIFT_PATTERNS.of_row, upto, words)
    exceptions = turned(rows.all(SHIFT_EXCEPTIONS.table, days), SHIFT_EXCEPTIONS.of_row, upto, words)
    plan, now = _Plan(zones), Timeline.begin()
    for word in in_order(rows.connection, words):
        revision = word.revision
        change, pattern, exception = changes[revision], patterns[revision], exceptions[revision]
        touched = [*map(_of_change, change.gone + change.come), *map(_of_pattern, pattern.gone + pattern.come)]
        touched += map(_of_exception, exception.gone + exception.come)
        told = [Touched(where, _near(stretch, word.at)) for where, stretch in touched]
        difference = Difference(shifts=Turn(change.gone, change.come), calendars=plan.turn(pattern, exception))
        now = now.turn(str(revision), difference)
        inside = [Touched(where, each) for where, stretch in touched for each in shared(stretch, window)]
        yield Step(word, now, inside, told)


def _day(instant: Instant, further: int) -> str:
    return (EPOCH.date() + timedelta(days=instant // DAY + further)).isoformat()


@dataclass(frozen=True, slots=True)
class _Plan:
    """The calendars as they are believed, revision by revision."""

    zones: Mapping[str, ZoneInfo]
    patterns: dict[int, ShiftPattern] = field(default_factory=dict)
    exceptions: dict[int, ShiftException] = field(default_factory=dict)

    def turn(self, patterns: Turned[ShiftPattern], exceptions: Turned[ShiftException]) -> Mapping[str, Calendar] | None:
        """None where nothing of them has changed."""
        if not any((*patterns, *exceptions)):
            return None
        _turn(self.patterns, patterns)
        _turn(self.exceptions, exceptions)
        return calendars(self.zones, self.patterns.values(), self.exceptions.values())


def _turn(known: dict[int, V], turn: Turned[V]) -> None:
    for each in turn.gone:
        del known[id(each)]
    known.update((id(each), each) for each in turn.come)


def _looked_at(rows: _Rows) -> Iterator[Stretch]:
    """The event times of what came or went, as far as they are told."""
    readers: tuple[tuple[Table[Any], Callable[[Row[Any]], Touched]], ...] = (
        (SHIFT_CHANGES, lambda row: _of_change(shift_of(row))),
        (SHIFT_PATTERNS.table, lambda row: _of_pattern(SHIFT_PATTERNS.of_row(row))),
        (SHIFT_EXCEPTIONS.table, lambda row: _of_exception(SHIFT_EXCEPTIONS.of_row(row))),
    )
    for table, touched in readers:
        moved = list(rows.moved(table))
        times = times_of_rows(rows.connection, moved)
        for row in moved:
            if row.recorded_in > rows.span.after:
                yield _near(touched(row).stretch, times.get(row.recorded_in, row.recorded_at))
            if row.superseded_in is not None and row.superseded_in <= rows.span.upto:
                yield _near(touched(row).stretch, times.get(row.superseded_in, row.superseded_at))


def _near(stretch: Stretch, at: Instant) -> Stretch:
    """Of what may last for ever the weeks around its correction; else the first or the last weeks that it lasts."""
    since = max(stretch.since, at - BACK)
    if since >= stretch.until:
        return Stretch(max(stretch.since, stretch.until - BACK - AHEAD), stretch.until)
    return Stretch(since, min(stretch.until, since + BACK + AHEAD))


def _of_change(shift: Shift) -> Touched:
    return Touched(shift.equipment, Stretch(shift.start, shift.stop))


def _of_pattern(pattern: ShiftPattern) -> Touched:
    since, until = (pattern.since or date.min).toordinal(), (pattern.until or date.max).toordinal()
    return Touched(str.__new__(EquipmentPath, pattern.equipment), _days(since, until))


def _of_exception(exception: ShiftException) -> Touched:
    day = exception.date.toordinal()
    return Touched(str.__new__(EquipmentPath, exception.equipment), _days(day, day))


def _days(first: int, last: int) -> Stretch:
    """All that shifts may reach which begin on these dates, on whatever clocks."""
    since, until = ((each - _EPOCH) * DAY for each in (first - 1, last + 3))
    return Stretch(max(since, WRITABLE.start), min(until, WRITABLE.stop - 1))
