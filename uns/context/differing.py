"""Where two timelines give readings of one piece of equipment another context."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from uns.context.timeline import Timeline
from uns.context.values import Context
from uns.equipment import EquipmentPath
from uns.instant import Instant


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
    last: Differs | None = None
    for each in _pieces(before, after, equipment, within):
        if last and last.until == each.since and same(last.was, each.was) and same(last.became, each.became):
            last = last._replace(until=each.until)
            continue
        if last:
            yield last
        last = each
    if last:
        yield last


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
