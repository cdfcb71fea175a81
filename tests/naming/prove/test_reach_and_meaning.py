from __future__ import annotations

import pytest
from support.proofs import judged

from uns.finding import Finding

JUDGED = (
    "target-off-standard", "level-not-allowed", "name-unknown", "level-empty", "transform-failed", "owner-outside",
    "level-lookalike", "unit-incompatible", "unit-assumed", "states-unknown", "contract-shape",
)  # fmt: skip


def findings(body: str, tables: dict[str, str] | None = None, head: str | None = None) -> list[Finding]:
    return [each for each in judged(body, tables, head) if each.code in JUDGED]


def one_rule(rest: str, above: str = "") -> str:
    return f"{above}rules:\n  - {{id: a, {rest}}}\n"


TARGETS = {
    "area and asset": ("packaging/f/_telemetry/level", None),
    "asset alone": ("f/_telemetry/level", None),
    "the site itself": ("_telemetry/level", None),
    "line then asset": ("line-3/f/_telemetry/level", None),
    "no legal asset": ("F/_telemetry/level", "level-not-allowed"),
    "below the last level": ("f/g/_telemetry/level", "level-not-allowed"),
    "like an area": ("pakaging/_telemetry/level", "level-lookalike"),
    "an unknown name": ("f/_telemetry/levl", "name-unknown"),
    "a group": ("f/_telemetry/motor/level", None),
    "no legal group": ("f/_telemetry/Motor/level", "level-not-allowed"),
    "too many groups": ("f/_telemetry/a/b/c/level", "level-not-allowed"),
    "an object's name under values": ("f/_telemetry/status", "contract-shape"),
}


@pytest.mark.parametrize(("target", "code"), TARGETS.values(), ids=TARGETS)
def test_literal_targets(target: str, code: str | None) -> None:
    found = findings(one_rule(f"from: raw/x, to: {target}"))
    assert [each.code for each in found] == ([code] if code else [])
    assert all(each.where.column == len("  - {id: a, from: raw/x, to: ") + 1 for each in found)


CAPTURES = {
    "anything may pass": ("'raw/{m}'", "", "'{m}/_telemetry/level'", None),
    "some of a list pass": ("'raw/{m}'", "where: {m: [f, F]},", "'{m}/_telemetry/level'", None),
    "none of a list passes": ("'raw/{m}'", "where: {m: [E, F]},", "'{m}/_telemetry/level'", "level-not-allowed"),
    "none of a pattern passes": ("'raw/{m}'", "where: {m: '[A-Z]+'},", "'{m}/_telemetry/level'", "level-not-allowed"),
    "fixed text that never passes": ("'raw/{m}'", "", "'Line_{m}/_telemetry/level'", "level-not-allowed"),
    "kebab may pass": ("'raw/{m}'", "where: {m: '[A-Z]+'},", "'{m|kebab}/_telemetry/level'", None),
    "a number is no name": ("'raw/{m}'", "where: {m: '[0-9]+'},", "'f/_telemetry/{m}'", "name-unknown"),
    "some names": ("'raw/{m}'", "", "'f/_telemetry/{m}'", None),
    "an open element, then a line": ("'raw/{m}'", "", "'{m}/line-1/f/_telemetry/level'", None),
    "an asset, then a line": (
        "'raw/{m}'",
        "where: {m: 'f[a-z]+'},",
        "'{m}/line-1/_telemetry/level'",
        "level-not-allowed",
    ),
}


@pytest.mark.parametrize(("topic", "where", "target", "code"), CAPTURES.values(), ids=CAPTURES)
def test_captures_are_wrong_only_where_nothing_can_pass(topic: str, where: str, target: str, code: str | None) -> None:
    assert [each.code for each in findings(one_rule(f"from: {topic}, {where} to: {target}"))] == (
        [code] if code else []
    )


TABLE = "lookups: {t: {file: t.csv, key: [m]}}\n"
BY_TABLE = one_rule(
    "from: 'raw/{m}', lookup: t, to: '{area}/line-{line|int}/{asset}/_telemetry/{name}', unit: '1'", TABLE
)
CELLS = {
    "sound": ("packaging,3,f,level", []),
    "like a listed value": ("pakaging,3,f,level", [("level-lookalike", 3), ("level-not-allowed", 12)]),
    "not like one": ("Xyz,3,f,level", [("level-not-allowed", 3)]),
    "a pattern": ("packaging,3,F.1,level", [("level-not-allowed", 15)]),
    "a name": ("packaging,3,f,levl", [("name-unknown", 17)]),
    "an empty cell": ("packaging,3,,level", [("level-empty", 15)]),
    "a transform": ("packaging,3A,f,level", [("transform-failed", 13)]),
    "two cells": ("packaging,3,F,levl", [("level-not-allowed", 15), ("name-unknown", 17)]),
}


@pytest.mark.parametrize(("row", "expected"), CELLS.values(), ids=CELLS)
def test_each_cell_of_a_target_is_checked(row: str, expected: list[tuple[str, int]]) -> None:
    table = {"t.csv": f"m,area,line,asset,name\nx,packaging,1,g,level\ny,{row}\n"}
    found = [each for each in findings(BY_TABLE, table) if each.code != "unit-assumed"]
    assert [(each.code, str(each.where)) for each in found] == [(code, f"rules/t.csv:3:{at}") for code, at in expected]


def test_rows_that_the_rule_cannot_reach_are_not_its_business() -> None:
    table = {"t.csv": "m,area,line,asset,name\nx,packaging,1,g,level\ny,nowhere,1,g,level\n"}
    body = BY_TABLE.replace("lookup: t", "where: {m: [x, z]}, lookup: t")
    assert findings(body, table) == []


OWNED = "site: dallas\nowns: [dallas/packaging]\nsteward: ot@acme.example\n"
OWNERS = {
    "literal below": ("from: raw/x, to: packaging/f/_telemetry/level", None),
    "a capture above": ("from: 'raw/{a}', to: '{a}/f/_telemetry/level'", "from"),
    "a capture below": ("from: 'raw/{a}', to: 'packaging/{a}/_telemetry/level'", None),
    "a listed capture": ("from: 'raw/{a}', where: {a: [packaging]}, to: '{a}/f/_telemetry/level'", None),
    "a list that goes beyond": ("from: 'raw/{a}', where: {a: [packaging, brewing]}, to: '{a}/_telemetry/level'", "to"),
    "a cell outside": ("from: 'raw/{m}', lookup: t, to: '{area}/f/_telemetry/level'", "cell"),
}


@pytest.mark.parametrize(("rule", "outside"), OWNERS.values(), ids=OWNERS)
def test_captures_and_cells_do_not_leave_what_the_file_owns(rule: str, outside: str | None) -> None:
    lookups = "lookups: {t: {file: t.csv, key: [m]}}\n"
    found = findings(one_rule(rule, lookups), {"t.csv": "m,area\nx,packaging\ny,brewing\n"}, OWNED)
    assert [each.code for each in found] == (["owner-outside"] if outside else [])
    if outside == "cell":
        assert str(found[0].where) == "rules/t.csv:3:3"


UNIT_TABLE = {
    "t.csv": "m,name,unit,states\na,temperature,[degF],\nb,speed,,\nc,temperature,bar,\nd,state,,odd\ne,count,,\n"
}


def test_units_and_states_of_rows() -> None:
    found = findings(one_rule("from: 'raw/{m}', lookup: t, to: '{m}/_telemetry/{name}'", TABLE), UNIT_TABLE)
    assert [(each.code, str(each.where).removeprefix("rules/")) for each in found] == [
        ("unit-assumed", "dallas.yaml:6:45"),
        ("states-unknown", "standard.yaml:17:15"),
        ("unit-incompatible", "t.csv:4:15"),
    ]
    assert "`speed`" in found[0].message
    assert "yields `broken`" in found[1].message


MEASURED = {
    "assumed": ("to: f/_telemetry/temperature", "", ["unit-assumed"]),
    "stated by the rule": ("to: f/_telemetry/temperature, unit: '[degF]'", "", []),
    "stated by the payload": ("to: f/_telemetry/temperature", "sources: [{topic: raw/#, value: /v, unit: /u}]\n", []),
    "no unit to state": ("to: f/_telemetry/level", "", []),
    "a unit for none": ("to: f/_telemetry/level, unit: bar", "", ["unit-incompatible"]),
    "another quantity": ("to: f/_telemetry/speed, unit: bar", "", ["unit-incompatible"]),
    "states are not measured": ("to: f/_telemetry/state, states: {0: idle}", "", []),
    "states beside the list": ("to: f/_telemetry/state, states: {0: idel}", "", ["states-unknown"]),
    "fields": ("to: f/_drive/status, fields: {speed: {at: /n, unit: 1/min}, other: /o}", "", []),
    "an assumed field": ("to: f/_drive/status, fields: {speed: /n}", "", ["unit-assumed"]),
    "a measured field without a name": (
        "to: f/_drive/status, fields: {rpm: {at: /n, unit: 1/min}}", "", ["name-unknown"],
    ),
    "a field of another quantity": (
        "to: f/_drive/status, fields: {speed: {at: /n, unit: bar}}", "", ["unit-incompatible"],
    ),
    "a field's states": ("to: f/_drive/status, fields: {state: {at: /n, states: odd}}", "", ["states-unknown"]),
}  # fmt: skip


@pytest.mark.parametrize(("rest", "above", "codes"), MEASURED.values(), ids=MEASURED)
def test_what_a_rule_says_of_units_and_states_fits_the_dictionary(rest: str, above: str, codes: list[str]) -> None:
    assert [each.code for each in findings(one_rule(f"from: raw/x, {rest}", above))] == codes


def test_findings_are_sorted_and_told_once() -> None:
    body = (
        BY_TABLE
        + "  - {id: b, from: 'raw/x/{m}', lookup: t, to: 'packaging/line-1/{asset}/_telemetry/{name}', unit: '1'}\n"
    )
    found = findings(body, {"t.csv": "m,area,line,asset,name\nx,packaging,2,f,levl\n"})
    assert [str(each.where) for each in found] == sorted({str(each.where) for each in found})


def test_a_path_that_stops_above_what_the_file_owns_is_outside() -> None:
    head = OWNED.replace("dallas/packaging", "dallas/packaging/f")
    (finding,) = findings(one_rule("from: 'raw/{a}', where: {a: [packaging]}, to: '{a}/_telemetry/level'"), None, head)
    assert finding.code == "owner-outside"


def test_targets_of_a_file_with_several_sites_begin_with_one_of_them() -> None:
    head = "site: [dallas, berlin]\nsteward: ot@acme.example\nsources: [{topic: raw/#, time: received}]\n"
    body = "rules:\n  - {id: a, from: 'raw/{s}/{m}', where: {s: [SITES]}, to: '{s}/{m}/_telemetry/level'}\n"
    files = {
        s: findings("# sources:\n" + body.replace("SITES", s), None, head) for s in ("dallas, berlin", "dallas, oslo")
    }
    assert [[each.code for each in found] for found in files.values()] == [[], ["owner-outside"]]


@pytest.mark.parametrize(
    ("source", "columns", "row", "told"),
    [
        ("raw/#", "factor", "0.1", []),
        ("{topic: raw/#, unit: /u}", "factor", "0.1", ["rules/tags.csv:2:9"]),
        ("{topic: raw/#, unit: /u}", "offset", "5", ["rules/tags.csv:2:9"]),
        ("{topic: raw/#, unit: /u}", "factor,unit", "0.1,Cel", []),
    ],
)
def test_a_factor_without_a_unit_stands_for_the_unit_of_the_payload_and_that_is_told(
    source: str, columns: str, row: str, told: list[str]
) -> None:
    body = f"sources: [{source}]\nlookups: {{tags: {{file: tags.csv, key: m}}}}\nrules:\n"
    body += "  - {id: a, from: 'raw/{m}', lookup: tags, to: '{asset}/_telemetry/temperature'}\n"
    findings = judged(body, {"tags.csv": f"m,asset,{columns}\nM1,oven,{row}\n"})
    assert [str(each.where) for each in findings if each.code == "unit-assumed"] == told
