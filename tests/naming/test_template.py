"""Templates: what parses, and what becomes of captures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uns.finding import Malformed
from uns.naming.pattern import Pattern, deep_captures
from uns.naming.template import Slot, Template, check_flat, render, render_levels
from uns.naming.transform import TRANSFORMS


def refused(outcome: object) -> str | None:
    return outcome.code if isinstance(outcome, Malformed) else None


def test_a_template_is_its_levels():
    template = Template.parse_target("packaging/line-{line|int|pad2}/{asset}/_telemetry/{name}")
    assert template.levels[1] == ("line-", Slot("line", ("int", "pad2")))
    assert [slot.name for slot in template.slots] == ["line", "asset", "name"]
    assert template.offsets == (0, 10, 31, 39, 50)


@pytest.mark.parametrize(
    ("text", "code", "offset"),
    [
        ("a/{x|kebap}", "transform-unknown", 5),
        ("{x|}", "transform-unknown", 0),
        ("{}", "pattern-syntax", 0),
        ("{x", "pattern-syntax", 0),
        ("x}", "pattern-syntax", 1),
        ("a//b", "pattern-syntax", 2),
        ("a/", "pattern-syntax", 2),
        ("", "pattern-syntax", 0),
        ("a/+/b", "pattern-syntax", 2),
        ("a/#", "pattern-syntax", 2),
        ("{path#}", "pattern-syntax", 0),
    ],
)
def test_what_is_no_target_says_where(text, code, offset):
    with pytest.raises(Malformed) as refusal:
        Template.parse_target(text)
    assert (refusal.value.code, refusal.value.offset) == (code, offset)


def test_a_mistyped_transform_gets_the_likely_one():
    with pytest.raises(Malformed) as refusal:
        Template.parse("{x|kebap}")
    assert refusal.value.remedy == "did you mean `kebab`?"


def test_text_may_hold_what_a_topic_may_not():
    assert render(Template.parse("{a}//+5 {{x}}"), {"a": "b/c"}) == "b/c//+5 {x}"


@pytest.mark.parametrize(
    ("transform", "text", "result"),
    [
        ("lower", "ÄB", "äb"),
        ("kebab", "Filler_01", "filler-01"),
        ("kebab", "FillerLeft", "fillerleft"),
        ("kebab", "Füller Öl/ß ẞ", "fueller-oel-ss-ss"),
        ("kebab", "Fu\u0308ller", "fueller"),
        ("kebab", "Crème brûlée", "creme-brulee"),
        ("kebab", "--a..b--", "a-b"),
        ("kebab", "ﬁlter ½", "filter-1-2"),
        ("kebab", "İzmir", "izmir"),
        ("kebab", "--", ""),
        ("kebab", "\x00\ud800", ""),
        ("int", "007", "7"),
        ("int", "000", "0"),
        ("int", "9" * 5000, "9" * 5000),
        ("int", "3A", None),
        ("int", "-3", None),
        ("int", "٣", None),
        ("int", "", None),
        ("pad2", "7", "07"),
        ("pad2", "123", "123"),
        ("pad2", "x", None),
    ],
)
def test_transforms(transform, text, result):
    outcome = TRANSFORMS[transform](text)
    assert outcome == result if result is not None else refused(outcome) == "transform-failed"


@pytest.mark.parametrize(
    ("text", "captures", "levels"),
    [
        ("line-{line|int|pad2}/{asset}", {"line": "003", "asset": "filler"}, ("line-03", "filler")),
        ("{path|kebab}", {"path": "Hall 1/Press"}, ("hall-1-press",)),
    ],
)
def test_levels_are_filled_in(text, captures, levels):
    assert render_levels(Template.parse(text), captures) == levels


@pytest.mark.parametrize(
    ("text", "captures", "code"),
    [
        ("{x|kebab}", {"x": "--"}, "level-empty"),
        ("a{x}", {"x": "b/c"}, "topic-illegal"),
        ("{x|int}", {"x": "b"}, "transform-failed"),
        ("{x}", {}, "capture-undefined"),
    ],
)
def test_what_cannot_be_filled_in_is_told(text, captures, code):
    assert refused(render_levels(Template.parse(text), captures)) == code


def test_a_capture_of_several_levels_must_be_made_one():
    deep = deep_captures(Pattern.parse("umh/{line}/{path#}"))
    check_flat(Template.parse("{line}/{path|lower|kebab}"), deep)
    with pytest.raises(Malformed) as refusal:
        check_flat(Template.parse("{line}/{path|lower}"), deep)
    assert (refusal.value.code, refusal.value.offset) == ("key-value", 7)
    assert "{path|kebab}" in refusal.value.remedy


@given(st.text())
def test_kebab_is_a_level_or_empty_and_stays_itself(text):
    result = TRANSFORMS["kebab"](text)
    assert isinstance(result, str)
    assert set(result) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not result.startswith("-")
    assert TRANSFORMS["kebab"](result) == result


@given(st.text(max_size=30))
def test_any_text_parses_or_is_refused(text):
    try:
        outcome = Template.parse(text)
    except Malformed as refusal:
        outcome = refusal
    assert 0 <= outcome.offset <= len(text) if isinstance(outcome, Malformed) else outcome.text == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20))
def test_doubled_braces_stand_for_themselves(text):
    assert render(Template.parse(text.replace("{", "{{").replace("}", "}}")), {}) == text
