"""Patterns: what parses, and what they capture."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uns.finding import FilePlace, Malformed
from uns.naming.matcher import Matcher, match
from uns.naming.pattern import Capture, One, Pattern, Rest
from uns.naming.rule import Where


def parsed_or_refused(parse, text):
    try:
        return parse(text)
    except Malformed as refusal:
        return refusal


HERE = FilePlace("f.yaml")


def where(**rules: str | list[str]) -> tuple[Where, ...]:
    return tuple(
        Where(name, HERE, pattern=rule) if isinstance(rule, str) else Where(name, HERE, values=tuple(rule))
        for name, rule in rules.items()
    )


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("plc/L{line}", (("plc",), ("L", Capture("line")))),
        ("+/#", (One(), Rest())),
        ("/a", ((), ("a",))),
        ("a//", (("a",), (), ())),
        ("{path#}.props", ((Capture("path", deep=True), ".props"),)),
        ("a{{b}}{c}", (("a{b}", Capture("c")),)),
        ("{Höhe}", ((Capture("Höhe"),),)),
    ],
)
def test_a_pattern_is_its_levels(text, levels):
    assert Pattern.parse(text).levels == levels


def test_levels_know_where_they_begin():
    assert Pattern.parse("plc/{{x/{line}").offsets == (0, 4, 8)


@pytest.mark.parametrize(
    ("text", "code", "offset"),
    [
        ("", "pattern-syntax", 0),
        ("{a}{b}", "pattern-syntax", 3),
        ("a/#/b", "pattern-syntax", 2),
        ("a/{path#}/b", "pattern-syntax", 2),
        ("a/x{path#}", "pattern-syntax", 3),
        ("{path#}.{b}", "pattern-syntax", 0),
        ("a/L+", "pattern-syntax", 2),
        ("a/#b", "pattern-syntax", 2),
        ("{line", "pattern-syntax", 0),
        ("a/{li/ne}", "pattern-syntax", 2),
        ("a}b", "pattern-syntax", 1),
        ("a/{}", "pattern-syntax", 2),
        ("{2nd}", "pattern-syntax", 0),
        ("{a b}", "pattern-syntax", 0),
        ("{ab}/{a}/{ab}", "capture-duplicate", 9),
        ("/".join("x" * 201), "pattern-syntax", 0),
        ("x" * 5000, "pattern-syntax", 0),
        ("/".join(f"{{c{i}}}" for i in range(40)), "pattern-syntax", 182),
        ("\ud800", "pattern-syntax", 0),
    ],
)
def test_what_is_no_pattern_says_where(text, code, offset):
    with pytest.raises(Malformed) as refusal:
        Pattern.parse(text)
    assert (refusal.value.code, refusal.value.offset) == (code, offset)


def test_a_tag_may_hold_wildcards_beside_text():
    assert Pattern.parse("Pump#1.{signal}", tag=True).levels == (("Pump#1.", Capture("signal")),)


@pytest.mark.parametrize(
    ("pattern", "text", "captures"),
    [
        ("plc/L{line}/{m}", "plc/L3/Filler_01", {"line": "3", "m": "Filler_01"}),
        ("plc/L{line}/{m}", "plc/L/Filler_01", None),
        ("plc/L{line}/{m}", "plc/l3/Filler_01", None),
        ("plc/L{line}/{m}", "plc/L3/", None),
        ("plc/L{line}/{m}", "plc/L3", None),
        ("plc/L{line}/{m}", "plc/L3/x/y", None),
        ("Line{line}.{machine}.{tag}", "Line4.Filler.01.TT", {"line": "4", "machine": "Filler", "tag": "01.TT"}),
        ("{a}.{b}", "..x", {"a": ".", "b": "x"}),
        ("{a}.{b}", ".x", None),
        ("{a}..{b}.", "x..y.", {"a": "x", "b": "y"}),
        ("{a}.{b}.", "x..", None),
        ("{drive}.props", "M1.props", {"drive": "M1"}),
        ("{drive}.props", ".props", None),
        ("a/+/b", "a//b", {}),
        ("a/#", "a", {}),
        ("a/#", "a/b/c", {}),
        ("a/#", "b", None),
        ("#", "", {}),
        ("{path#}", "a/b", {"path": "a/b"}),
        ("a/{path#}", "a", None),
        ("a/{path#}", "a/", None),
        ("a/{path#}.props", "a/b/c.props", {"path": "b/c"}),
        ("a/{path#}.props", "a/b/c", None),
        ("/a", "/a", {}),
        ("/a", "a", None),
        ("a{{b}}", "a{b}", {}),
        ("{x}", "a\nb", {"x": "a\nb"}),
        ("{x}-{y}", "a\nb-\ud800", {"x": "a\nb", "y": "\ud800"}),
    ],
)
def test_captures(pattern, text, captures):
    assert match(Pattern.parse(pattern), text) == captures


@pytest.mark.parametrize(
    ("pattern", "rules", "text", "captures"),
    [
        ("L{line}", where(line="[1-3]"), "L3", {"line": "3"}),
        ("L{line}", where(line="[1-3]"), "L4", None),
        ("L{line}", where(line="[1-3]"), "L33", None),
        ("L{line}", where(line=["1", "10"]), "L10", {"line": "10"}),
        ("L{line}", where(line=["1", "10"]), "L2", None),
        ("Line{line}.{m}", where(line="[4-9]"), "Line4.F", {"line": "4", "m": "F"}),
        ("Line{line}.{m}", where(line="[4-9]"), "Line3.F", None),
        ("{m}-{no}", where(no=r"\d+"), "filler-left-03", {"m": "filler-left", "no": "03"}),
        ("{m}-{no}", where(no=["03", "left-03"]), "filler-left-03", {"m": "filler", "no": "left-03"}),
        ("{a}x{b}", where(a="(axa|a)?"), "axaxb", {"a": "axa", "b": "b"}),
        ("{a}{{{b}", where(a="[^}]*"), "{{{x", {"a": "{", "b": "{x"}),
        ("{a}.{b}", where(b=".*"), "a.b", {"a": "a", "b": "b"}),
        ("{a}.{b}", where(b=".*"), "a.", None),
        ("{a}.{b}", where(a="x*"), ".b", None),
        ("{a}.{b}", where(a=["ü"]), "ü.b", {"a": "ü", "b": "b"}),
        ("{a}.{b}", where(a=["", "\ud800"]), "a.b", None),
        ("{a}.{b}", where(a="a"), "a.\ud800", None),
        ("{path#}", where(path="a(/[a-z])*"), "a/b/c", {"path": "a/b/c"}),
        ("{path#}", where(path="a(/[a-z])*"), "a/B/c", None),
    ],
)
def test_where_takes_part_in_matching(pattern, rules, text, captures):
    assert match(Pattern.parse(pattern), text, rules) == captures


def slow(parts: tuple, text: str) -> list[str] | None:
    """Every way to cut the level in parts, the leftmost capture shortest first."""
    if not parts:
        return [] if text == "" else None
    head, rest = parts[0], parts[1:]
    if isinstance(head, str):
        return slow(rest, text[len(head) :]) if text.startswith(head) else None
    for end in range(1, len(text) + 1):
        found = slow(rest, text[end:])
        if found is not None:
            return [text[:end], *found]
    return None


texts = st.text(alphabet="ab.", max_size=10)


@st.composite
def levels(draw) -> str:
    separators = draw(st.lists(st.text(alphabet="ab.", min_size=1, max_size=2), max_size=3))
    names = itertools.count()
    middle = "".join(f"{separator}{{c{next(names)}}}" for separator in separators)
    return draw(texts) + f"{{first}}{middle}" + draw(st.sampled_from(["", "a", ".b"]))


@given(levels(), texts)
def test_matching_agrees_with_trying_everything(pattern, text):
    parsed = Pattern.parse(pattern)
    expected = slow(parsed.levels[0], text)
    assert match(parsed, text) == (None if expected is None else dict(zip(parsed.captures, expected, strict=True)))


@given(levels(), texts)
def test_a_where_that_takes_everything_changes_nothing(pattern, text):
    parsed = Pattern.parse(pattern)
    assert match(parsed, text, where(first="[ab.]*")) == match(parsed, text)


@given(st.lists(st.sampled_from(["a", "b", "+", "{x}", "L{y}", "{z}.{w}"]), min_size=1, max_size=4, unique=True),
       st.sampled_from(["", "/#", "/{p#}", "/{p#}.b"]), st.text(alphabet="ab/L.", max_size=12))  # fmt: skip
def test_what_is_captured_makes_the_text_again(before, last, text):
    pattern = Pattern.parse("/".join(before) + last)
    captures = Matcher(pattern).match(text.split("/"))
    if captures is not None and "+" not in before and last != "/#":
        again = pattern.text.replace("#", "").format(**captures)
        assert again == text
        assert all(captures.values())


@given(st.text(max_size=40))
def test_any_text_parses_or_is_refused(text):
    outcome = parsed_or_refused(Pattern.parse, text)
    if isinstance(outcome, Malformed):
        assert outcome.remedy
        assert 0 <= outcome.offset <= len(text)
    else:
        assert outcome.text == text
