"""Where two timelines give readings of one piece of equipment another context."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from uns.context.timeline import Timeline
from uns.context.values import Context
from uns.equipment import EquipmentPath
from uns.instant import Instant

T = TypeVar("T")


class Stretch(NamedTuple):
    """Event times, since ≤ t < until."""

    since: Instant
    until: Instant


class Differs(NamedTuple):
    since: Instant
    until: Instant
    was: Context
    became: Context


def differing(before: Timeline, after: Timeline, equipment: EquipmentPath, within: Stretch) -> Iterator[Differs]:
    """As long as possible, in order; what payloads do not say makes no difference."""
    yield from whole(_pieces(before, after, equipment, within), _longer)


def whole(pieces: Iterable[T], longer: Callable[[T, T], T | None]) -> Iterator[T]:
    """Neighbours that `longer` makes one of, as one; it says None of two that stay apart."""
    last: T | None = None
    for each in pieces:
        both = None if last is None else longer(last, each)
        if last is not None and both is None:
            yield last
        last = each if both is None else both
    if last is not None:
        yield last


def _longer(one: Differs, other: Differs) -> Differs | None:
    goes_on = one.until == other.since and same(one.was, other.was) and same(one.became, other.became)
    return one._replace(until=other.until) if goes_on else None


def _pieces(before: Timeline, after: Timeline, equipment: EquipmentPath, within: Stretch) -> Iterator[Differs]:
    at = within.since
    while at < within.until:
        was, became = before.answer(equipment, at), after.answer(equipment, at)
        until = min(was.until, became.until, within.until)
        if not same(was.context, became.context):
            yield Differs(at, until, was.context, became.context)
        at = until


def same(one: Context, other: Context) -> bool:
    """Whether a reading cannot tell them apart."""
    return one.members == other.members and one.ambiguous == other.ambiguous


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Those that meet or overlap as one, in order."""
    made: list[Stretch] = []
    for each in sorted(stretches):
        if made and each.since <= made[-1].until:
            made[-1] = Stretch(made[-1].since, max(made[-1].until, each.until))
        else:
            made.append(each)
    return made


def shared(stretch: Stretch, others: Sequence[Stretch]) -> Iterator[Stretch]:
    """What of it lies in the others, which are in order and do not meet."""
    first = bisect_right(others, stretch.since, key=lambda other: other.since) - 1
    for index in range(max(first, 0), len(others)):
        each = others[index]
        if each.since >= stretch.until:
            return
        since, until = max(each.since, stretch.since), min(each.until, stretch.until)
        if since < until:
            yield Stretch(since, until)
