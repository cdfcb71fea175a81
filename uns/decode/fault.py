"""What could not be read of a message: of one reading, or of the whole payload."""

from __future__ import annotations

from typing import NamedTuple

from uns.finding import Finding, SamplePlace, found
from uns.message import ABSENT, Clock, Quality, RawMessage, Reading, Sample

NOTHING = Reading(None, None)


class Fault(NamedTuple):
    """A finding that does not know its topic and tag yet; `pointer` is where in the raw payload."""

    code: str
    message: str
    remedy: str
    pointer: str = ""

    def at(self, topic: str, tag: str | None) -> Finding:
        return found(self.code, self.message, self.remedy, SamplePlace(topic, tag, self.pointer))


def undecoded(raw: RawMessage, *why: Fault | Finding) -> Sample:
    """The one sample that stands for a message of which nothing could be read."""
    clock: Clock = "backlog" if raw.backlog else "received"
    findings = tuple(each.at(raw.topic, None) if isinstance(each, Fault) else each for each in why)
    return Sample(
        raw.topic, None, ABSENT, raw.received, clock, Quality.BAD, None, None, NOTHING, "", findings, undecoded=True
    )
