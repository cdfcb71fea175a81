"""Text with `{…}` in it, as patterns and templates are written: `{{` and `}}` are the braces themselves."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from uns.finding import Malformed

MAX_LENGTH: Final = 4_096
MAX_LEVELS: Final = 200
MAX_BRACED: Final = 32
MAX_NAME: Final = 64
_PIECE: Final = re.compile(r"[^/{}]++|/|\{([^{}/]*+)\}|\{\{|\}\}|[{}]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class Braced(NamedTuple):
    """What stood between braces, and where the opening one stands in the whole text."""

    inside: str
    offset: int


def split_levels(text: str) -> tuple[tuple[tuple[str | Braced, ...], ...], tuple[int, ...]]:
    """Each level's literal texts and braced parts, and where each level begins. An empty level has no parts."""
    _check_size(text)
    levels: list[list[str | Braced]] = [[]]
    offsets, literal = [0], ""
    for piece in _PIECE.finditer(text):
        written, inside = piece.group(0, 1)
        if inside is None and written != "/":
            literal += _literal(written, piece.start(), text)
            continue
        if literal:
            levels[-1].append(literal)
            literal = ""
        if inside is not None:
            levels[-1].append(Braced(inside, piece.start()))
        else:
            levels.append([])
            offsets.append(piece.end())
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
        levels = text.count("/") + 1
        message = f"`{text[:40]}`… has {len(text)} characters and {levels} {'level' if levels == 1 else 'levels'}"
        raise Malformed("pattern-syntax", message, f"stay within {MAX_LENGTH} characters and {MAX_LEVELS} levels")
    if _SURROGATE.search(text):
        raise Malformed("pattern-syntax", f"{text[:40]!r} is not Unicode text", "write it as UTF-8")


def _check_count(levels: list[list[str | Braced]]) -> None:
    braced = [part for level in levels for part in level if isinstance(part, Braced)]
    if len(braced) > MAX_BRACED:
        message = f"{len(braced)} names stand in one text"
        raise Malformed("pattern-syntax", message, f"stay within {MAX_BRACED}", braced[MAX_BRACED].offset)


def _literal(written: str, at: int, text: str) -> str:
    """What stands for itself; a doubled brace is one."""
    if written in ("{{", "}}"):
        return written[0]
    if written == "{":
        remedy = "close it with `}` in the same level, or write `{{` for a brace"
        inside = text[at + 1 :].partition("}")[0]
        raise Malformed("pattern-syntax", f"`{{{inside[:20]}` is not closed", remedy, at)
    if written == "}":
        raise Malformed("pattern-syntax", f"`}}` closes nothing in `{text[:60]}`", "write `}}` for a brace", at)
    return written
