"""Pointers: what is one, what it finds, what binds it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uns.decode.pointer import Every, EveryMember, Key, Pointer
from uns.finding import Malformed
from uns.message import ABSENT, Reading

RFC = {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, 'k"l': 6, " ": 7, "m~n": 8, "0": 9, "{x}": 10}


@pytest.mark.parametrize(
    ("text", "origin", "tokens"),
    [
        (".", "reading", ()),
        ("./a/b", "reading", (Key("a"), Key("b"))),
        ("/a", "payload", (Key("a"),)),
        ("/", "payload", (Key(""),)),
        ("/a~1b/m~0n/~01", "payload", (Key("a/b"), Key("m~n"), Key("~1"))),
        ("/values/*", "payload", (Key("values"), Every())),
        ("/{tag}/v", "payload", (EveryMember("tag"), Key("v"))),
        ("/{tag#}", "payload", (EveryMember("tag", deep=True),)),
        ("/{{x}}", "payload", (Key("{x}"),)),
    ],
)
def test_a_pointer_is_parsed(text, origin, tokens):
    pointer = Pointer.parse(text)
    assert (pointer.origin, pointer.tokens, pointer.text) == (origin, tokens, text)


@pytest.mark.parametrize(
    ("text", "says", "offset"),
    [
        ("v", "`./v` in the reading, `/v` in the payload", 0),
        ("", "`./v` in the reading", 0),
        ("..", "in the reading", 0),
        ("/a/b~2", "`~0`", 3),
        ("/a/{path#}/b", "end the pointer there", 11),
        ("/a/x{key}", "stand alone", 3),
        ("/{a b}", "stand alone", 1),
        ("/" + "a/" * 70, "64 levels", 0),
        ("/" + "a" * 2000, "1000 characters", 0),
    ],
)
def test_what_is_no_pointer_says_what_to_write(text, says, offset):
    with pytest.raises(Malformed) as caught:
        Pointer.parse(text)
    assert caught.value.code == "pointer-syntax"
    assert says in caught.value.remedy
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/foo/1", "baz"),
        ("/foo/2", ABSENT),
        ("/foo/01", ABSENT),
        ("/foo/-", ABSENT),
        ("/foo/-1", ABSENT),
        ("/foo/²", ABSENT),
        ("/foo/bar", ABSENT),
        ("/", 0),
        ("/a~1b", 1),
        ("/m~0n", 8),
        ("/ ", 7),
        ("/0", 9),
        ("/{{x}}", 10),
        (".", "node"),
        ("./a", ABSENT),
        ("/foo/0/deeper", ABSENT),
    ],
)
def test_a_pointer_finds_as_rfc_6901_says(text, value):
    assert Pointer.parse(text).find(Reading(RFC, "node")) == value


NESTED = {"records": [{"ts": 1, "vals": [{"id": "a"}]}, {"ts": 2, "vals": [{"id": "b"}]}], "vals": [{"id": "c"}]}


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("/records/*/ts", ("records", 1, "vals", 0), 2),
        ("/records/*/ts", ("records", 0, "vals", 0), 1),
        ("/records/*/ts", ("vals", 0), ABSENT),
        ("/records/*/vals/*/id", ("records", 1, "vals", 0), "b"),
        ("/records/{n}/ts", ("records", 1, "vals", 0), 2),
        ("/records/*/nothing", ("records", 1), ABSENT),
        ("./*/ts", ("records", 1), ABSENT),
    ],
)
def test_a_star_outside_each_means_the_one_we_are_in(text, path, value):
    assert Pointer.parse(text).find(Reading(NESTED, None, path)) == value


@pytest.mark.parametrize(
    ("text", "each", "bound"),
    [
        ("/Messages/*/Timestamp", ["/Messages/*/Payload/{field}"], True),
        ("/Messages/*/Timestamp", ["/Payload/{field}"], False),
        ("/Messages/*/Timestamp", [], False),
        ("/Messages/0/Timestamp", [], True),
        ("/{m}/ts", ["/{m}/{tag}"], True),
        ("/*/ts", ["/{m}/{tag}"], True),
        ("/{x}/ts", ["/{m}/{tag}"], False),
        ("/{tag#}", ["/{tag#}"], False),
        ("/*/ts", ["/{tag#}"], False),
        ("./*/ts", ["/*"], False),
        ("/records/*/ts", ["/vals/*", "/records/*/vals/*"], True),
    ],
)
def test_a_star_binds_only_on_the_prefix_of_an_each(text, each, bound):
    fault = Pointer.parse(text).bound_by([Pointer.parse(each_text) for each_text in each])
    assert (fault is None) == bound
    if fault:
        assert fault.code == "pointer-unbound"


@given(st.text())
def test_any_text_is_a_pointer_or_malformed(text):
    try:
        pointer = Pointer.parse(text)
    except Malformed:
        return
    assert pointer == Pointer.parse(text)
    pointer.find(Reading(RFC, RFC, ("foo", 0)))
    pointer.bound_by([pointer])


@given(st.lists(st.text(), max_size=5))
def test_escaped_keys_come_back_as_they_were(keys):
    text = "".join(
        "/" + key.replace("~", "~0").replace("/", "~1").replace("{", "{{").replace("}", "}}") for key in keys
    )
    if keys and "*" not in keys:
        assert Pointer.parse(text).tokens == tuple(Key(key) for key in keys)
