"""One shift of a calendar begins at most once on a date: two patterns that both begin it contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Generic, NamedTuple, TypeVar

from uns.context.shifts import ShiftPattern

P = TypeVar("P")


class Placed(NamedTuple, Generic[P]):
    """A pattern and where it stands."""

    pattern: ShiftPattern
    place: P


class Doubled(NamedTuple, Generic[P]):
    """Two that begin the same shift on the same dates; `later` is the one that was given later."""

    later: Placed[P]
    earlier: Placed[P]
    days: frozenset[int]
    """On which weekdays they both begin it."""


def doubled(patterns: Sequence[Placed[P]]) -> list[Doubled[P]]:
    """Whoever is in one of them is not looked at again, so that a long list of contradictions stays short work."""
    groups: dict[tuple[str, str], list[tuple[date, int]]] = {}
    for index, (pattern, _) in enumerate(patterns):
        groups.setdefault((pattern.equipment, pattern.id), []).append((pattern.since or date.min, index))
    return [each for group in groups.values() for each in _doubled(patterns, sorted(group))]


def _doubled(patterns: Sequence[Placed[P]], group: Sequence[tuple[date, int]]) -> list[Doubled[P]]:
    found: list[Doubled[P]] = []
    valid: list[int] = []
    for since, index in group:
        this = patterns[index].pattern
        valid = [each for each in valid if (patterns[each].pattern.until or date.max) > since]
        clash = next((each for each in valid if common_days(patterns[each].pattern, this)), None)
        if clash is None:
            valid.append(index)
            continue
        earlier, later = (patterns[each] for each in sorted((clash, index)))
        found.append(Doubled(later, earlier, common_days(earlier.pattern, later.pattern)))
    return found


def common_days(one: ShiftPattern, other: ShiftPattern) -> frozenset[int]:
    """The weekdays on which both begin; each of them is among the first seven dates on which both are valid."""
    first = max(one.since or date.min, other.since or date.min).toordinal()
    week = (date.fromordinal(each) for each in range(first, min(first + 7, date.max.toordinal() + 1)))
    return frozenset(day.weekday() for day in week if one.begins_on(day) and other.begins_on(day))
