"""Records that come late: readings that they concern have already been published without them."""

from __future__ import annotations

from uns.decision import Recorded
from uns.finding import Finding, SamplePlace, Severity, found
from uns.instant import SECOND
from uns.publisher import Publisher

_MINUTE = 60 * SECOND


def context_late(recorded: Recorded, publisher: Publisher, root: str, now: int) -> Finding | None:
    """A note, where the publisher remembers readings of that equipment from the record's time on."""
    record = recorded.record
    if record.equipment is None:
        return None
    since = record.fields.get("start", record.at)
    below = f"{root}/{record.equipment}/"
    readings = sum(
        sum(time >= since for time in memory.times) or int(memory.time is not None and memory.time >= since)
        for topic, memory in publisher.topics.items()
        if topic.startswith(below)
    )
    if not readings:
        return None
    what = record.fields.get("id", record.kind)
    sample = recorded.sample
    return found(
        "context-late",
        f"{record.kind} {what} on {record.equipment} begins {_ago(now - since)} before it was announced; "
        f"at least {readings} readings went out without it",
        "announce it sooner",
        SamplePlace(sample.topic, sample.tag),
        Severity.NOTE,
    )


def _ago(nanoseconds: int) -> str:
    if nanoseconds >= 2 * _MINUTE:
        return f"{nanoseconds // _MINUTE} min"
    return f"{max(nanoseconds, 0) / SECOND:.1f} s"
