"""Whose shift it is, by looking at the clock on the wall every minute; it knows nothing of how instants are worked out.

A shift has begun once that clock has shown its beginning or leapt over it, and a clock that is set back begins nothing
twice. Wall-clock minutes are counted from the day 1 of the calendar, instants in milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from itertools import cycle, islice
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

MINUTE: Final = 60_000
A_DAY: Final = 1_440
ENOUGH_DAYS: Final = 1_500


class Clocks:
    """What the clocks of a zone have shown, of each minute the latest time so far."""

    def __init__(self, zone: str, first: int, last: int) -> None:
        clock, shown = ZoneInfo(zone), 0
        self.first = first // MINUTE
        self.shown: list[int] = []
        for minute in range(self.first, last // MINUTE + 1):
            wall = datetime.fromtimestamp(minute * 60, clock)
            shown = max(shown, wall.toordinal() * A_DAY + wall.hour * 60 + wall.minute)
            self.shown.append(shown)

    def at(self, instant: int) -> int:
        return self.shown[instant // MINUTE - self.first]


class Pattern(NamedTuple):
    """As people write it; `since` and `until` are days, `crews` take turns every `turn` days from `since` on."""

    where: str
    id: str
    days: frozenset[int]
    start: int
    stop: int
    crews: tuple[str, ...] = ()
    since: int = 0
    until: int = 10**7
    turn: int = 0

    def crew(self, day: int) -> str | None:
        if not self.turn:
            return " ".join(self.crews) or None
        return _turns(self.crews, self.turn)[day - self.since]


class Otherwise(NamedTuple):
    """Of one day; without times there is no such shift."""

    where: str
    day: int
    id: str
    start: int | None = None
    stop: int | None = None
    crew: str | None = None


class Running(NamedTuple):
    id: str
    date: str
    crew: str | None


class Plan:
    """All patterns and exceptions that are believed."""

    def __init__(
        self, patterns: tuple[Pattern, ...] = (), exceptions: tuple[Otherwise, ...] = ()
    ) -> None:  # fmt: skip
        self.patterns, self.exceptions = patterns, exceptions
        self._days: dict[tuple[str, int], list[tuple[str, int, int, str | None]]] = {}
        self._places = {each.where for each in patterns} | {each.where for each in exceptions}

    def put(self, pattern: Pattern) -> Plan:
        """In place of the one with the same name that begins on the same date."""
        others = (each for each in self.patterns if (each[:3], each.since) != (pattern[:3], pattern.since))
        return Plan((*others, pattern), self.exceptions)

    def otherwise(self, exception: Otherwise) -> Plan:
        return Plan(self.patterns, (*(each for each in self.exceptions if each[:3] != exception[:3]), exception))

    def running(self, equipment: str, shown: int) -> Running | None:
        """Of several the one that began last."""
        where = self.place(equipment)
        if where is None:
            return None
        day = shown // A_DAY
        begun = [
            (each * A_DAY + start, name, each, crew)
            for each in (day - 1, day)
            for name, start, stop, crew in self.of_day(where, each)
            if each * A_DAY + start <= shown < (each + (stop <= start)) * A_DAY + stop
        ]
        if not begun:
            return None
        _, name, day, crew = max(begun, key=lambda each: each[:2])
        return Running(name, date.fromordinal(day).isoformat(), crew)

    def place(self, equipment: str) -> str | None:
        """Where the calendar stands that it follows."""
        return next((each for each in upwards(equipment) if each in self._places), None)

    def of_day(self, where: str, day: int) -> list[tuple[str, int, int, str | None]]:
        known = self._days.get((where, day))
        if known is None:
            known = self._days[where, day] = list(self._of_day(where, day))
        return known

    def _of_day(self, where: str, day: int) -> Iterator[tuple[str, int, int, str | None]]:
        weekday = date.fromordinal(day).weekday()
        regular = {
            each.id: each
            for each in self.patterns
            if each.where == where and weekday in each.days and each.since <= day < each.until
        }
        others = {each.id: each for each in self.exceptions if (each.where, each.day) == (where, day)}
        for name in regular.keys() - others.keys():
            yield name, regular[name].start, regular[name].stop, regular[name].crew(day)
        for name, other in others.items():
            if other.start is not None and other.stop is not None:
                crew = other.crew or (regular[name].crew(day) if name in regular else None)
                yield name, other.start, other.stop, crew


@cache
def upwards(equipment: str) -> tuple[str, ...]:
    """Itself, and what it is part of, the nearest first."""
    levels = equipment.split("/")
    return tuple("/".join(levels[:count]) for count in range(len(levels), 0, -1))


@cache
def _turns(crews: tuple[str, ...], turn: int) -> tuple[str, ...]:
    return tuple(islice((crew for each in cycle(crews) for crew in [each] * turn), ENOUGH_DAYS))
