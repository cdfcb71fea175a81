"""Messages that get findings: each goes through the line, the publisher and the outbox, as the service would do it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from mqtt5 import PubAckReasonCode

from uns.broker.outbox import Outbox, Outgoing
from uns.bundle import Bundle, Documents
from uns.context.timeline import Timeline
from uns.context.values import Batch
from uns.contextualize import contextualize
from uns.decision import Decision, Ignore, Observe, Publish, Recorded, Reject
from uns.decode import NO_BIRTHS
from uns.equipment import EquipmentPath
from uns.finding import Finding
from uns.instant import Instant
from uns.judge import judge
from uns.message import RawMessage
from uns.publisher import Publisher
from uns.service.late import Change, context_late
from uns.service.refusal import refused_by_broker
from uns.service.signals import identify_by

HERE: Final = Path(__file__).parent.parent / "samples"
NOW: Final[Instant] = 1_763_600_000_000_000_000
"""2025-11-20T00:53:20Z, when every message of the table is received."""
SCHEMAS: Final = {
    "telemetry/1.json": b'{"type": "object", "required": ["timestamp", "value", "quality"]}',
    "drive/1.json": b'{"type": "object", "required": ["timestamp", "speed", "quality"]}',
    "raw/oven.json": b'{"type": "object", "properties": {"v": {"type": "number", "maximum": 500}}}',
}


class Case(NamedTuple):
    """Messages, one after the other, what registry and broker say, and the findings of all of them."""

    title: str
    registry: str
    broker: str
    messages: tuple[tuple[str, bytes], ...]
    findings: str


def cases() -> Iterator[Case]:
    for text in re.split(r"^=== ", (HERE / "findings.txt").read_text("utf-8"), flags=re.MULTILINE)[1:]:
        said, _, findings = text.partition("\n---\n")
        title, *lines = said.splitlines()
        around = dict(line.split(": ", 1) for line in lines if line.startswith(("registry: ", "broker: ")))
        sent = [line.split(" ", 1) for line in lines if not line.startswith(("registry: ", "broker: "))]
        messages = tuple((topic, payload.encode()) for topic, payload in sent)
        yield Case(title, around.get("registry", ""), around.get("broker", ""), messages, findings.strip())


def plant() -> Bundle:
    """The rules of all cases."""
    rules = {path.name: path.read_bytes() for path in (HERE / "plant").iterdir()}
    judgement = judge(Documents(rules, SCHEMAS), NOW, {})
    assert judgement.bundle is not None, "\n".join(map(str, judgement.findings))
    return judgement.bundle


def findings_of(case: Case, bundle: Bundle) -> list[Finding]:
    """In order of the messages."""
    timeline, publisher = _timeline(case.registry), Publisher(identify_by(bundle))
    findings: list[Finding] = []
    for receipt, (topic, payload) in enumerate(case.messages):
        decisions, _ = contextualize(RawMessage(topic, payload, NOW, receipt), bundle, timeline, NO_BIRTHS)
        for decision in decisions:
            if isinstance(decision, Recorded):
                before, (timeline, _) = timeline, timeline.take(decision.record)
                late = context_late(decision, Change(before, timeline), publisher, bundle.standard.root, NOW)
                findings += [late] if late else []
            findings += _found(_sent(decision, publisher, case.broker))
    return findings


def _found(decision: Decision | None) -> tuple[Finding, ...]:
    assert not isinstance(decision, Observe)
    return () if decision is None or isinstance(decision, Ignore) else decision.findings


def _sent(decision: Decision, publisher: Publisher, broker: str) -> Decision | None:
    """A publish as publisher and broker leave it."""
    outgoing = publisher.judge(decision) if isinstance(decision, Publish) else None
    return _answered(outgoing, broker) if isinstance(outgoing, Publish) else outgoing or decision


def _answered(decision: Publish, broker: str) -> Publish | Reject:
    refusals: list[Reject] = []
    outbox = Outbox(
        [], lambda outgoing: None, lambda outgoing, *why: refusals.append(refused_by_broker(decision, *why))
    )
    largest = re.fullmatch(r"takes (\d+) bytes", broker)
    outbox.open(1, int(largest[1]) if largest else None, session=False)
    outgoing = Outgoing(decision.topic, decision.payload, decision.retain, decision.properties, None)
    outbox.publish(outgoing)
    if broker == "refuses":
        outbox.answered(outgoing.packet_id, PubAckReasonCode.NOT_AUTHORIZED)
    return refusals[0] if refusals else decision


def _timeline(registry: str) -> Timeline:
    batches = [each.split() for each in registry.split(", ") if " " in each]
    timeline = Timeline.build(
        "1",
        batches=[Batch(name, EquipmentPath(where), NOW - 3_600_000_000_000) for name, where in batches],
        parallel=lambda equipment: "/cell-" in equipment,
    )
    return timeline.when_stale() if registry == "stale" else timeline
