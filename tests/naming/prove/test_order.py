from __future__ import annotations

import pytest
from support.proofs import judged

GENERAL = "{id: general, from: 'raw/{m}/{t}', to: '{m}/_telemetry/{t}'}"


def rules(*lines: str) -> str:
    return "rules:\n" + "".join(f"  - {line}\n" for line in lines)


def found(code: str, *lines: str, sources: str = "") -> list[tuple[int, str]]:
    """Line and message of each finding of this code; the first rule stands in the line after `rules:`."""
    first = 5 if not sources else 4 + len(sources.strip().splitlines()) - 0
    return [(each.where.line - first, each.message) for each in judged(sources + rules(*lines)) if each.code == code]


SHADOWED = {
    "a literal behind a capture": (GENERAL, "{id: b, from: raw/x/y, to: x/_telemetry/speed}"),
    "an equal pattern": (GENERAL, "{id: b, from: 'raw/{n}/{u}', to: '{n}/_telemetry/{u}'}"),
    "behind a rest": ("{id: a, from: raw/#, ignore: true}", "{id: b, from: raw/x, to: x/_telemetry/speed}"),
    "the parent of a rest": ("{id: a, from: raw/x/#, ignore: true}", "{id: b, from: raw/x, to: x/_telemetry/speed}"),
    "a list behind a longer list": (
        "{id: a, from: 'raw/{m}', where: {m: [x, y, z]}, to: '{m}/_telemetry/speed'}",
        "{id: b, from: 'raw/{m}', where: {m: [x, z]}, to: '{m}/_telemetry/count'}",
    ),
    "a list behind a finite pattern": (
        "{id: a, from: 'raw/L{m}', where: {m: '[1-9]'}, to: 'l{m}/_telemetry/speed'}",
        "{id: b, from: 'raw/{m}', where: {m: [L1, L7]}, to: '{m|lower}/_telemetry/speed'}",
    ),
    "an endless pattern behind a wider one": (
        "{id: a, from: 'raw/{m}', where: {m: '[a-z]+'}, to: '{m}/_telemetry/speed'}",
        "{id: b, from: 'raw/{m}', where: {m: '(ab)+'}, to: '{m}/_telemetry/speed'}",
    ),
    "a suffix within a capture": (
        "{id: a, from: 'raw/{m}.props', to: '{m}/_telemetry/speed'}",
        "{id: b, from: 'raw/{m}.x.props', to: '{m}/_telemetry/speed'}",
    ),
    "a lookup does not let the sample go on": (
        "{id: a, from: 'raw/{m}', lookup: t, to: '{n}/_telemetry/speed'}",
        "{id: b, from: 'raw/{m}', to: '{m}/_telemetry/speed'}",
    ),
    "deep behind deep": (
        "{id: a, from: 'raw/{p#}', to: '{p|kebab}/_telemetry/speed'}",
        "{id: b, from: 'raw/x/{p#}.y', to: '{p|kebab}/_telemetry/speed'}",
    ),
}


@pytest.mark.parametrize("lines", SHADOWED.values(), ids=SHADOWED)
def test_a_rule_whose_addresses_one_earlier_rule_takes_is_shadowed(lines: tuple[str, ...]) -> None:
    lookups = "lookups:\n  t: {key: [m], rows: [{m: q, n: r}]}\n"
    findings = [each for each in judged(lookups + rules(*lines)) if each.code == "rule-shadowed"]
    assert [(each.where.line, each.where.column) for each in findings] == [(8, 10)]
    assert "(line 7)" in findings[0].message


ALIVE = {
    "specific first": ("{id: b, from: raw/x/y, to: x/_telemetry/speed}", GENERAL),
    "deep needs a level that a rest does not": (
        "{id: a, from: 'raw/x/{p#}', to: '{p|kebab}/_telemetry/speed'}",
        "{id: b, from: raw/x/#, ignore: true}",
    ),
    "a wildcard takes the empty level, a capture does not": (
        "{id: a, from: 'raw/{m}', to: '{m}/_telemetry/speed'}",
        "{id: b, from: raw/+, ignore: true}",
    ),
    "two earlier rules together": (
        "{id: a, from: 'raw/{m}', where: {m: [x]}, to: x/_telemetry/speed}",
        "{id: b, from: 'raw/{m}', where: {m: [y]}, to: y/_telemetry/speed}",
        "{id: c, from: 'raw/{m}', where: {m: [x, y]}, to: '{m}/_telemetry/count'}",
    ),
    "case counts": (
        "{id: a, from: raw/X, to: x/_telemetry/speed}",
        "{id: b, from: raw/x, to: x/_telemetry/count}",
    ),
}


@pytest.mark.parametrize("lines", ALIVE.values(), ids=ALIVE)
def test_a_rule_with_an_address_of_its_own_is_not_shadowed(lines: tuple[str, ...]) -> None:
    assert found("rule-shadowed", *lines) == []


TAGGED = "sources:\n  - {topic: raw/#, tag: ./id, each: /values/*, value: ./v}\n"


@pytest.mark.parametrize(
    ("first", "second", "shadowed"),
    [
        ("a.{x}", "a.b", True),
        ("{x}.b", "a.b", True),
        ("a.b", "{x}.b", False),
        ("a/{x}", "a/b", True),
        ("a/{x}", "a/b/c", False),
        ("a/{x#}", "a/b/c", True),
    ],
)
def test_tags_are_levels_too(first: str, second: str, shadowed: bool) -> None:
    to = "{{id: {}, from: raw/g, tag: '{}', to: '{}/_telemetry/speed'}}"
    target = "{x}" if "x}" in first and "#" not in first else "{x|kebab}" if "#" in first else "s"
    other = "{x}" if "{" in second else "s"
    body = TAGGED + rules(to.format("a", first, target), to.format("b", second, other))
    assert any(each.code == "rule-shadowed" for each in judged(body)) is shadowed


def test_a_more_literal_rule_behind_a_general_one_is_warned_of_with_an_address() -> None:
    line = "{id: general, from: 'raw/L{line}/{m}/{t}', where: {line: '[1-3]'}, to: 'line-{line}/{m}/_telemetry/{t}'}"
    heartbeat = "{id: heartbeat, from: raw/+/+/heartbeat, ignore: true}"
    ((at, message),) = found("rule-order", line, heartbeat)
    assert at == 1
    address = message.split("`")[1]
    assert address.startswith("raw/L")
    assert address.endswith("/heartbeat")
    assert "goes to `general`" in message
    assert found("rule-order", heartbeat, line) == []


def test_no_order_is_warned_of_where_another_rule_takes_the_shared_addresses_first() -> None:
    lines = (
        "{id: first, from: raw/+/stop, ignore: true}",
        "{id: general, from: 'raw/M{m}/{t}', to: 'm{m}/_telemetry/{t}'}",
        "{id: later, from: 'raw/{a}/stop', where: {a: [M1, N1]}, to: '{a|lower}/_telemetry/count'}",
    )
    assert found("rule-order", *lines) == []


def test_nor_where_no_source_delivers_them() -> None:
    sources = "sources:\n  - raw/+/start\n"
    lines = (
        "{id: general, from: 'raw/M{m}/{t}', to: 'm{m}/_telemetry/{t}'}",
        "{id: later, from: 'raw/+/stop', ignore: true}",
    )
    assert [each.code for each in judged(sources + rules(*lines)) if each.code == "rule-order"] == []


@pytest.mark.parametrize(
    "pattern", ["(a|b)*a(a|b){30}", "(a{0,30}){0,30}b", "[^a]*(.{0,200}){2}x", "(a|aa)+(a|b){0,60}"]
)
def test_patterns_that_would_take_for_ever_stay_open(pattern: str) -> None:
    lines = [
        f"{{id: r{n}, from: 'raw/{{m}}-{n}', where: {{m: '{pattern}'}}, to: 'x{n}/{{m}}/_telemetry/speed'}}"
        for n in range(8)
    ]
    lines.append("{id: last, from: 'raw/{m}-{n}', where: {m: '(a|b)*b(a|b){29}'}, to: 'y/{m}/{n}/_telemetry/speed'}")
    assert not found("rule-shadowed", *lines)
