"""The cases in rule files: what `expect` compares, and what a failing case says."""

from __future__ import annotations

import orjson
import pytest
from support.project import NOW, SCHEMAS, STANDARD

from uns.bundle import Documents
from uns.judge import judge

RULES = """
site: dallas
steward: packaging@acme.example
sources:
  - {topic: plc/#, value: /v, time: [/t, received]}
  - {topic: list/#, each: '/*', tag: ./n, value: ./v, time: [./t, received]}
  - {topic: drive/#, time: [/t, received]}
  - {topic: mes/#, tag: /k, time: /at}
rules:
  - {id: plain, from: 'plc/{name}', to: 'filler/_telemetry/{name}'}
  - {id: drop, from: plc/+/heartbeat, ignore: true}
  - {id: listed, from: list/x, tag: '{name}', to: 'packer/_telemetry/{name}'}
  - {id: drive, from: drive/x, to: mixer/_drive/status, fields: {speed: /s, start: /start, total: /total}}
  - {id: batch, from: mes/x, tag: B, record: batch, to: line-3, fields: {id: /id, start: /s, stop: /e}}
tests:
  - """
FAR = "9" * 400
WORDS = {
    "$T": "topic: acme/dallas/filler/_telemetry/temperature",
    "$D": "topic: acme/dallas/mixer/_drive/status",
    "$BIG": str(2**80),
    "$FAR": FAR,
}


def differences(case: str) -> list[str]:
    """What a run of the case complains of."""
    for short, long in WORDS.items():
        case = case.replace(short, long)
    text = f"{RULES}{case}\n"
    documents = Documents(
        {"standard.yaml": STANDARD.encode(), "dallas.yaml": text.encode()},
        {path: orjson.dumps(schema) for path, schema in SCHEMAS.items()},
    )
    findings = judge(documents, NOW, {}).findings
    errors = [each for each in findings if each.severity == "error"]
    assert [each.code for each in errors] in ([], ["test-failed"]), errors
    return [each.message for each in errors]


@pytest.mark.parametrize(
    "case",
    [
        "{topic: plc/temperature, payload: {v: 22}, expect: {$T, value: 22.0000000001, unit: Cel}}",
        "{topic: plc/temperature, text: '{\"v\": 1}', expect: {$T, value: 1, clock: received, rule: dallas/plain}}",
        "{topic: plc/temperature, hex: '7B2276223A317D', expect: {$T, value: 1}}",
        "{topic: plc/temperature, text: '{\"v\": null}', expect: {$T, value: null, quality: bad}}",
        "{topic: plc/temperature, payload: {v: 1}, before: [{topic: plc/temperature, text: '1'}], expect: {$T}}",
        "{topic: plc/temperature, text: '', expect: {ignore: tombstone}}",
        "{topic: plc/a/heartbeat, text: beat, expect: {ignore: drop}}",
        "{topic: plc/temperature, payload: {v: 1}, retained: true, expect: {ignore: retained}}",
        "{topic: plc/temperature, payload: {v: 1, t: 1763600000000}, expect: "
        "{$T, timestamp: 2025-11-20T01:53:20+01:00}}",
        "{topic: plc/temperature, payload: {v: 1}, received: 2026-01-01T00:00:00Z, expect: "
        "{$T, timestamp: '2026-01-01T00:00:00.000Z'}}",
        "{topic: plc/temperature, payload: {v: 1}, context: {batch: {id: B-1, order: 5}, shift: "
        "{id: early, date: 2025-11-20, crew: A}, product: {id: P-1, name: Cola}}, expect: "
        "{$T, batch: {id: B-1}, shift: {id: early, crew: A}, product: {name: Cola}}}",
        "{topic: list/x, payload: [{n: temperature, v: 1}, {n: temprature, v: 1}], expect: "
        "[{topic: acme/dallas/packer/_telemetry/temperature}, {reject: name-unknown, tag: temprature}]}",
        "{topic: drive/x, payload: {s: 1, start: auto, total: $BIG}, expect: {$D, start: auto, total: $BIG}}",
        "{topic: mes/x, payload: {k: B, id: 5, s: '2025-11-20T00:00:00Z', e: 1763600000000, at: 1763600000000}, "
        "expect: {record: batch, equipment: acme/dallas/line-3, id: '5', start: 1763596800000, "
        "stop: '2025-11-20T00:53:20Z'}}",
    ],
)
def test_a_case_that_holds(case: str) -> None:
    assert differences(case) == []


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (
            "{name: warm, topic: plc/temperature, payload: {v: 1}, expect: {$T, value: 2, unit: K}}",
            'warm: value: expected 2, got 1.0; unit: expected "K", got "Cel"',
        ),
        (
            "{topic: plc/temperature, payload: {v: 1}, expect: {$T, batch: {id: B-1}}}",
            'batch: expected {"id": "B-1"}, got nothing',
        ),
        (
            "{topic: plc/temperature, payload: {v: hot}, expect: {$T, value: 1}}",
            'expected topic acme/dallas/filler/_telemetry/temperature, got reject value-type ("hot" is not a number)',
        ),
        (
            "{topic: list/x, payload: [{n: temperature, v: x}, {n: temprature, v: 1}], expect: {reject: name-unknown}}",
            "expected 1 outcome, got 2 outcomes: ",
        ),
        (
            "{topic: drive/x, payload: {s: 1, total: 5}, expect: {$D, total: $FAR}}",
            f"total: expected {FAR[:200]}…, got 5",
        ),
    ],
)
def test_a_case_that_fails_shows_expected_beside_got(case: str, said: str) -> None:
    [message] = differences(case)
    assert message.startswith(said)
