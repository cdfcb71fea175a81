from __future__ import annotations

import pytest
from support.proofs import judged

from uns.finding import Finding


def verdicts(body: str, tables: dict[str, str] | None = None) -> list[Finding]:
    return [each for each in judged(body, tables) if each.code.startswith("collision")]


TAGS = "lookups: {tags: {file: tags.csv, key: [m, t]}}\n"
BY_TABLE = TAGS + "rules:\n  - {id: a, from: 'raw/{m}/{t}', lookup: tags, to: '{asset}/_telemetry/{name}'}\n"


def csv(*rows: str) -> dict[str, str]:
    return {"tags.csv": "\n".join(["m,t,asset,name", *rows, ""])}


ABSENT = {
    "different names": csv("F01,T1,f01,speed", "F01,T2,f01,level", "F02,T1,f02,speed"),
    "an ignored row": {"tags.csv": "m,t,asset,name,ignore\nF01,T1,f01,speed,\nF_01,T1,f01,speed,yes\n"},
}


@pytest.mark.parametrize("tables", ABSENT.values(), ids=ABSENT)
def test_a_table_of_different_targets_is_proven_sound(tables: dict[str, str]) -> None:
    assert verdicts(BY_TABLE, tables) == []


def test_two_rows_for_one_topic_are_an_error_at_the_later_row_with_both_addresses() -> None:
    (finding,) = verdicts(BY_TABLE, csv("F01,T1,f01,speed", "F02,T1,f02,speed", "F_01,T1,f01,speed"))
    assert finding.code == "collision"
    assert str(finding.where) == "rules/tags.csv:4:1"
    assert finding.message == "`raw/F01/T1` and `raw/F_01/T1` both give `…/f01/_telemetry/speed`"


def test_rows_that_where_keeps_out_do_not_collide() -> None:
    body = BY_TABLE.replace("lookup:", "where: {m: [F01, F02]}, lookup:")
    assert verdicts(body, csv("F01,T1,f01,speed", "F_01,T1,f01,speed")) == []


def test_rows_whose_addresses_an_earlier_rule_takes_do_not_collide() -> None:
    body = BY_TABLE.replace("rules:\n", "rules:\n  - {id: old, from: 'raw/F_01/+', ignore: true}\n")
    assert verdicts(body, csv("F01,T1,f01,speed", "F_01,T1,f01,speed")) == []


def test_a_capture_beside_the_table_is_told_by_its_own_level() -> None:
    body = (
        TAGS + "rules:\n  - {id: a, from: 'raw/L{l}/{m}/{t}', lookup: tags, to: 'line-{l}/{asset}/_telemetry/{name}'}\n"
    )
    assert verdicts(body, csv("F01,T1,f01,speed", "F02,T1,f02,speed")) == []
    (finding,) = verdicts(body, csv("F01,T1,f01,speed", "F02,T1,f01,speed"))
    assert finding.code == "collision"


CHAINED = (
    "lookups: {serial: {file: serial.csv, key: sn}, kind: {file: kind.csv, key: [model, ch]}}\n"
    "rules:\n  - {id: a, from: 'raw/{sn}/{ch}', lookup: [serial, kind], to: '{asset}/_telemetry/{name}'}\n"
)
KINDS = "model,ch,name\nX,v,speed\nY,t,level\nY,s,speed\n"


def test_a_table_joined_by_another_one_and_a_capture_is_compared_row_by_row() -> None:
    sound = {"serial.csv": "sn,asset,model\n1,f01,X\n2,f02,Y\n3,f03,X\n", "kind.csv": KINDS}
    assert verdicts(CHAINED, sound) == []
    (finding,) = verdicts(CHAINED, sound | {"serial.csv": "sn,asset,model\n1,f01,X\n2,f01,Y\n"})
    assert finding.code == "collision"
    assert finding.message == "`raw/1/v` and `raw/2/s` both give `…/f01/_telemetry/speed`"
    (finding,) = verdicts(CHAINED, sound | {"kind.csv": "model,ch,name\nX,*,speed\nY,t,level\n"})
    assert finding.code == "collision-possible"


def test_where_keeps_rows_of_a_joined_table_out() -> None:
    tables = {"serial.csv": "sn,asset,model\n1,f01,X\n2,f01,Y\n", "kind.csv": KINDS}
    assert verdicts(CHAINED.replace("lookup:", "where: {ch: [v, t]}, lookup:"), tables) == []


def test_two_bits_of_one_key_for_one_name_collide() -> None:
    tables = {"tags.csv": "m,t,bit,asset,name\nF01,T1,0,f01,count\nF01,T1,1,f01,level\nF01,T1,2,f01,count\n"}
    (finding,) = verdicts(BY_TABLE, tables)
    assert str(finding.where) == "rules/tags.csv:4:1"
    assert finding.message.startswith("bits 0 and 2 of `raw/F01/T1`")


RULES = {
    "unchanged": ("{id: a, from: 'raw/{m}/{t}', to: '{m}/_telemetry/{t}'}",),
    "fixed text around": ("{id: a, from: 'raw/L{m}.x', to: 'line-{m}/_telemetry/speed'}",),
    "lists that kebab keeps apart": (
        "{id: a, from: 'raw/{m}', where: {m: [F_1, F_2]}, to: '{m|kebab}/_telemetry/speed'}",
    ),
    "disjoint sets of two rules": (
        "{id: a, from: 'raw/L{l}/{m}', where: {l: '[1-3]'}, to: 'line-{l}/{m}/_telemetry/speed'}",
        "{id: b, from: 'raw/K{l}/{m}', where: {l: '[4-9]'}, to: 'line-{l}/{m}/_telemetry/speed'}",
    ),
    "the special case first": (
        "{id: a, from: 'raw/{m}/speed', to: '{m}/_telemetry/speed'}",
        "{id: b, from: 'raw/{m}/{t}', to: '{m}/_telemetry/{t}'}",
    ),
    "wildcards are one signal": ("{id: a, from: 'raw/+/{m}/#', to: '{m}/_telemetry/speed'}",),
    "one address, two targets": ("{id: a, from: 'raw/{m}', to: ['{m}/_telemetry/speed', 'x/{m}/_telemetry/speed']}",),
    "records share equipment": (
        "{id: a, from: raw/start, record: batch-start, to: packaging, fields: {id: /id}}",
        "{id: b, from: raw/stop, record: batch-stop, to: packaging}",
    ),
    "an ignored rule": (
        "{id: a, from: raw/x, ignore: true}",
        "{id: b, from: raw/y, to: y/_telemetry/speed}",
    ),
}


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_rules_that_are_proven_sound(rules: tuple[str, ...]) -> None:
    assert verdicts("rules:\n" + "".join(f"  - {each}\n" for each in rules)) == []


PRESENT = {
    "two literals": (
        "{id: a, from: raw/x, to: f/_telemetry/speed}",
        "{id: b, from: raw/y, to: f/_telemetry/speed}",
    ),
    "a list that lower merges": ("{id: b, from: 'raw/{m}', where: {m: [F, f]}, to: '{m|lower}/_telemetry/speed'}",),
    "sets of two rules": (
        "{id: a, from: 'raw/L{l}', where: {l: '[1-4]'}, to: 'line-{l}/f/_telemetry/speed'}",
        "{id: b, from: 'raw/K{l}', where: {l: '[4-9]'}, to: 'line-{l}/f/_telemetry/speed'}",
    ),
    "a literal within a list": (
        "{id: a, from: raw/x, to: f/_telemetry/speed}",
        "{id: b, from: 'raw/m/{m}', where: {m: [e, f]}, to: '{m}/_telemetry/speed'}",
    ),
}


@pytest.mark.parametrize("rules", PRESENT.values(), ids=PRESENT)
def test_rules_that_collide_for_certain(rules: tuple[str, ...]) -> None:
    body = "rules:\n" + "".join(f"  - {each}\n" for each in rules)
    (finding,) = verdicts(body)
    assert finding.code == "collision"
    assert finding.where.line == 4 + len(rules)
    assert finding.message.count("`raw/") == 2


OPEN = {
    "kebab": ("{id: a, from: 'raw/{m}', to: '{m|kebab}/_telemetry/speed'}",),
    "int": ("{id: a, from: 'raw/L{m}', where: {m: '[0-9]+'}, to: 'line-{m|int}/f/_telemetry/speed'}",),
    "two in one level": ("{id: a, from: 'raw/{m}/{t}', to: '{m}-{t}/_telemetry/speed'}",),
    "two endless rules": (
        "{id: a, from: 'raw/x/{m}', to: '{m}/_telemetry/speed'}",
        "{id: b, from: 'raw/y/{m}', to: '{m}/_telemetry/speed'}",
    ),
    "a literal that an endless rule could give too": (
        "{id: a, from: raw/x, to: f/_telemetry/speed}",
        "{id: b, from: 'raw/m/{m}', to: '{m}/_telemetry/speed'}",
    ),
}


@pytest.mark.parametrize("rules", OPEN.values(), ids=OPEN)
def test_what_nobody_can_prove_is_a_warning(rules: tuple[str, ...]) -> None:
    body = "rules:\n" + "".join(f"  - {each}\n" for each in rules)
    (finding,) = verdicts(body)
    assert (finding.code, finding.severity) == ("collision-possible", "warning")


STAR = TAGS + "rules:\n  - {id: a, from: 'raw/{m}/{t}', lookup: tags, to: '{m}/_telemetry/{name}'}\n"


def test_a_star_in_a_key_leaves_its_capture_to_the_address() -> None:
    stars = {"tags.csv": "m,t,name\n*,T1,speed\n*,T2,level\nF01,T1,count\n"}
    assert verdicts(STAR, stars) == []
    twice = {"tags.csv": "m,t,name\n*,T1,speed\n*,T2,speed\n"}
    (finding,) = verdicts(STAR, twice)
    assert finding.code == "collision"


def test_a_star_that_loses_its_capture_is_open() -> None:
    (finding,) = verdicts(BY_TABLE, csv("*,T1,f01,speed"))
    assert finding.code == "collision-possible"


def test_a_doubled_table_does_not_tell_of_each_row() -> None:
    rows = [f"{m}{n},T1,f{n},speed" for n in range(300) for m in "FG"]
    assert len(verdicts(BY_TABLE, csv(*rows))) == 100


def test_a_proven_collision_is_told_though_an_open_one_stands_before_it() -> None:
    (finding,) = verdicts(
        "rules:\n"
        "  - {id: endless, from: 'raw/{m}/a', to: '{m}/_telemetry/speed'}\n"
        "  - {id: one, from: raw/one, to: oven/_telemetry/speed}\n"
        "  - {id: two, from: raw/two, to: oven/_telemetry/speed}\n"
    )[1:]
    assert (finding.code, finding.message) == (
        "collision", "`raw/one` and `raw/two` both give `…/oven/_telemetry/speed`"
    )  # fmt: skip
