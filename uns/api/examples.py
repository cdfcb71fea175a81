"""An example of everything that the API takes and answers; a test holds each against its schema."""

from __future__ import annotations

from typing import Any, Final

LINE: Final = "acme/dallas/packaging/line-3"
TOPIC: Final = f"{LINE}/filler-01/_telemetry/temperature"
RAW: Final = "plc/dallas/L3/Filler_01/TT101"
TIME, RULES, REVISION = "2026-11-20T10:00:00.000Z", "9cd2324e2f8c1656", "3"
RECORDED: Final = {"recorded_in": REVISION, "recorded_at": TIME, "recorded_by": "rest", "why": None}
FINDING: Final = {
    "code": "value-type", "severity": "error", "message": '"hot" is not a number',
    "remedy": "correct the source's `value`", "where": {"topic": RAW, "pointer": "/Val", "in": "raw"},
}  # fmt: skip
PROBLEM: Final = {
    "type": "about:blank", "title": "Bad Request", "status": 400, "detail": "unknown query parameter `fliter`",
    "findings": [
        {"code": "key-unknown", "severity": "error", "message": "unknown query parameter `fliter`",
         "remedy": "did you mean `filter`?", "where": {"file": "?fliter", "line": 1, "column": 1}},
    ],
}  # fmt: skip
VALUE: Final = {
    "topic": TOPIC, "value": 22.0, "not_json": None, "unit": "Cel", "quality": "good", "code": None, "timestamp": TIME,
    "batch": {"id": "B-1001"}, "shift": {"id": "early", "date": "2026-11-20", "crew": "A"}, "product": None,
    "provenance": {"id": "5f0c", "source": RAW, "rule": "dallas/filler-plc", "bundle": RULES, "contract": "telemetry/1",
                   "context": REVISION, "clock": None, "findings": None},
    "rogue": False, "retained": True, "arrived": TIME, "age": 2.5,
}  # fmt: skip
STREAM: Final = (
    f'event: value\ndata: {{"topic": "{TOPIC}", "value": 22.0}}\n\n'
    'event: live\ndata: {"topics": 1}\nid: 4f1d-17\n\n'
    f'event: deleted\ndata: {{"topic": "{TOPIC}"}}\nid: 4f1d-18\n\n'
)
PARAMETERS: Final[dict[str, Any]] = {
    "filter": "acme/+/packaging/#", "path": LINE, "q": "temperature", "name": "B-1001", "version": 1, "number": 1,
    "site": "dallas", "file": "dallas.yaml", "revision": RULES, "equipment": "dallas/packaging/line-3", "at": TIME,
    "If-Match": '"5f0c7d1e9a3b24c68d70e1f2"',
    "from": TIME,
}  # fmt: skip

_BATCH: Final = {"equipment": "dallas/packaging/line-3", "start": "2026-11-20T06:00:00Z", "order": "O-7"}
_PRODUCT: Final = {"name": "Cola 330", "attributes": {"ml": 330}}
_SHIFTS: Final = {
    "shifts": [{"id": "early", "days": ["mon", "tue"], "start": "06:00", "stop": "14:00", "crew": "A"}],
    "exceptions": [{"date": "2026-12-25", "id": "early"}],
}
_WHOLE_SHIFT: Final = {"id": "early", "days": ["mon"], "start": "06:00", "stop": "14:00", "crew": "A",
                       "from": None, "until": None}  # fmt: skip
_CALENDAR: Final = {
    "equipment": "dallas", "site": "dallas", "zone": "America/Chicago", "revision": REVISION, "shifts": [_WHOLE_SHIFT],
    "exceptions": [{"date": "2026-12-25", "id": "early", "start": None, "stop": None, "crew": None}],
}  # fmt: skip
BODIES: Final[dict[str, Any]] = {
    "post /explain": {"topic": RAW, "payload": {"Val": 71.6, "ts": 1763600000000}, "at": "2025-11-20T00:53:21Z"},
    "post /batches": {"id": "B-1001", **_BATCH},
    "put /batches/{name}": {**_BATCH, "stop": "2026-11-20T14:00:00Z", "state": "aborted"},
    "post /batches/{name}/start": {"equipment": "dallas/packaging/line-3", "order": "O-7"},
    "post /batches/{name}/stop": {"at": "2026-11-20T14:00:00Z"},
    "post /batches/{name}/move": {"to": "dallas/packaging/line-4", "why": "line 3 jams"},
    "post /products": {"id": "SKU-42", **_PRODUCT},
    "put /products/{name}": {**_PRODUCT, "why": "misprint"},
    "post /equipment": {"path": "dallas/packaging/line-3", "id": "EQ-4711", "name": "Line 3"},
    "put /equipment/{path}": {"id": "EQ-4711", "name": "Line 3", "stop": "2027-01-01T00:00:00Z"},
    "put /shift-calendars/{equipment}": _SHIFTS,
    "post /shift-calendars/{equipment}/exceptions": {
        "calendar": "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Christmas Day\nDTSTART;VALUE=DATE:20261225\n"
        "RRULE:FREQ=YEARLY\nEND:VEVENT\nEND:VCALENDAR\n",
        "name": "holidays.ics", "from": "2026-01-01", "except": ["*observance*"],
    },
    "post /quarantine/replay": {"rule": "dallas/filler-plc", "since": TIME, "why": "the table is corrected"},
    "post /quarantine/discard": {"code": "rule-none", "site": "dallas"},
    "post /submissions": {"files": {"naming_rules/porto-cellar.yaml": None}, "why": "the cellar is closed"},
    "post /rules/rollback": {"revision": RULES, "why": "the new file was wrong"},
}  # fmt: skip


def _page(item: object, **more: object) -> dict[str, object]:
    return {"items": [item], "next": None, **more}


_SHOWN_BATCH: Final[dict[str, Any]] = {
    "id": "B-1001", "equipment": LINE, "start": "2026-11-20T06:00:00.000Z", "stop": None, "product": None,
    "order": "O-7", "quantity": None, "attributes": {}, "state": "running", **RECORDED,
}  # fmt: skip
_OVER: Final = {"stop": "2026-11-20T14:00:00.000Z", "state": "complete"}
_SHOWN_PRODUCT: Final = {"id": "SKU-42", **_PRODUCT, **RECORDED}
_SHOWN_EQUIPMENT: Final = {
    "path": LINE, "id": "EQ-4711", "role": "work_center", "name": "Line 3", "description": None, "steward": None,
    "start": None, "stop": None, "registered": True, **RECORDED,
}  # fmt: skip
_ENTRY: Final = {
    "id": 1, "topic": RAW, "tag": None, "rule": "dallas/filler-plc", "site": "dallas", "instance": "uns",
    "findings": [FINDING], "received": TIME, "kept_at": TIME, "state": "kept", "bundle": RULES, "context": REVISION,
    "bytes": 14,
}  # fmt: skip
_REPLAY: Final[dict[str, Any]] = {
    "id": 1, "asked_at": TIME, "asked_by": "rest", "why": "the table is corrected",
    "wanted": {"rule": "dallas/filler-plc", "since": TIME}, "entries": 120, "waiting": 20, "replayed": 99, "refused": 1,
    "gone": 0, "instances": ["uns"],
}  # fmt: skip
_ASKED: Final = {**_REPLAY, "waiting": 120, "replayed": 0, "refused": 0, "instances": []}
_FILE: Final = {
    "file": "naming_rules/dallas.yaml", "kind": "rules", "bytes": 812, "steward": "packaging-ot@acme.example",
    "owns": ["dallas"],
}  # fmt: skip
_CONTRACT: Final = {
    "name": "telemetry", "version": 1, "current": True, "shape": "value", "retain": True, "require": [],
    "file": "schemas/telemetry/1.json", "schema": {"type": "object"}, "revision": RULES,
}  # fmt: skip
_SUBMISSION: Final = {
    "revision": RULES, "submitted_at": TIME, "submitted_by": "rest", "why": "the cellar is closed", "in_force": True,
}  # fmt: skip
_SUBMITTED: Final = {"revision": RULES, "is_new": True, "findings": []}
_NODE: Final[dict[str, Any]] = {
    "path": LINE, "name": "line-3", "kind": "line", "description": None, "steward": "packaging-ot@acme.example",
    "rogue": False, "value": None, "children": [], "next": None, "revision": RULES,
}  # fmt: skip
_READY: Final = {"status": "ready", "reasons": []}
ANSWERS: Final[dict[str, Any]] = {
    "get /healthz": {"status": "alive"},
    "get /readyz": _READY,
    "get /metrics": "uns_link_connected 1.0\n",
    "get /namespace": {**_NODE, "path": "acme", "name": "acme", "kind": "enterprise"},
    "get /namespace/{path}": _NODE,
    "get /values": _page(VALUE),
    "get /search": _page({"path": TOPIC, "name": "temperature", "kind": "name", "description": "process temperature",
                          "source": RAW, "id": None, "matched": "source"}, revision=RULES),
    "post /explain": {
        "topic": RAW, "received": TIME, "bundle": RULES, "context": REVISION, "instances": ["uns"],
        "steps": [{"step": "message", "subject": f"{RAW} · 14 bytes", "detail": "", "where": None}],
        "outcomes": [{"outcome": "publish", "topic": TOPIC}],
    },
    "get /quarantine": _page(_ENTRY, quarantined=1, counted_only=0, forgotten=0, bundle=RULES, context=REVISION),
    "get /quarantine/{number}": {
        **_ENTRY, "raw": {"text": '{"Val": "hot"}', "hex": None, "qos": 1, "retained": False, "redelivered": False,
                          "backlog": False},
    },
    "post /quarantine/replay": _ASKED,
    "post /quarantine/{number}/replay": {**_ASKED, "wanted": {"ids": [1]}, "entries": 1, "waiting": 1},
    "post /quarantine/discard": {"discarded": 12},
    "get /quarantine/replays": _page(_REPLAY),
    "get /quarantine/replays/{number}": _REPLAY,
    "get /products": _page(_SHOWN_PRODUCT, revision=REVISION),
    "post /products": _SHOWN_PRODUCT,
    "get /products/{name}": _SHOWN_PRODUCT,
    "put /products/{name}": _SHOWN_PRODUCT,
    "get /batches": _page(_SHOWN_BATCH, revision=REVISION),
    "post /batches": {**_SHOWN_BATCH, "revision": REVISION},
    "get /batches/{name}": _page(_SHOWN_BATCH, revision=REVISION),
    "put /batches/{name}": _page({**_SHOWN_BATCH, **_OVER, "state": "aborted"}, revision=REVISION),
    "post /batches/{name}/start": _page(_SHOWN_BATCH, revision=REVISION),
    "post /batches/{name}/move": _page({**_SHOWN_BATCH, **_OVER}, revision=REVISION),
    "post /batches/{name}/stop": _page({**_SHOWN_BATCH, **_OVER}, revision=REVISION),
    "get /shift-calendars": _page(_CALENDAR),
    "get /shift-calendars/{equipment}": _CALENDAR,
    "put /shift-calendars/{equipment}": _CALENDAR,
    "post /shift-calendars/{equipment}/exceptions": {
        "added": 2, "unchanged": 0, "removed": 0, "findings": [], "revision": REVISION,
    },
    "get /equipment": _page(_SHOWN_EQUIPMENT, revision=REVISION),
    "post /equipment": _SHOWN_EQUIPMENT,
    "get /equipment/{path}": _SHOWN_EQUIPMENT,
    "put /equipment/{path}": _SHOWN_EQUIPMENT,
    "get /context": {
        "equipment": LINE, "at": TIME, "shift": None, "product": None,
        "batch": {"id": "B-1001", "order": "O-7", "equipment": LINE, "start": "2026-11-20T06:00:00.000Z", "stop": None},
        "registered": True, "ambiguous": [], "revision": REVISION,
    },
    "get /context/diff": _page(
        {"equipment": LINE, "of": "batch", "start": "2026-11-20T09:00:00.000Z", "stop": TIME,
         "was": {"batch": {"id": "B-1001"}, "product": None, "shift": None, "ambiguous": []},
         "became": {"batch": None, "product": None, "shift": None, "ambiguous": []},
         "published": 3600.0, "published_since": "2026-11-20T09:00:00.000Z", **RECORDED},
        **{"from": "1", "to": REVISION, "revision": REVISION},
    ),
    "get /submissions": _page(_SUBMISSION),
    "post /submissions": _SUBMITTED,
    "get /submissions/{revision}": {**_SUBMISSION, "files": ["naming_rules/standard.yaml"]},
    "post /rules/rollback": {**_SUBMITTED, "is_new": False},
    "get /rules": _page(_FILE, revision=RULES, source="directory", findings=[]),
    "get /rules/{file}": {**_FILE, "revision": RULES, "text": "site: dallas\n"},
    "get /contracts": _page(_CONTRACT),
    "get /contracts/{name}/{version}": _CONTRACT,
    "get /status": {
        "instances": [{"instance": "uns", "arrived": TIME, "age": 1.2, "report": {"state": "running"}}],
        "api": {
            "readiness": _READY, "topics": 1, "bytes": 210, "received": 1, "left_out": 0, "streams": 0, "bundle": RULES,
            "link": {"connected": True, "complete": True, "since": TIME, "error": None}, "context": REVISION,
        },
    },
}  # fmt: skip
