"""Records that come late: readings that they concern have already been published without them."""

from __future__ import annotations

from itertools import islice
from typing import Final, NamedTuple

from uns.context.timeline import Timeline
from uns.decision import Recorded
from uns.equipment import EquipmentPath
from uns.finding import Finding, SamplePlace, Severity, found
from uns.instant import SECOND, Instant, legible
from uns.publisher import Memory, Publisher

MOST_COUNTED: Final = 1_000
"""Readings; messages wait while they are counted."""
_MINUTE: Final = 60 * SECOND


class Change(NamedTuple):
    """The timeline as it was before a record, and as it is with it."""

    before: Timeline
    after: Timeline

    def concerns(self, equipment: EquipmentPath, instant: Instant) -> bool:
        """Whether a reading there and then would have gone out with other context."""
        return self.before.at(equipment, instant).members != self.after.at(equipment, instant).members


def context_late(recorded: Recorded, change: Change, publisher: Publisher, root: str, now: int) -> Finding | None:
    """A note, where the publisher remembers readings that the record would have given other context."""
    record = recorded.record
    if record.equipment is None:
        return None
    since = record.fields.get("start", record.at)
    concerned = (
        instant
        for topic, memory in publisher.below(f"{root}/{record.equipment}/")
        for instant in _times(memory)
        if instant >= since and change.concerns(_equipment(topic, root), instant)
    )
    count = sum(1 for _ in islice(concerned, MOST_COUNTED))
    if not count:
        return None
    what = f"{record.kind} {record.fields['id']}" if "id" in record.fields else record.kind
    begins, without = ("ends", "with") if record.kind == "batch-stop" else ("begins", "without")
    sample = recorded.sample
    return found(
        "context-late",
        f"{what} on {record.equipment} {begins} {_ago(now - since)} before it was announced; "
        f"at least {count} {'reading' if count == 1 else 'readings'} went out {without} it",
        f"announce it sooner; what it concerns: uns context diff {root}/{record.equipment} --from {legible(now)}",
        SamplePlace(sample.topic, sample.tag),
        Severity.NOTE,
    )


def _times(memory: Memory) -> set[Instant]:
    return {*memory.times, memory.time}


def _equipment(topic: str, root: str) -> EquipmentPath:
    """Of a governed topic: what stands between the root and the contract."""
    return EquipmentPath(topic[len(root) + 1 :].partition("/_")[0])


def _ago(nanoseconds: int) -> str:
    if nanoseconds >= 2 * _MINUTE:
        return f"{nanoseconds // _MINUTE} min"
    return f"{max(nanoseconds, 0) / SECOND:.1f} s"
