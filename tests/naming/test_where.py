"""Patterns of `where`: the subset, and what is finite."""

import interegular
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uns.finding import Malformed
from uns.naming.regex import lazy_source, not_empty, parse_regex
from uns.naming.where import check_where, compiled, finite_values, takes_whole


@pytest.mark.parametrize(
    "pattern",
    ["", "[1-3]", "line-[0-9]{1,2}", "(a|bc)?d", "a*b+c?", ".{2,}", r"\d\.\-", "[^/]+", "[a-]", "(?:a|)", "ü",
     r"[\]\[]"],
)  # fmt: skip
def test_inside_the_subset(pattern):
    check_where(pattern)


@pytest.mark.parametrize(
    ("pattern", "offset"),
    [
        ("[1-", 0), ("[]", 0), ("[[:alpha:]]", 1), ("[b-a]", 0), (r"[\d-z]", 0), ("a^", 1), ("a$", 1), ("(?=x)", 0),
        ("(?i)x", 0), ("(?P<n>x)", 0), (r"\w", 0), (r"\b", 0), (r"(a)\1", 3), (r"\pL", 0), ("a**", 1), ("a+?", 1),
        ("{2}", 0), ("a{,3}", 1), ("a{3,2}", 1), ("a{1001}", 1), ("a{", 1), ("*", 0), (")", 0), ("(a", 0), ("a|)", 2),
        ("\\", 0), ("]", 0), ("(" * 30 + ")" * 30, 21), (".{1000}" * 100, 0), ("((a{100}){100})", 0), ("a" * 1001, 0),
        ("\ud800", 0),
    ],
)  # fmt: skip
def test_outside_the_subset(pattern, offset):
    with pytest.raises(Malformed) as refusal:
        check_where(pattern)
    assert (refusal.value.code, refusal.value.offset) == ("where-regex", offset)


def test_a_posix_class_gets_its_remedy():
    with pytest.raises(Malformed) as refusal:
        check_where("[[:alpha:]]+")
    assert "[a-zA-Z]" in refusal.value.remedy


@pytest.mark.parametrize(
    ("pattern", "values"),
    [
        ("[1-3]", {"1", "2", "3"}),
        ("(a|bc)?d", {"d", "ad", "bcd"}),
        ("a{2,3}", {"aa", "aaa"}),
        ("a{0}b", {"b"}),
        ("(|)*", {""}),
        ("a*", None),
        ("[^a]", None),
        (".", None),
        ("[0-9]{4}", None),
        ("(a|){1000}", None),
        ("[a-b]{9}[a-b]", None),
    ],
)
def test_finite_values(pattern, values):
    assert finite_values(pattern) == values


def test_a_hundred_line_numbers_are_finite():
    assert len(finite_values("line-[0-9]{1,2}") or ()) == 110


@pytest.mark.parametrize(("text", "taken"), [("3", True), ("33", False), ("", False), ("٣", False), ("\ud800", False)])
def test_the_whole_text_is_taken(text, taken):
    assert takes_whole(compiled(r"\d"), text) is taken


atoms = st.sampled_from(["a", "b", "[ab]", "[^a]", ".", r"\d", "(a|b)", "(ab|)", "(a?b?)"])
repeated = st.builds("{}{}".format, atoms, st.sampled_from(["", "*", "+", "?", "{2}", "{1,2}", "{0,2}"]))
patterns = st.lists(st.lists(repeated, max_size=3).map("".join), min_size=1, max_size=2).map("|".join)


@given(patterns, st.text(alphabet="ab1\n", max_size=5))
def test_both_readers_of_the_subset_agree(pattern, text):
    taken = takes_whole(compiled(pattern), text)
    assert interegular.parse_pattern(pattern).to_fsm().accepts(text) is taken
    assert takes_whole(compiled(lazy_source(parse_regex(pattern))), text) is taken
    assert takes_whole(compiled(lazy_source(not_empty(parse_regex(pattern)))), text) is (taken and text != "")


@given(patterns, st.text(alphabet="ab1", max_size=5))
def test_finite_values_are_all_that_is_taken(pattern, text):
    values = finite_values(pattern)
    if values is not None:
        assert (text in values) is takes_whole(compiled(pattern), text)


@given(st.text(alphabet="ab[](){}|*+?^$\\.-,1:d", max_size=12))
def test_any_text_is_checked_or_refused(text):
    try:
        check_where(text)
    except Malformed as outcome:
        refusal = outcome
    else:
        interegular.parse_pattern(text).to_fsm()
        return
    assert 0 <= refusal.offset <= len(text)
