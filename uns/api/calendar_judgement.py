"""What is wrong with a calendar before it is put: all of it, each at its JSON pointer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from uns.context.shifts import ShiftException, ShiftPattern, unturned
from uns.context.written import DAYS
from uns.finding import FilePlace, Finding, found
from uns.registry.shifts import Placed, doubled


class Times(Protocol):
    """An exception as it was sent."""

    start: str | None
    stop: str | None


def half_timed(exceptions: Sequence[Times]) -> Iterator[Finding]:
    """Exceptions with one of the two times, of which nobody can say what they mean."""
    for index, each in enumerate(exceptions):
        if (each.start is None) != (each.stop is None):
            missing, there = ("start", "stop") if each.start is None else ("stop", "start")
            where = f"/exceptions/{index}/{missing}"
            message = f"`{where}` is required where `{there}` stands"
            yield found("key-missing", message, "say both times, or none to remove the shift", FilePlace(where))


def ended_before(patterns: Sequence[ShiftPattern]) -> Iterator[Finding]:
    for index, each in enumerate(patterns):
        if each.since is not None and each.until is not None and each.until <= each.since:
            where = f"/shifts/{index}/until"
            message = f"`{where}` is {each.until}, not after `from`, {each.since}"
            yield found("row-invalid", message, "it is the first date without the shift", FilePlace(where))


def without_turns(patterns: Sequence[ShiftPattern]) -> Iterator[Finding]:
    for index, each in enumerate(patterns):
        for key, message, remedy in unturned(each):
            yield found("row-invalid", message, remedy, FilePlace(f"/shifts/{index}/{key}"))


def begun_twice(patterns: Sequence[ShiftPattern]) -> Iterator[Finding]:
    placed = [Placed(each, FilePlace(f"/shifts/{index}")) for index, each in enumerate(patterns)]
    for later, earlier, days in doubled(placed):
        names = ", ".join(DAYS[day] for day in sorted(days))
        message = f"`{later.pattern.id}` begins on {names} by {earlier.place.file} too"
        remedy = "give them other days, or end one with `until` and begin the other `from` that date"
        yield found("row-invalid", message, remedy, later.place)


def excepted_twice(exceptions: Sequence[ShiftException]) -> Iterator[Finding]:
    first: dict[tuple[object, str], int] = {}
    for index, each in enumerate(exceptions):
        before = first.setdefault((each.date, each.id), index)
        if before != index:
            message = f"`{each.id}` of {each.date} stands at /exceptions/{before} too"
            yield found("row-invalid", message, "remove one of them", FilePlace(f"/exceptions/{index}"))
