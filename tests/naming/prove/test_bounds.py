"""The judgement is bounded in steps: what it does not reach is told as open, once, and never taken for proven."""

from __future__ import annotations

import pytest
from support.proofs import judged

from uns.finding import Finding
from uns.naming import prove


def found(rules: list[str]) -> list[Finding]:
    return judged("rules:\n" + "".join(f"  - {rule}\n" for rule in rules))


TAGS = "machine,asset\n" + "".join(f"M{number},asset-{number}\n" for number in range(90))
TABLE = "from: 'raw/{}/{{machine}}', lookup: tags, to: 'line-{}/{{asset}}/_telemetry/level'"
LISTS = (
    "from: 'raw/{}/{{a}}/{{b}}', where: {{a: [a, b, c, d, e, f, g, h, i], b: [a, b, c, d, e, f, g, h, i, j]}}, "
    "to: 'line-{}/{{a}}-{{b}}/_telemetry/level'"
)


@pytest.mark.parametrize("rule", [TABLE, LISTS])
@pytest.mark.parametrize(("most", "told"), [(850, [9]), (950, [])])
def test_a_rule_with_which_more_rows_are_joined_than_are_judged_is_refused(
    monkeypatch: pytest.MonkeyPatch, rule: str, most: int, told: list[int]
) -> None:
    monkeypatch.setattr(prove, "MOST_ENTRIES", most)
    rules = "".join(f"  - {{id: r{number}, {rule.format(number, number)}}}\n" for number in range(10))
    body = f"lookups: {{tags: {{file: tags.csv, key: machine}}}}\nrules:\n{rules}"
    findings = [each for each in judged(body, {"tags.csv": TAGS}) if each.severity == "error"]
    assert [(each.code, each.message.split("`")[1]) for each in findings] == [("lookup-shape", f"r{n}") for n in told]


def test_where_too_many_endless_rules_overlap_their_order_and_their_collisions_stay_open() -> None:
    findings = found(
        [
            f"{{id: r{number}, from: 'raw/{{m}}', where: {{m: '.*{number}.*'}}, to: '{{m}}/_telemetry/level'}}"
            for number in range(1_000)
        ]
    )
    order = [each for each in findings if each.code == "rule-order"]
    collisions = [each for each in findings if "this one and those below it are not compared" in each.message]
    assert [each.severity for each in order + collisions] == ["warning", "warning"]
    assert 100 < order[0].where.line < 1_000
    assert order[0].remedy == "split the file, or tell its rules apart by literal levels"


def test_many_rules_that_differ_in_a_level_are_judged_to_the_last() -> None:
    general = [f"{{id: g{number}, from: 'raw/{{m}}/{{n}}/g{number}', ignore: true}}" for number in range(50)]
    ends = ["g7" if number % 1_000 == 999 else "h7" for number in range(3_000)]
    literal = [f"{{id: r{at}, from: raw/m{at}/x/{end}, to: m{at}/_telemetry/level}}" for at, end in enumerate(ends)]
    findings = found(general + literal)
    assert [(each.code, each.where.line - 55) for each in findings] == [
        ("rule-shadowed", number) for number in (999, 1999, 2999)
    ]
