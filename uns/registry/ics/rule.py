"""A recurrence rule (RRULE) by days, and the days on which it holds.

Worked out here, period by period and within a budget: a library that searches for the next day of a rule that never
holds looks up to the year 9999, whatever end it was told. What repeats within a day is no holiday.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from uns.finding import Malformed

Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
MAX_DAYS: Final = 1_000_000
"""Days that one file's repetitions may take to look at: seconds."""


@dataclass(slots=True)
class Budget:
    left: int = MAX_DAYS

    def spend(self, days: int) -> None:
        """Raises Malformed where nothing is left."""
        self.left -= days
        if self.left < 0:
            message = "the repetitions of this file are too many to be worked out"
            raise Malformed("event-invalid", message, "shorten --until, or give the repetitions an end (UNTIL)")


@dataclass(frozen=True, slots=True)
class OnDay:
    """A weekday (Monday is 0), and which of its month or year: the 2nd, or the -1st, which is the last; 0 is each."""

    weekday: int
    which: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """Numbers below zero count from the end. `until` is the last day on which it may hold."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: date | None = None
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    year_days: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    days: frozenset[OnDay] = frozenset()
    positions: frozenset[int] = frozenset()
    week_begins: int = 0

    def occurrences(self, start: date, since: date, until: date, budget: Budget) -> Iterator[date]:
        """From `since` until before `until`; `start` is always the first, whether the rule would name it or not."""
        counted = 1
        if since <= start < until:
            yield start
        last = until if self.until is None else min(until, date.fromordinal(self.until.toordinal() + 1))
        for day in self._following(start, since if self.count is None else start, last, budget):
            if self.count is not None and counted >= self.count:
                return
            counted += 1
            if day >= since:
                yield day

    def _following(self, start: date, since: date, last: date, budget: Budget) -> Iterator[date]:
        """Those behind `start` and before `last`; where nobody counts them, without those long before `since`."""
        step, rule = self._first(start, since), self._by(start)
        while period := rule._period(start, step, last):
            step += 1
            budget.spend(len(period))
            for day in rule._chosen(period):
                if day >= last:
                    return
                if day > start:
                    yield day

    def _first(self, start: date, since: date) -> int:
        between = {
            "DAILY": (since - start).days,
            "WEEKLY": (since - start).days // 7 - 1,
            "MONTHLY": _month(since) - _month(start),
            "YEARLY": since.year - start.year,
        }
        return max(0, between[self.frequency] // self.interval)

    def _by(self, start: date) -> Rule:
        """With what it leaves to the first day."""
        if self.weeks or self.year_days or self.month_days or self.days or self.frequency == "DAILY":
            return self
        if self.frequency == "WEEKLY":
            return replace(self, days=frozenset({OnDay(start.weekday())}))
        yearly = self.frequency == "YEARLY" and not self.months
        return replace(
            self, month_days=frozenset({start.day}), months=frozenset({start.month}) if yearly else self.months
        )

    def _period(self, start: date, step: int, last: date) -> Sequence[date]:
        """Its days; none where it begins behind `last`."""
        step *= self.interval
        first = start.toordinal()
        if self.frequency == "DAILY":
            first, length = first + step, 1
        elif self.frequency == "WEEKLY":
            first, length = first - (start.weekday() - self.week_begins) % 7 + step * 7, 7
        elif self.frequency == "MONTHLY":
            year, month = divmod(_month(start) + step, 12)
            if year > last.year:
                return ()
            first, length = date(year, month + 1, 1).toordinal(), monthrange(year, month + 1)[1]
        else:
            return self._year(start.year + step) if start.year + step <= last.year else ()
        return [date.fromordinal(each) for each in range(first, first + length)] if first < last.toordinal() else ()

    def _year(self, year: int) -> Sequence[date]:
        """The days of those months that may have any."""
        lengths = {month: monthrange(year, month)[1] for month in sorted(self.months) or range(1, 13)}
        return [date(year, month, day) for month, length in lengths.items() for day in range(1, length + 1)]

    def _chosen(self, period: Sequence[date]) -> Sequence[date]:
        days = [day for day in period if self._holds(day)]
        if not self.positions:
            return days
        return [day for index, day in enumerate(days) if {index + 1, index - len(days)} & self.positions]

    def _holds(self, day: date) -> bool:
        if self.months and day.month not in self.months:
            return False
        length = monthrange(day.year, day.month)[1]
        if self.month_days and not {day.day, day.day - length - 1} & self.month_days:
            return False
        yearly, in_year = _year_length(day.year), day.timetuple().tm_yday
        if self.year_days and not {in_year, in_year - yearly - 1} & self.year_days:
            return False
        if self.weeks and not _weeks(day) & self.weeks:
            return False
        if not self.days:
            return True
        by_month = self.frequency == "MONTHLY" or bool(self.months)
        at, of = (day.day, length) if by_month else (in_year, yearly)
        weekday = day.weekday()
        return not self.days.isdisjoint(OnDay(weekday, each) for each in (0, (at - 1) // 7 + 1, -((of - at) // 7) - 1))


def _weeks(day: date) -> set[int]:
    """The number of its ISO week, from the year's beginning and from its end."""
    year, week, _ = day.isocalendar()
    return {week, week - date(year, 12, 28).isocalendar().week - 1}


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _year_length(year: int) -> int:
    return 365 + (monthrange(year, 2)[1] == 29)
