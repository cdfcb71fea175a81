"""Which shifts a span of time takes off: those that begin on its days, or that lie within its hours as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from uns.context.shifts import Calendar, ShiftException, ShiftPattern
from uns.context.values import Shift
from uns.context.written import time_of_day
from uns.equipment import EquipmentPath
from uns.instant import from_datetime, to_datetime
from uns.naming.parse.report import Report
from uns.registry.ics.event import DAY, Event
from uns.registry.ics.series import Days, Horizon, Hours

Key = tuple[date, str]
"""A shift by its date and its id."""
_REMAINS = (
    "import what remains of that shift as CSV first, an exception with times; or leave the event out with --except"
)


class Partly(NamedTuple):
    key: Key
    shift: Shift
    span: Hours


class Off(NamedTuple):
    """By which event each shift is off; and those that an event takes in part, but that have an exception already."""

    by: dict[Key, Event]
    cut: set[Key]


class Shifts:
    """The shifts of a calendar as they repeat, and what is otherwise on single dates."""

    def __init__(
        self, equipment: EquipmentPath, zone: ZoneInfo, patterns: Sequence[ShiftPattern],
        exceptions: Iterable[ShiftException], chosen: Iterable[str],
    ) -> None:  # fmt: skip
        known = {each.id for each in patterns}
        self.chosen = known & set(chosen) or known
        self.exceptions = {(each.date, each.id): each for each in exceptions if each.id in self.chosen}
        self._patterns = [each for each in patterns if each.id in self.chosen]
        self._calendar, self.zone = Calendar(equipment, zone, self._patterns), zone
        self._dates: dict[date, list[Shift]] = {}

    def off(self, spans: Iterable[Days | Hours], horizon: Horizon, report: Report) -> Off:
        """One that an event takes only in part is told, unless somebody has said already what becomes of it."""
        found: dict[Key, Event] = {}
        partly: list[Partly] = []
        for span in spans:
            if isinstance(span, Days):
                for key in self._begun(span):
                    found.setdefault(key, span.event)
                continue
            for key, shift in self._touched(span, horizon):
                if self._instant(span.since) <= shift.start and shift.stop <= self._instant(span.until):
                    found.setdefault(key, span.event)
                else:
                    partly.append(Partly(key, shift, span))
        for each in partly:
            if each.key not in found and each.key not in self.exceptions:
                report.add("event-partial", self._in_part(each), _REMAINS, each.span.event.place)
        return Off(found, {each.key for each in partly})

    def kept(self, off: dict[Key, Event], report: Report) -> set[Key]:
        """Those that have times of their own on that date: they were entered for it, a calendar knows only days."""
        kept: set[Key] = set()
        for key, event in off.items():
            known = self.exceptions.get(key)
            if known is not None and known.start is not None:
                times = f"{time_of_day(known.start)}–{time_of_day(known.stop)}"
                message = (
                    f"`{event.summary[:60]}` leaves `{key[1]}` of {key[0]} on: the registry has it at {times} that day"
                )
                remedy = "where it is off all the same, import it as CSV, without times"
                report.add("event-overruled", message, remedy, event.place)
                kept.add(key)
        return kept

    def _begun(self, span: Days) -> Iterator[Key]:
        for ordinal in range(span.since.toordinal(), span.until.toordinal()):
            day = date.fromordinal(ordinal)
            yield from ((day, each.id) for each in self._patterns if each.begins_on(day))

    def _touched(self, span: Hours, horizon: Horizon) -> Iterator[tuple[Key, Shift]]:
        since, until = self._instant(span.since), self._instant(span.until)
        first, last = max(span.since.date() - DAY, horizon.since), min(span.until.date() + DAY, horizon.until)
        for ordinal in range(first.toordinal(), last.toordinal()):
            day = date.fromordinal(ordinal)
            if day not in self._dates:
                self._dates[day] = self._calendar.of_date(day)
            yield from (((day, each.id), each) for each in self._dates[day] if each.start < until and each.stop > since)

    def _in_part(self, partly: Partly) -> str:
        start, stop = (to_datetime(each).astimezone(self.zone) for each in (partly.shift.start, partly.shift.stop))
        span, (day, name) = partly.span, partly.key
        since, until = max(start, span.since), min(stop, span.until)
        event = f"`{span.event.summary[:60]}`"
        return (
            f"{event} takes `{name}` of {day}, {start:%H:%M}–{stop:%H:%M}, off only from {since:%H:%M} to {until:%H:%M}"
        )

    @staticmethod
    def _instant(moment: datetime) -> int:
        return from_datetime(moment)
