"""A decision as REST and `--json` show it."""

from __future__ import annotations

from typing import Any

from uns.decision import Decision, Ignore, Observe, Publish, Recorded, Reject
from uns.instant import rfc3339


def outcome_json(decision: Decision) -> dict[str, Any]:
    match decision:
        case Publish():
            return {
                "outcome": "publish",
                "topic": decision.topic,
                "payload": decision.payload.decode("utf-8", "replace"),
                "properties": dict(decision.properties),
                "retain": decision.retain,
                "findings": [each.as_json() for each in decision.findings],
            }
        case Recorded():
            record = decision.record
            return {
                "outcome": "record",
                "kind": record.kind,
                "equipment": record.equipment,
                "at": rfc3339(record.at),
                "fields": dict(record.fields),
                "findings": [each.as_json() for each in decision.findings],
            }
        case Reject():
            return {"outcome": "reject", "findings": [each.as_json() for each in decision.findings]}
        case Ignore():
            return {"outcome": "ignore", "reason": decision.reason}
        case Observe():
            return {"outcome": "observe", "would": outcome_json(decision.would)}
