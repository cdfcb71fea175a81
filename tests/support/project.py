"""Projects written in a test: a standard, one rule file, and what the line makes of a message."""

from __future__ import annotations

import textwrap
from typing import Any

import orjson

from uns.bundle import Bundle, Documents
from uns.context.timeline import Timeline
from uns.contextualize import contextualize
from uns.decision import Decision, Publish
from uns.decode import NO_BIRTHS
from uns.judge import judge
from uns.message import RawMessage

NOW = 1_763_600_000_000_000_000
"""2025-11-20T00:53:20Z, the receive time of tests."""

STANDARD = """
enterprise: acme
sites:
  dallas: {zone: America/Chicago}
levels:
  - {name: line, role: work_center, pattern: 'line-[0-9]{1,2}', optional: true}
  - {name: asset, role: work_unit, pattern: '[a-z][a-z0-9-]{1,31}'}
names:
  temperature: {type: number, unit: Cel, range: [-40, 400]}
  speed: {type: number, unit: 1/min}
  count: {type: integer}
  running: {type: boolean}
  mode: {type: string, values: [idle, running]}
  status: {type: object}
contracts:
  telemetry: {schema: telemetry/1.json, shape: value}
  batched: {schema: telemetry/1.json, version: 1, shape: value, require: [batch]}
  drive: {schema: drive/1.json, shape: object}
  order: {schema: order.json, version: 1, shape: document}
  event: {schema: telemetry/1.json, version: 1, shape: value, retain: false}
"""

SCHEMAS = {
    "telemetry/1.json": {
        "type": "object",
        "properties": {"value": {"type": ["number", "integer", "boolean", "string", "object", "null"]}},
        "required": ["timestamp", "value", "quality"],
    },
    "drive/1.json": {"type": "object", "properties": {"speed": {"type": "number"}}, "required": ["timestamp", "speed"]},
    "order.json": {"type": "object", "required": ["orderId"]},
    "strict.json": {
        "type": "object",
        "properties": {"value": {"type": ["number", "string", "boolean", "null"], "maximum": 100, "maxLength": 4}},
        "required": ["timestamp", "value", "quality"],
    },
    "raw.json": {"type": "object", "properties": {"v": {"type": "number", "maximum": 100}}},
}


def bundle_of(rules: str, standard: str = STANDARD, **tables: str) -> Bundle:
    """The bundle of one rule file, `dallas.yaml`, written without its header; AssertionError with every finding."""
    text = "site: dallas\nsteward: packaging@acme.example\n" + textwrap.dedent(rules)
    files = {"standard.yaml": standard, "dallas.yaml": text} | {f"{name}.csv": table for name, table in tables.items()}
    documents = Documents(
        {path: content.encode() for path, content in files.items()},
        {path: orjson.dumps(schema) for path, schema in SCHEMAS.items()},
    )
    judgement = judge(documents, NOW)
    assert judgement.bundle is not None, "\n".join(map(str, judgement.findings))
    return judgement.bundle


def decided(bundle: Bundle, topic: str, payload: Any, timeline: Timeline | None = None, **raw: Any) -> list[Decision]:
    """What becomes of one message; the payload is bytes, or a value to be written as JSON."""
    content = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    message = RawMessage(topic, content, raw.pop("received", NOW), **raw)
    decisions, _ = contextualize(message, bundle, timeline or Timeline.build("1"), NO_BIRTHS)
    return decisions


def published(decision: Decision) -> dict[str, Any]:
    """The payload of a decision that is to publish."""
    assert isinstance(decision, Publish), decision
    body: dict[str, Any] = orjson.loads(decision.payload)
    return body


def codes(decision: Any) -> list[str]:
    return [each.code for each in decision.findings]
