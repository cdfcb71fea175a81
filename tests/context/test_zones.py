"""Shift calendars at the changes of all the world's clocks, against a walk through the minutes around them.

The walk knows nothing of how instants are worked out: it looks at a clock in that zone every minute, and a shift is
over once that clock has shown the next one's beginning for the first time, or has leapt over it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import groupby
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.year.walk import Clocks, Otherwise, Pattern, Plan

from uns.context.shifts import Calendar, ShiftException, ShiftPattern
from uns.context.values import Shift
from uns.instant import SECOND

ZONES = sorted(available_timezones() - {"localtime"})
FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
EVERY_DAY = frozenset(range(7))
MINUTE = timedelta(minutes=1)


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """The minutes at which clocks there leap, from 2020 to 2035; where they never do, one minute to look at."""
    clock, found, day = ZoneInfo(zone), [], FIRST
    while day < LAST:
        if _offset(clock, day) != _offset(clock, day + timedelta(days=1)):
            minutes = (day + step * MINUTE for step in range(1440))
            found += [each for each in minutes if _offset(clock, each) != _offset(clock, each + MINUTE)]
        day += timedelta(days=1)
    return tuple(found) or (FIRST + timedelta(days=1000),)


def _offset(clock: ZoneInfo, instant: datetime) -> timedelta | None:
    return instant.astimezone(clock).utcoffset()


def full(edges: Sequence[int]) -> list[ShiftPattern]:
    """A calendar without a gap; each shift is named by the minute at which it begins."""
    following = [*edges[1:], edges[0]]
    return [ShiftPattern("s", f"{start}", EVERY_DAY, start, stop) for start, stop in zip(edges, following, strict=True)]


def walk(zone: str, around: datetime, edges: Sequence[int]) -> Iterator[tuple[datetime, str, str]]:
    """Of each minute of the two days around: the name of the shift that runs, and the date on which it began."""
    clock, shown = ZoneInfo(zone), datetime.min
    start = around - timedelta(days=3)
    for step in range(5 * 1440):
        instant = start + step * MINUTE
        shown = max(shown, instant.astimezone(clock).replace(tzinfo=None))
        if step >= 2 * 1440:
            begun = [each for each in edges if each <= shown.hour * 60 + shown.minute]
            day = shown.date() if begun else shown.date() - timedelta(days=1)
            yield instant, f"{max(begun or edges)}", day.isoformat()


def differences(zone: str, around: datetime, edges: Sequence[int]) -> Iterator[object]:
    """Where calendar and walk disagree: on a minute's shift or its date, and on how long a shift lasted."""
    calendar = Calendar("s", ZoneInfo(zone), full(edges))
    seen: list[Shift | None] = []
    for instant, name, day in walk(zone, around, edges):
        shift = calendar.at(round(instant.timestamp()) * SECOND).shift
        seen.append(shift)
        if shift is None or (shift.id, shift.date) != (name, day):
            yield zone, instant, shift, name, day
    lasted = [(shift, sum(1 for _ in minutes)) for shift, minutes in groupby(seen)]
    for shift, minutes in lasted[1:-1]:
        if shift is None or shift.stop - shift.start != minutes * 60 * SECOND:
            yield zone, shift, minutes


EDGES = st.lists(st.integers(0, 1439), min_size=1, max_size=5, unique=True).map(sorted)


@given(zone=st.sampled_from(ZONES), edges=EDGES, data=st.data())
@settings(max_examples=30)
def test_every_minute_belongs_to_the_shift_that_the_clocks_say(
    zone: str, edges: list[int], data: st.DataObject
) -> None:
    assert not list(differences(zone, data.draw(st.sampled_from(changes(zone))), edges))


class Wanted(NamedTuple):
    """A full calendar of crews that take turns, and what is otherwise on some of the days around a change of clocks."""

    zone: str
    around: datetime
    patterns: tuple[Pattern, ...]
    exceptions: tuple[Otherwise, ...]

    def calendar(self) -> Calendar:
        patterns = (
            ShiftPattern("s", each.id, each.days, each.start, each.stop, " ".join(each.crews), _date(each.since), None,
                         each.turn)
            for each in self.patterns
        )  # fmt: skip
        others = (ShiftException("s", _date(each.day), *each[2:]) for each in self.exceptions)
        return Calendar("s", ZoneInfo(self.zone), patterns, others)

    def minutes(self) -> Iterator[tuple[datetime, int]]:
        """Of the days around, with what the clocks have shown by then."""
        first, last = (round((self.around + days * timedelta(days=1)).timestamp()) * 1000 for days in (-5, 3))
        shown = Clocks(self.zone, first, last).shown
        for step in range(2 * 1440, len(shown)):
            yield datetime.fromtimestamp(first / 1000 + step * 60, UTC), shown[step]


def _date(day: int) -> date:
    return date.fromordinal(day)


@st.composite
def wanted(draw: st.DrawFn, kinds: Sequence[str]) -> Wanted:
    zone, edges = draw(st.sampled_from(ZONES)), draw(EDGES)
    around = draw(st.sampled_from(changes(zone)))
    today, turn = around.toordinal(), draw(st.integers(1, 9))
    patterns = tuple(
        Pattern("s", str(start), EVERY_DAY, start, stop, tuple(draw(st.permutations("ABC"))), today - 20, turn=turn)
        for start, stop in zip(edges, [*edges[1:], edges[0]], strict=True)
    )
    days = draw(st.lists(st.integers(today - 2, today + 1), min_size=1, max_size=3, unique=True))
    exceptions = [each for day in days for each in _exceptions(draw, draw(st.sampled_from(kinds)), day, patterns)]
    return Wanted(zone, around, patterns, tuple(exceptions))


def _exceptions(draw: st.DrawFn, kind: str, day: int, patterns: Sequence[Pattern]) -> list[Otherwise]:
    one, other = draw(st.sampled_from(patterns)), draw(st.sampled_from(patterns))
    near = st.integers(-5, 5).map(lambda minutes: (one.start + minutes) % 1440)
    start, stop = draw(st.integers(0, 1439) | near), draw(st.integers(0, 1439))
    if kind == "none":
        return [Otherwise("s", day, one.id)]
    if kind == "holiday":
        return [Otherwise("s", day, each.id) for each in patterns]
    if kind == "swap":
        return [
            Otherwise("s", day, one.id, one.start, one.stop, other.crew(day)),
            Otherwise("s", day, other.id, other.start, other.stop, one.crew(day)),
        ][: 1 + (one is not other)]
    return [
        Otherwise("s", day, one.id if kind == "moved" else "extra", start, stop, draw(st.sampled_from(["X", None])))
    ]


@given(wanted(["none", "holiday", "swap", "moved", "extra"]))
@settings(max_examples=25)
def test_every_minute_belongs_to_whom_the_plan_on_the_wall_says(them: Wanted) -> None:
    calendar, plan = them.calendar(), Plan(them.patterns, them.exceptions)
    for instant, shown in them.minutes():
        shift = calendar.at(_instant(instant)).shift
        assert _said(shift) == plan.running("s", shown), (them, instant)


@given(wanted(["none", "holiday"]))
@settings(max_examples=15)
def test_a_cancelled_shift_leaves_its_minutes_to_nobody_and_all_others_to_whose_they_were(them: Wanted) -> None:
    calendar, full_one = them.calendar(), them._replace(exceptions=()).calendar()
    cancelled = {(each.id, _date(each.day).isoformat()) for each in them.exceptions}
    lasted: Counter[Shift] = Counter()
    minutes = list(them.minutes())
    for instant, _ in minutes:
        planned, shift = (each.at(_instant(instant)).shift for each in (full_one, calendar))
        assert planned is not None
        assert shift == (None if (planned.id, planned.date) in cancelled else planned), (them, instant)
        lasted[planned] += 1
    first, last = (_instant(minutes[index][0]) for index in (0, -1))
    for planned, count in lasted.items():
        if first < planned.start and planned.stop <= last:
            assert planned.stop - planned.start == count * 60 * SECOND, (them, planned)


@given(wanted(["swap"]))
@settings(max_examples=15)
def test_crews_that_exchange_their_shifts_do_so_on_that_date_alone(them: Wanted) -> None:
    calendar, usual = them.calendar(), them._replace(exceptions=()).calendar()
    crews = {(each.id, _date(each.day).isoformat()): each.crew for each in them.exceptions}
    for instant, _ in them.minutes():
        planned, shift = (each.at(_instant(instant)).shift for each in (usual, calendar))
        assert planned is not None
        assert shift == replace(planned, crew=crews.get((planned.id, planned.date), planned.crew)), (them, instant)


def _instant(moment: datetime) -> int:
    return round(moment.timestamp()) * SECOND


def _said(shift: Shift | None) -> tuple[str, str, str | None] | None:
    return None if shift is None else (shift.id, shift.date, shift.crew)


@pytest.mark.skipif("UNS_SOAK" not in os.environ, reason="all changes of all clocks take a minute or two: make soak")
def test_all_changes_of_all_clocks() -> None:
    chance = Random(os.environ.get("SEED", "1"))
    alike = {changes(zone): zone for zone in ZONES}
    for leaps, zone in alike.items():
        for around in leaps:
            assert not list(differences(zone, around, sorted(chance.sample(range(1440), chance.randint(1, 5)))))
