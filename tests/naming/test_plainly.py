"""The quick way to read YAML: what it takes, it reads as the library does."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uns.naming.plainly import read_plainly
from uns.naming.yaml import read_by_library

ROOT = Path(__file__).parents[2]
FILES = sorted(path for folder in ("examples", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.yaml"))
LINES = sorted({line.strip() for path in FILES for line in path.read_text().splitlines()})
PIECES = (
    "a", "b: ", "- ", "c", "\n", "\n  ", "\n- ", "\n    ", ": ", ", ", "{", "}", "[", "]", "'x'", '"y"', " # c", "#",
    "d e", ":", "-1", "1.5", "\na:", "\n  b:", "~", ".", "/x/+", "?", "a,b", "'", '"', "''", "|", "\t", "\r\n", "\\",
    "é", "”", "&a ", "*a", "!t ", "---\n", "...", "%", "@", "`", "=", "<<: ", "\u2028", "\ufeff", "\x85",
)  # fmt: skip


def assert_read_alike(text: str) -> bool:
    """Whether the quick way took it."""
    root = read_plainly(text, "f.yaml")
    if root is not None:
        assert (root, ()) == read_by_library(text, "f.yaml")
    return root is not None


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rule_files_as_people_write_them_are_taken(path: Path) -> None:
    assert assert_read_alike(path.read_text())


@settings(max_examples=1000)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_pieces_of_yaml_are_read_as_the_library_reads_them(text: str) -> None:
    assert_read_alike(text)


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.sampled_from((0, 0, 1, 2, 2, 4)), st.sampled_from(LINES)), max_size=5),
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from(PIECES)), max_size=2),
)
def test_lines_of_rule_files_put_together_are_read_as_the_library_reads_them(
    lines: list[tuple[int, str]], slips: list[tuple[int, str]]
) -> None:
    text = "\n".join(" " * indent + line for indent, line in lines)
    for at, piece in slips:
        text = text[:at] + piece + text[at:]
    assert_read_alike(text)


@pytest.mark.parametrize(
    "text",
    ["", "a", "- - a", "a: |\n  b", "a: &x b", "a: {b}", "a: b\n  c", "a: 'b\n  c'", "a: b\na: c", "a: [b, c", "a:\tb"],
)
def test_what_is_wrong_or_unusual_is_left_to_the_library(text: str) -> None:
    assert read_plainly(text, "f.yaml") is None


POSSESSIVE_GROUP = re.compile(r"\)(?:[*+?]|\{[0-9,]+\})\+|\(\?>")
OF_THE_SYSTEM = Path("/usr/bin/python3")
READS = "import sys; from uns.naming.plainly import read_plainly; print(read_plainly(sys.stdin.read(), 'f.yaml'))"


def test_no_pattern_holds_what_pythons_before_3_11_5_get_wrong() -> None:
    """Of a possessive group whose body fails halfway they keep what it had taken; Debian 12's is 3.11.2."""
    for path in (ROOT / "uns").rglob("*.py"):
        assert not POSSESSIVE_GROUP.search(path.read_text("utf-8")), path


@pytest.mark.skipif(not OF_THE_SYSTEM.exists(), reason="the system has no Python of its own")
def test_the_python_of_the_system_reads_the_same() -> None:
    text = "# a comment\n\nsites:\n  a: {b: 'c''d', e f: [g, \"h\"]}  # i\n\n  j: k#l:m\nn:\n  - o: p\n    q: -r\n"
    done = subprocess.run(
        [OF_THE_SYSTEM, "-c", READS], input=text, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{read_plainly(text, 'f.yaml')}\n"
