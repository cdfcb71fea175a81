"""Shift calendars at the changes of all the world's clocks, against a walk through the minutes around them.

The walk knows nothing of how instants are worked out: it looks at a clock in that zone every minute, and a shift is
over once that clock has shown the next one's beginning for the first time, or has leapt over it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uns.context.shifts import Calendar, ShiftPattern
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


@pytest.mark.skipif("UNS_SOAK" not in os.environ, reason="all changes of all clocks take a minute or two: make soak")
def test_all_changes_of_all_clocks() -> None:
    chance = Random(os.environ.get("SEED", "1"))
    alike = {changes(zone): zone for zone in ZONES}
    for leaps, zone in alike.items():
        for around in leaps:
            assert not list(differences(zone, around, sorted(chance.sample(range(1440), chance.randint(1, 5)))))
