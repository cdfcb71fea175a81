"""Nearest rules: where each stops, and the edit that would let it go on."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uns.finding import FilePlace
from uns.naming.edit import admitting, yaml_text
from uns.naming.matcher import match
from uns.naming.near import near, nearest_rules
from uns.naming.pattern import Pattern
from uns.naming.rule import Rule, RuleFile, Where

HERE = FilePlace("f.yaml", 9, 3)


def rule(name: str, topic: str, tag: str | None = None, **wheres: str | tuple[str, ...]) -> Rule:
    return Rule(
        name,
        "f",
        HERE,
        Pattern.parse(topic),
        None if tag is None else Pattern.parse(tag, tag=True),
        tuple(
            Where(capture, HERE, pattern=it) if isinstance(it, str) else Where(capture, HERE, values=it)
            for capture, it in wheres.items()
        ),
        places={"from": FilePlace("f.yaml", 10, 11), "where/line": FilePlace("f.yaml", 12, 20)},
    )


FILLER = rule("filler", "plc/dallas/L{line}/{machine}/{tag}", line="[1-3]")
LISTED = rule("listed", "plc/dallas/L{line}", line=("1", "2"))
GATEWAY = rule("gateway", "kepware/dallas", "Line{line}.{machine}.{tag}", line="[4-9]")
DEEP = rule("deep", "umh/{path#}.props")
REST = rule("rest", "cam/+/state/#")


@pytest.mark.parametrize(
    ("it", "topic", "tag", "stops", "remedy"),
    [
        (
            FILLER, "plc/dallas/L9/F/T", None,
            "where: line = 9, allowed [1-3]", "to admit it: where: {line: '[1-39]'}",
        ),
        (
            FILLER, "plc/dallas/L10/F/T", None,
            "where: line = 10, allowed [1-3]", "to admit it: where: {line: '[1-3]|10'}",
        ),
        (
            FILLER, "plc/dalas/L1/F/T", None,
            "level 2 of from: `dalas` is not `dallas`", "to admit it: from: plc/dalas/L{line}/{machine}/{tag}",
        ),
        (
            FILLER, "plc/dallas/M1/F/T", None,
            "level 3 of from: `M1` is not `L{line}`",
            "to admit it: from: plc/dallas/{line}/{machine}/{tag}, where: {line: '[1-3]|M1'}",
        ),
        (
            FILLER, "plc/dallas/L1/F/T/x{y}", None,
            "level 6 of from: the pattern ends before `x{y}`",
            "to admit it: from: plc/dallas/L{line}/{machine}/{tag}/x{{y}}",
        ),
        (
            FILLER, "plc/dallas/L1/F", None,
            "level 5 of from: `{tag}` finds nothing", "add a rule with from: plc/dallas/L1/F",
        ),
        (
            FILLER, "plc/dallas/L1//T", None,
            "level 4 of from: `` is not `{machine}`", "add a rule with from: plc/dallas/L1//T",
        ),
        (
            LISTED, "plc/dallas/L'3", None,
            "where: line = '3, allowed 1, 2", "to admit it: where: {line: ['1', '2', '''3']}",
        ),
        (
            GATEWAY, "kepware/dallas", "Line3.F01.TT", "where: line = 3, allowed [4-9]",
            "to admit it: where: {line: '[4-93]'}",
        ),
        (
            GATEWAY, "kepware/dallas", "F01.TT", "level 1 of tag: `F01.TT` is not `Line{line}.{machine}.{tag}`",
            "add a rule with from: kepware/dallas, tag: F01.TT",
        ),
        (
            GATEWAY, "kepware/dallas", None,
            "tag: the reading has none", "give the source a `tag`, or add a rule without one",
        ),
        (
            DEEP, "umh/a/b.prop", None,
            "level 2 of from: `a/b.prop` is not `{path#}.props`", "to admit it: from: umh/{path#}",
        ),
        (REST, "cam/1/status", None, "level 3 of from: `status` is not `state`", "to admit it: from: cam/+/status/#"),
        (REST, "cam", None, "level 2 of from: `+` finds nothing", "to admit it: from: cam/#"),
    ],
)  # fmt: skip
def test_where_a_rule_stops_and_what_would_let_it_go_on(it, topic, tag, stops, remedy):
    (nearest,) = nearest_rules([it], topic, tag)
    assert (nearest.stops, nearest.remedy) == (stops, remedy)


def test_a_stop_has_the_place_of_its_key():
    (stop,) = nearest_rules([FILLER], "plc/dallas/L9/F/T", None)
    assert stop.place == FilePlace("f.yaml", 12, 20)
    (stop,) = nearest_rules([FILLER], "plc/dalas/L1/F/T", None)
    assert stop.place == FilePlace("f.yaml", 10, 11)


@pytest.mark.parametrize(
    ("topic", "tag", "first"),
    [
        ("plc/dallas/L9/F/T", None, "filler"),
        ("plc/dallas/L9", None, "listed"),
        ("kepware/dalas", "Line5.F.T", "gateway"),
        ("cam/x/stat", "t", "rest"),
        ("umh/a/b/c/d.prop", None, "deep"),
    ],
)
def test_the_nearest_comes_first(topic, tag, first):
    file = RuleFile("f", "f.yaml", ("s",), (), "x", (), (FILLER, LISTED, GATEWAY, DEEP, REST))
    found = near(file, topic, tag)
    assert (found[0].rule.id, len(found)) == (first, 3)


def test_of_equally_near_rules_the_earlier_comes_first():
    twins = [rule("one", "a/b"), rule("two", "a/b")]
    assert [each.rule.id for each in nearest_rules(twins, "a/c", None)] == ["one", "two"]


def test_a_rule_that_ignores_is_rarely_what_was_meant():
    ignoring = replace(rule("beat", "a/+/beat"), ignore=True)
    assert nearest_rules([ignoring, rule("temp", "a/L{line}/temp")], "a/L1/tmp", None)[0].rule.id == "temp"


def test_a_rule_that_takes_the_address_is_not_near():
    assert nearest_rules([LISTED], "plc/dallas/L1", None) == []


def test_texts_of_any_size_stay_short():
    (nearest,) = nearest_rules([FILLER], "x" * 60_000, None)
    assert len(nearest.stops) < 200
    assert nearest.remedy == "add a rule"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plc/L{line}", "plc/L{line}"),
        ("{tag}", "'{tag}'"),
        ("a b", "'a b'"),
        ("it's", "'it''s'"),
        ("", "''"),
        ("a: b", "'a: b'"),
    ],
)
def test_text_is_quoted_where_yaml_wants_it(text, written):
    assert yaml_text(text) == written


levels = st.sampled_from(["plc", "dallas", "L1", "L9", "M", "", "umh", "x.props", "cam", "{"])


@given(
    st.sampled_from([FILLER, LISTED, GATEWAY, DEEP, REST]),
    st.lists(levels, min_size=1, max_size=6).map("/".join) | st.just("kepware/dallas"),
    st.none() | st.text(alphabet="Line49.F{/+#", max_size=9),
)
def test_an_edit_makes_the_rule_take_the_address(it, topic, tag):
    changed = admitting(it, topic, tag)
    if changed is not None:
        assert match(changed.topic, topic, changed.where) is not None
        assert changed.topic.captures == it.topic.captures
        assert changed.tag is None or match(changed.tag, tag, changed.where) is not None


@given(st.sampled_from([FILLER, LISTED, GATEWAY, DEEP, REST]), st.text(max_size=40), st.none() | st.text(max_size=20))
def test_any_address_is_explained(it, topic, tag):
    for each in nearest_rules([it], topic, tag):
        assert each.stops
        assert each.remedy
