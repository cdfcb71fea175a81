"""Events as the spans of time that they are: series unrolled, with what was moved, excluded or called off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from uns.finding import Malformed
from uns.instant import Instant, to_datetime
from uns.naming.parse.report import Report
from uns.registry.ics.event import DAY, Event
from uns.registry.ics.rule import Budget
from uns.registry.ics.values import Moment, day_of, same

ZONES_APART: Final = 2 * DAY
YEARS: Final = 2
MOST_YEARS: Final = 10
EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2200, 1, 1)


class Horizon(NamedTuple):
    """The dates that are looked at, from `since` until before `until`."""

    since: date
    until: date


class OutOfReach(Malformed):
    """Dates that cannot be looked at; `end` says which of the two is at fault."""

    def __init__(self, end: Literal["from", "until"], message: str, remedy: str) -> None:
        super().__init__("key-value", message, remedy)
        self.end = end


class Days(NamedTuple):
    """Whole days on the plant's clocks, from `since` until before `until`."""

    event: Event
    since: date
    until: date


class Hours(NamedTuple):
    """A span that begins or ends within a day, on the plant's clocks."""

    event: Event
    since: datetime
    until: datetime


def horizon_of(since: date | None, until: date | None, now: Instant, zone: ZoneInfo) -> Horizon:
    """From today on for two years, unless somebody says otherwise. Raises OutOfReach."""
    _check("from", since)
    _check("until", until)
    first = since or to_datetime(now).astimezone(zone).date()
    last = until or _later(first, YEARS)
    if not first < last <= _later(first, MOST_YEARS):
        message = f"from {first} until before {last} is nothing that can be looked at"
        raise OutOfReach("until", message, f"name a date behind it, at most {MOST_YEARS} years")
    return Horizon(first, last)


def _check(end: Literal["from", "until"], day: date | None) -> None:
    if day is not None and not EARLIEST <= day <= LATEST:
        raise OutOfReach(end, f"no calendar goes to {day}", f"name one from {EARLIEST} to {LATEST}")


def _later(day: date, years: int) -> date:
    """The same date then; 1 March where there is no 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def unrolled(events: Sequence[Event], zone: ZoneInfo, horizon: Horizon, report: Report) -> Iterator[Days | Hours]:
    """What of each event lies within the horizon. One that goes from midnight to midnight is whole days."""
    budget, valid = Budget(), _newest(events)
    moved: dict[str | None, list[Moment]] = {}
    for event in valid:
        if event.uid is not None and event.instead_of is not None:
            moved.setdefault(event.uid, []).append(event.instead_of)
    for event in valid:
        if event.called_off:
            continue
        gone = event.but if event.instead_of is not None else (*event.but, *moved.get(event.uid, ()))
        try:
            for begin in _begins(event, horizon, budget):
                budget.spend(1 + event.length // DAY + len(gone))
                span = _span(event, begin, zone, horizon)
                if span is not None and not any(same(begin, each) for each in gone):
                    yield span
        except Malformed as error:
            report.malformed(error, event.place)


def _newest(events: Sequence[Event]) -> list[Event]:
    """Without those of which the file holds a later version; and without those of a series that was called off."""
    newest: dict[tuple[str, str], int] = {}
    for each in events:
        if each.uid is not None:
            key = (each.uid, str(each.instead_of))
            newest[key] = max(newest.get(key, 0), each.sequence)
    kept = [each for each in events if each.uid is None or newest[each.uid, str(each.instead_of)] == each.sequence]
    gone = {each.uid for each in kept if each.called_off and each.instead_of is None}
    return [each for each in kept if each.uid is None or each.uid not in gone]


def _begins(event: Event, horizon: Horizon, budget: Budget) -> Iterator[Moment]:
    """Each once, with those that lie so near the horizon that they may reach into it."""
    first = day_of(event.start)
    since, until = horizon.since - event.length - ZONES_APART, horizon.until + ZONES_APART
    seen: set[Moment] = set()
    days: Iterator[date] | list[date] = [first]
    if event.rule is not None and event.instead_of is None:
        days = event.rule.occurrences(first, since, until, budget)
    begins = (_on(event.start, day) for day in days)
    for begin in (*begins, *(each for each in event.more if since <= day_of(each) < until)):
        if begin not in seen:
            seen.add(begin)
            yield begin


def _on(start: Moment, day: date) -> Moment:
    return datetime.combine(day, start.timetz()) if isinstance(start, datetime) else day


def _span(event: Event, begin: Moment, zone: ZoneInfo, horizon: Horizon) -> Days | Hours | None:
    if not isinstance(begin, datetime):
        return _within(event, begin, begin + event.length, horizon)
    since, until = begin.astimezone(zone), (begin + event.length).astimezone(zone)
    if since == until:
        return None
    if since.time() == until.time() == datetime.min.time():
        return _within(event, since.date(), until.date(), horizon)
    inside = since.date() < horizon.until and until.date() >= horizon.since
    return Hours(event, since, until) if inside else None


def _within(event: Event, since: date, until: date, horizon: Horizon) -> Days | None:
    since, until = max(since, horizon.since), min(until, horizon.until)
    return Days(event, since, until) if since < until else None
