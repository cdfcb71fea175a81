"""Text with `{…}` in it, as patterns and templates are written: `{{` and `}}` are the braces themselves."""

from __future__ import annotations

from typing import Final, NamedTuple

from uns.finding import Malformed

MAX_LENGTH: Final = 4_096
MAX_LEVELS: Final = 200
MAX_BRACED: Final = 32
MAX_NAME: Final = 64


class Braced(NamedTuple):
    """What stood between braces, and where the opening one stands in the whole text."""

    inside: str
    offset: int


def split_levels(text: str) -> tuple[tuple[tuple[str | Braced, ...], ...], tuple[int, ...]]:
    """Each level's literal texts and braced parts, and where each level begins. An empty level has no parts."""
    _check_size(text)
    levels: list[list[str | Braced]] = [[]]
    offsets, at, literal = [0], 0, ""
    while at < len(text):
        character = text[at]
        if character == "/" or _is_open(text, at):
            if literal:
                levels[-1].append(literal)
            literal = ""
        if character == "/":
            levels.append([])
            offsets.append(at + 1)
        elif _is_open(text, at):
            levels[-1].append(_braced(text, at))
            at = text.index("}", at)
        else:
            literal += character
            at += _literal_brace(text, at)
        at += 1
    if literal:
        levels[-1].append(literal)
    _check_count(levels)
    return tuple(tuple(level) for level in levels), tuple(offsets)


def check_name(name: str, offset: int) -> str:
    """A name of a capture or a column: letters, digits and `_`, not a digit first."""
    if not name.isidentifier() or len(name) > MAX_NAME:
        remedy = r"use letters, digits and `_`, such as `{line}`; write `{{` for a brace"
        raise Malformed("pattern-syntax", f"`{{{name[:MAX_NAME]}}}` is no name", remedy, offset)
    return name


def escaped(text: str) -> str:
    """Text in which braces are written so that they stand for themselves."""
    return text.replace("{", "{{").replace("}", "}}")


def _check_size(text: str) -> None:
    if len(text) > MAX_LENGTH or text.count("/") >= MAX_LEVELS:
        message = f"`{text[:40]}`… has {len(text)} characters and {text.count('/') + 1} levels"
        raise Malformed("pattern-syntax", message, f"stay within {MAX_LENGTH} characters and {MAX_LEVELS} levels")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Malformed("pattern-syntax", f"{text[:40]!r} is not Unicode text", "write it as UTF-8")


def _check_count(levels: list[list[str | Braced]]) -> None:
    braced = [part for level in levels for part in level if isinstance(part, Braced)]
    if len(braced) > MAX_BRACED:
        message = f"{len(braced)} names stand in one text"
        raise Malformed("pattern-syntax", message, f"stay within {MAX_BRACED}", braced[MAX_BRACED].offset)


def _is_open(text: str, at: int) -> bool:
    return text[at] == "{" and text[at + 1 : at + 2] != "{"


def _literal_brace(text: str, at: int) -> int:
    """How many characters more a literal takes here: one where a brace is doubled."""
    if text[at] not in "{}":
        return 0
    if text[at : at + 2] != text[at] * 2:
        raise Malformed("pattern-syntax", f"`}}` closes nothing in `{text[:60]}`", "write `}}` for a brace", at)
    return 1


def _braced(text: str, at: int) -> Braced:
    inside, closed, _ = text[at + 1 :].partition("}")
    if not closed or "{" in inside or "/" in inside:
        remedy = "close it with `}` in the same level, or write `{{` for a brace"
        raise Malformed("pattern-syntax", f"`{{{inside[:20]}` is not closed", remedy, at)
    return Braced(inside, at)
