"""Of one kind in one file so many are told one by one; the rest is one line, and errors stand in nobody's shadow."""

from __future__ import annotations

from collections import Counter

from support.corpus import HERE, findings_of

from uns.finding import FilePlace, gravest

RULES = 400


def many() -> dict[str, bytes]:
    """Rules with a wildcard and no unit, of which two go wrong and nobody tests one."""
    names = ["pressure" if number % 200 == 199 else "temperature" for number in range(RULES)]
    rules = [
        f"  - {{id: r{at}, from: plc/+/m{at}, to: packaging/m{at}/_telemetry/{name}}}" for at, name in enumerate(names)
    ]
    head = "site: dallas\nsteward: ot@acme.example\nsources: [plc/#]\nrules:"
    return {
        "standard.yaml": (HERE / "bad/standard.yaml").read_bytes(),
        "dallas.yaml": "\n".join([head, *rules]).encode(),
    }


def test_a_kind_is_told_up_to_a_number_and_the_rest_as_one_line() -> None:
    findings = findings_of(many())
    assert Counter(each.code for each in findings) == {"unit-assumed": 101, "wildcard-merges": 21, "name-unknown": 2}
    rest = {each.code: each for each in findings if each.count > 1}
    assert rest["wildcard-merges"].message == "380 more of this kind in this file, the next one here"
    assert rest["wildcard-merges"].where == FilePlace("naming_rules/dallas.yaml", 25, 21)
    assert rest["unit-assumed"].message == "298 more of this kind in this file, the next one here"
    assert [rest["unit-assumed"].severity, rest["wildcard-merges"].severity] == ["warning", "note"]
    assert sum(each.count for each in findings) == 2 * RULES


def test_errors_are_told_however_many_notes_stand_before_them() -> None:
    findings = findings_of(many())
    assert [each.where.line for each in findings if each.severity == "error"] == [204, 404]
    assert [each.code for each in gravest(findings, 3)] == ["name-unknown", "name-unknown", "unit-assumed"]
