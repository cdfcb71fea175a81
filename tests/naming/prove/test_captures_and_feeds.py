from __future__ import annotations

import pytest
from support.proofs import judged

TAGGED = "sources:\n  - {topic: raw/#, tag: ./id, each: /values/*, value: ./v}\n"
MIXED = """sources:
  - {topic: raw/plain/#}
  - {topic: raw/#, tag: ./id, each: /values/*, value: ./v}
  - {topic: cam/#, read: ignore}
"""
TABLE = "lookups:\n  t: {key: [m], rows: [{m: q, n: r, m2: s}]}\n  u: {key: [n, k], rows: [{n: r, k: a, o: p}]}\n"

CASES = {
    "all in order": ("", "from: 'raw/{m}', to: '{m}/_telemetry/speed'", None),
    "twice": (TAGGED, "from: 'raw/{m}', tag: '{m}', to: '{m}/_telemetry/speed'", ("capture-duplicate", "tag")),
    "a column hides a capture": (
        TABLE,
        "from: 'raw/{m}/{n}', lookup: t, to: '{m}-{n}/_telemetry/speed'",
        ("capture-duplicate", "lookup"),
    ),
    "a spare column of that name is fine": (
        TABLE,
        "from: 'raw/{m}/{m2}', where: {m2: [z]}, lookup: t, to: '{n}/_telemetry/speed'",
        None,
    ),
    "undefined in a target": ("", "from: 'raw/{m}', to: '{m}/{asset}/_telemetry/speed'", ("capture-undefined", "to")),
    "undefined in where": (
        "",
        "from: 'raw/{m}', where: {n: [a]}, to: '{m}/_telemetry/speed'",
        ("capture-undefined", "{n: [a]}"),
    ),
    "undefined in a key": (
        TABLE,
        "from: 'raw/{k}', lookup: t, to: '{k}/_telemetry/speed'",
        ("capture-undefined", "lookup"),
    ),
    "a column of an earlier table is a key": (
        TABLE,
        "from: 'raw/{m}/{k}', lookup: [t, u], to: '{o}/_telemetry/speed'",
        None,
    ),
    "of a later table is not": (
        TABLE,
        "from: 'raw/{m}/{k}', lookup: [u, t], to: '{o}-{m}/_telemetry/speed'",
        ("capture-undefined", "lookup"),
    ),
    "unused": ("", "from: 'raw/{m}/{t}', to: '{m}/_telemetry/speed'", ("capture-unused", "from")),
    "unused with one value": ("", "from: 'raw/{m}/{t}', where: {t: [x]}, to: '{m}/_telemetry/speed'", None),
    "unused where ignored": ("", "from: 'raw/{m}/{t}', ignore: true", None),
    "used in a record's field": (
        "",
        "from: 'raw/{m}', record: batch-start, to: packaging, fields: {id: '{m}'}",
        None,
    ),
    "used in an object's field only": (
        "",
        "from: 'raw/{m}', to: f/_drive/status, fields: {state: '{m}'}",
        ("capture-unused", "from"),
    ),
    "in no source": ("", "from: opc/x, to: f/_telemetry/speed", ("from-outside", "from")),
    "in a source that is not decoded": (MIXED, "from: cam/x, to: f/_telemetry/speed", ("from-outside", "from")),
    "no tag on tags": (TAGGED, "from: raw/x, to: f/_telemetry/speed", ("tag-open", "id")),
    "any tag on tags": (TAGGED, "from: raw/x, tag: '#', to: f/_telemetry/speed", ("tag-open", "tag")),
    "no tag where ignored": (TAGGED, "from: raw/x, ignore: true", None),
    "a tag on none": ("", "from: raw/x, tag: a, to: f/_telemetry/speed", ("tag-none", "tag")),
    "the narrower source has none": (MIXED, "from: 'raw/plain/x', to: f/_telemetry/speed", None),
    "the wider one has": (MIXED, "from: 'raw/x', to: f/_telemetry/speed", ("tag-open", "id")),
    "both": (MIXED, "from: 'raw/{m}/x', tag: a, to: '{m}/_telemetry/speed'", None),
}
KEPT = ("capture-duplicate", "capture-undefined", "capture-unused", "from-outside", "tag-open", "tag-none")


@pytest.mark.parametrize(("above", "rule", "expected"), CASES.values(), ids=CASES)
def test_captures_come_from_somewhere_and_go_somewhere_on_a_source_that_fits(
    above: str, rule: str, expected: tuple[str, str] | None
) -> None:
    body = f"{above}rules:\n  - {{id: a, {rule}}}\n"
    findings = [each for each in judged(body) if each.code in KEPT]
    assert [each.code for each in findings] == ([expected[0]] if expected else [])
    if expected:
        line = f"  - {{id: a, {rule}}}"
        inner = expected[1].startswith("{")
        key = expected[1] if inner else f"{expected[1]}: "
        column = line.index(key) + (1 if inner else len(key))
        assert findings[0].where.column == column + 1


def test_a_misspelt_name_is_told_with_the_nearest() -> None:
    body = "rules:\n  - {id: a, from: 'raw/{machine}', to: '{machin}/{machine}/_telemetry/speed'}\n"
    (finding,) = [each for each in judged(body) if each.code == "capture-undefined"]
    assert finding.remedy == "did you mean `{machine}`?"


@pytest.mark.parametrize(
    ("source", "pattern", "noted"),
    [("raw/#", "raw/+/x", True), ("raw/a/x", "raw/+/x", False), ("raw/#", "raw/x/#", True), ("raw/#", "raw/x", False)],
)
def test_wildcards_that_merge_signals_are_noted(source: str, pattern: str, noted: bool) -> None:
    body = f"sources: [{source}]\nrules:\n  - {{id: a, from: {pattern}, to: f/_telemetry/speed}}\n"
    assert any(each.code == "wildcard-merges" for each in judged(body)) is noted
