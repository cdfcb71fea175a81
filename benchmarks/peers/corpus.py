"""A few good and bad raw messages, each of a machine of its own, so that what comes out tells what it came from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

Message = tuple[str, bytes]
Outputs = Mapping[str, Any]
"""What was published in the end: governed topic → payload."""

HOUR = 3_600_000


def corpus(now: int) -> list[Message]:
    """Raw messages as of `now`, in milliseconds."""
    payloads = [
        # good
        b'{"Val": 71.6, "ts": %d}' % now,
        b'{"Val": 212, "ts": %d}' % (now - 9 * HOUR),
        b'{"Val": -4.5, "ts": %d}' % (now - 14 * HOUR),
        b'{"Val": 7.16e1, "ts": %d, "status": "ok", "more": [1, {"a": null}]}' % (now - 24 * HOUR),
        b' {"ts":%d,"Val":0}\n' % (now - 100 * HOUR),
        b'{"Val": null, "ts": %d}' % now,
        # bad
        b'{"Val": 850, "ts": %d}' % now,
        b'{"Val": -51.7, "ts": %d}' % now,
        b'{"Val": "hot", "ts": %d}' % now,
        b'{"Val": true, "ts": %d}' % now,
        b'{"Val": {"a": 1}, "ts": %d}' % now,
        b'{"Val": [71.6], "ts": %d}' % now,
        b'{"val": 71.6, "ts": %d}' % now,
        b'{"Val": 71.6}',
        b'{"Val": 71.6, "ts": "yesterday"}',
        b'{"Val": 71.6, "ts": %d}' % (now + HOUR),
        b'{"Val": 71.6, "ts": %d}' % (now - 200 * HOUR),
        b'{"Val": 71.6, "ts": %d' % now,
        b'{"Val": 71.6 "ts": %d}' % now,
        b'[{"Val": 71.6, "ts": %d}]' % now,
        b'"71.6"',
        b"71.6",
        b"Val=71.6",
        b'{"Val": 71.6, "ts": %d, "more": "\xff"}' % now,
        b"\x00\x01\x02\x03",
        b"",
    ]
    good = b'{"Val": 71.6, "ts": %d}' % now
    topics = ["L1/Filler_101/TT101", "L2/Filler_102/TT101", "L4/Filler_103/TT101", "L3/Filler_999/TT101"]
    topics += ["L3/Filler_104/TT102", "L3/Filler_105", "L3/Filler_106/TT101/more", "Filler_107/TT101"]
    return [(f"plc/dallas/L3/Filler_{number + 1:03d}/TT101", each) for number, each in enumerate(payloads)] + [
        (f"plc/dallas/{topic}", good) for topic in topics
    ]


def meaning(published: Iterable[Message]) -> Outputs:
    """Payloads as what they say: 100.0 is 100, and a moment is the same however it is written."""
    return {topic: _meaning(payload) for topic, payload in published}


def _meaning(payload: bytes) -> Any:
    try:
        body = json.loads(payload)
        body["timestamp"] = datetime.fromisoformat(body["timestamp"]).timestamp()
        body["value"] = body["value"] if body["value"] is None else round(float(body["value"]), 9)
    except (ValueError, KeyError, TypeError):
        return payload
    return body


def differences(messages: Sequence[Message], ours: Outputs, theirs: Outputs) -> list[str]:
    """What another did otherwise than we: one for each message that it concerns."""
    return [
        f"{_otherwise(topic, ours, theirs)} `{_raw(messages, topic)!r}`"
        for topic in sorted({*ours, *theirs})
        if ours.get(topic) != theirs.get(topic)
    ]


def _otherwise(topic: str, ours: Outputs, theirs: Outputs) -> str:
    if topic not in theirs:
        return "refuses"
    return "makes something else of" if topic in ours else "does not refuse"


def _raw(messages: Sequence[Message], governed: str) -> bytes:
    """The payload of the machine that stands in the governed topic."""
    machines = ((topic.split("/")[3].lower().replace("_", "-"), payload) for topic, payload in messages)
    return next((payload for machine, payload in machines if f"/{machine}/" in governed), b"")
