"""Shift calendars: wall-clock patterns in a site's time zone, resolved to intervals of UTC.

A wall-clock time that occurs twice (clocks go back) is its first occurrence; one that does not exist (clocks go
forward) is the moment of the jump. So boundaries keep their order, neighbouring shifts still meet, and a night shift
lasts seven or nine hours where it should. A shift belongs to the local date on which its pattern begins it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from uns.context.values import Shift
from uns.equipment import EquipmentPath
from uns.instant import EARLIEST, LATEST, SECOND, Instant, from_datetime

DAY: Final = 86_400 * SECOND
REMEMBERED_DAYS: Final = 4096
LONGEST_TURN: Final = 366
_FIRST_DAY: Final = EARLIEST // DAY + 3
_LAST_DAY: Final = LATEST // DAY - 3


@dataclass(frozen=True, slots=True)
class ShiftPattern:
    """A shift that repeats: on `days` (Monday is 0) it begins at minute `start`, from `since` until before `until`."""

    equipment: str
    """The site, or equipment of it whose shifts are others."""
    id: str
    days: frozenset[int]
    start: int
    stop: int
    """Minutes after midnight; not after `start` means on the next day."""
    crew: str | None = None
    since: date | None = None
    until: date | None = None
    """The first date without it."""
    turn: int | None = None
    """Days after which the next crew takes over: `crew` names them all then, with blanks, the one of `since` first."""

    def crew_on(self, day: date) -> str | None:
        crews = self.crew.split() if self.crew is not None and self.turn is not None else []
        if not crews or self.turn is None or self.since is None:
            return self.crew
        return crews[(day - self.since).days // self.turn % len(crews)]

    def begins_on(self, day: date) -> bool:
        if (self.since and day < self.since) or (self.until and day >= self.until):
            return False
        return day.weekday() in self.days


def unturned(pattern: ShiftPattern) -> Iterator[tuple[str, str, str]]:
    """Why its crews cannot take turns: what is at fault, the message and the remedy."""
    if pattern.turn is None:
        return
    if pattern.since is None:
        yield "from", "crews take turns, and `from` does not say since when", "write the date on which the first begins"
    if len((pattern.crew or "").split()) < 2:
        yield "crew", "crews take turns, and `crew` does not name several", "name them with blanks between: A B C D"


@dataclass(frozen=True, slots=True)
class ShiftException:
    """In place of the shift `id` of that date, or an additional one; without times there is none."""

    equipment: str
    date: date
    id: str
    start: int | None = None
    stop: int | None = None
    crew: str | None = None


class Span(NamedTuple):
    """One shift, or None between shifts, and how long that answer holds."""

    shift: Shift | None
    since: Instant
    until: Instant


class Calendar:
    """The shifts of a site, or of equipment that has its own. Days are resolved when they are first asked for, and a
    bounded number is remembered."""

    __slots__ = ("_days", "_exceptions", "_patterns", "_zone", "equipment")

    def __init__(
        self, equipment: str, zone: ZoneInfo, patterns: Iterable[ShiftPattern],
        exceptions: Iterable[ShiftException] = (),
    ) -> None:  # fmt: skip
        self.equipment, self._zone = EquipmentPath(equipment), zone
        self._patterns = tuple(patterns)
        self._exceptions: dict[date, dict[str, ShiftException]] = {}
        for exception in exceptions:
            self._exceptions.setdefault(exception.date, {})[exception.id] = exception
        self._days: dict[int, tuple[tuple[Instant, ...], tuple[Span, ...]]] = {}

    def at(self, instant: Instant) -> Span:
        """Where shifts overlap, the one that began last."""
        day = instant // DAY
        known = self._days.get(day)
        if known is None:
            known = self._resolve(day)
        starts, spans = known
        return spans[bisect_right(starts, instant) - 1]

    def whole(self, instant: Instant) -> Span:
        """As `at`, but `until` is the next boundary, however many days away."""
        shift, since, until = self.at(instant)
        for _ in range(REMEMBERED_DAYS // 4):
            following = self.at(until) if until < LATEST else None
            if following is None or following.shift != shift:
                return Span(shift, since, until)
            until = following.until
        return Span(shift, since, LATEST)

    def of_date(self, day: date) -> list[Shift]:
        """The shifts that belong to a local date, in the order in which its clocks should show their beginnings."""
        exceptions = self._exceptions.get(day, {})
        planned = [
            (each.start, each.id, each.stop, each.crew_on(day), each.equipment)
            for each in self._patterns
            if each.begins_on(day) and each.id not in exceptions
        ]
        planned += [
            (each.start, each.id, each.stop, each.crew or self._crew(day, each.id), each.equipment)
            for each in exceptions.values()
            if each.start is not None and each.stop is not None
        ]
        planned.sort(key=lambda each: each[:2])
        shifts = (self._shift(day, *each) for each in planned)
        return [shift for shift in shifts if shift.start < shift.stop]

    def exceptions_of(self, day: date) -> Mapping[str, ShiftException]:
        """What is otherwise on that date, by the ids of the shifts."""
        return self._exceptions.get(day, {})

    def _crew(self, day: date, name: str) -> str | None:
        return next((each.crew_on(day) for each in self._patterns if each.id == name and each.begins_on(day)), None)

    def _shift(self, day: date, start: int, name: str, stop: int, crew: str | None, equipment: str) -> Shift:
        """Of the equipment whose pattern or exception it is, which may be above the calendar's own."""
        until = day if stop > start else day + timedelta(days=1)
        begin, end = wall_clock(day, start, self._zone), wall_clock(until, stop, self._zone)
        return Shift(name, day.isoformat(), begin, end, crew, str.__new__(EquipmentPath, equipment))

    def _resolve(self, day: int) -> tuple[tuple[Instant, ...], tuple[Span, ...]]:
        spans = self._spans(day) if _FIRST_DAY < day < _LAST_DAY else (Span(None, day * DAY, (day + 1) * DAY),)
        if len(self._days) >= REMEMBERED_DAYS:
            self._days.clear()
        self._days[day] = (tuple(span.since for span in spans), spans)
        return self._days[day]

    def _spans(self, day: int) -> tuple[Span, ...]:
        """The day cut at every boundary of the shifts that reach into it; a shift's own span is its whole length."""
        local = date(1970, 1, 1) + timedelta(days=day)
        near = [shift for step in (-2, -1, 0, 1) for shift in self.of_date(local + timedelta(days=step))]
        start, stop = day * DAY, (day + 1) * DAY
        edges = {start, *(edge for shift in near for edge in (shift.start, shift.stop) if start < edge < stop)}
        cuts = [*sorted(edges), stop]
        return tuple(Span(_latest(near, since), since, until) for since, until in pairwise(cuts))


def _latest(shifts: list[Shift], instant: Instant) -> Shift | None:
    """The last of these in order: two that the clocks leapt over begin at the same instant."""
    return next((each for each in reversed(shifts) if each.start <= instant < each.stop), None)


def wall_clock(day: date, minutes: int, zone: ZoneInfo) -> Instant:
    """The instant at which clocks there show that time: the first of two, or the jump where they never do."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minutes)
    moment = from_datetime(local.astimezone(UTC))
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    return _jump(local.replace(fold=1), moment)


def _jump(local: datetime, after: Instant) -> Instant:
    """When the clocks jumped over this local time; `after` is an instant behind the jump."""
    zone = local.tzinfo
    low, high = from_datetime(local.astimezone(UTC)) // SECOND, after // SECOND
    offset = local.utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high * SECOND


def calendars(
    zones: Mapping[str, ZoneInfo], patterns: Iterable[ShiftPattern], exceptions: Iterable[ShiftException]
) -> dict[str, Calendar]:
    """A calendar for all equipment of which shifts are known, in the zone of its site; without one there is none.

    Exceptions of equipment without patterns of its own are exceptions to the calendar above it.
    """
    repeated: dict[str, list[ShiftPattern]] = {}
    changed: dict[str, list[ShiftException]] = {}
    for pattern in patterns:
        repeated.setdefault(pattern.equipment, []).append(pattern)
    for exception in exceptions:
        changed.setdefault(exception.equipment, []).append(exception)
    return {
        each: Calendar(
            each, zones[site], repeated.get(reach[-1], ()),
            [exception for place in reversed(reach) for exception in changed.get(place, ())],
        )
        for each in sorted(repeated.keys() | changed.keys())
        if (site := each.partition("/")[0]) in zones and (reach := _reach(each, repeated))
    }  # fmt: skip


def _reach(equipment: str, repeated: Mapping[str, object]) -> Sequence[str]:
    """Itself, and all above it as far as the first that has patterns."""
    above = list(EquipmentPath(equipment).upwards())
    return above[: 1 + next((index for index, each in enumerate(above) if each in repeated), 0)]


def calendar_for(equipment: EquipmentPath, known: Mapping[str, Calendar]) -> Calendar | None:
    """Its own, or else that of the nearest equipment above it."""
    return next((known[each] for each in equipment.upwards() if each in known), None)
