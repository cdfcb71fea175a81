"""YAML 1.2 as rule files hold it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uns.naming.node import Leaf, Members, plain
from uns.naming.yaml import read_yaml


def leaf(text: str) -> Leaf:
    root, findings = read_yaml(f"k: {text}\n".encode(), "f.yaml")
    assert findings == ()
    assert isinstance(root, Members)
    value = root.get("k")
    assert isinstance(value, Leaf)
    return value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("'true'", "true"),
        ("0001", 1),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("12:30:00", "12:30:00"),
        ("2026-01-01", "2026-01-01"),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        (".inf", math.inf),
        ("~", None),
        ("", None),
        ("''", ""),
        ("9" * 5000, "9" * 5000),
        ("12345678901234567890123", 12345678901234567890123),
    ],
)
def test_scalars_are_typed_as_yaml_1_2_says(text: str, value: object) -> None:
    read = leaf(text)
    assert (type(read.value), read.value) == (type(value), value)
    if text[:1] != "'":
        assert read.text == text


def test_places_count_lines_and_characters_from_one() -> None:
    root, _ = read_yaml("# ü\r\nü: [a, 'ö', {b: c}]\r\n".encode(), "f.yaml")
    assert isinstance(root, Members)
    key, value = root.entries[0]
    assert (str(key.place), str(value.place)) == ("f.yaml:2:1", "f.yaml:2:4")
    assert plain(root) == {"ü": ["a", "ö", {"b": "c"}]}


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (b"a: 1\nb: \xfc", "f.yaml:2:4 yaml-syntax: byte 0xFC is not UTF-8"),
        (b"a: \x00", "f.yaml:1:4 yaml-syntax: the character '\\x00' is not allowed in YAML"),
        (b"#" * (1024 * 1024 + 1), "f.yaml:1:1 yaml-syntax: 1048577 bytes are over the limit of 1 MiB"),
        (b"[" * 10_000, "f.yaml:1:33 yaml-syntax: nested over 32 deep"),
        (b"%YAML 1.1\n---\na: 1", "f.yaml:2:1 yaml-syntax: `%YAML` names another version than 1.2"),
        (b'a: "\\xZZ"', "f.yaml:1:7 yaml-syntax: expected escape sequence of 2 hexdecimal numbers, but found 'Z'"),
        (b"to: [a/{b}, c]", "f.yaml:1:6 yaml-quote: `a/{b}` holds braces or brackets"),
        (b"{line}: x", "f.yaml:1:1 yaml-quote: the key `{line}` is not text"),
    ],
)
def test_what_is_not_that_yaml_is_told_with_its_place(content: bytes, finding: str) -> None:
    _, findings = read_yaml(content, "f.yaml")
    assert [f"{each.where} {each.code}: {each.message}" for each in findings] == [finding]


@settings(max_examples=300)
@given(st.text(alphabet="ab{}[]:,-?#*&!|>%@`'\"\\ \n\t01~.U\u2028", max_size=60))
def test_no_text_raises_and_a_root_is_there_or_a_finding(text: str) -> None:
    root, findings = read_yaml(text.encode(), "f.yaml")
    assert root is not None or findings
