"""YAML as rule files mostly hold it, read several times faster than the YAML library reads it.

Nothing is told here: what is wrong, or written in a less usual way, is left to the library, whose word counts.
"""

from __future__ import annotations

import re
from typing import Final

from uns.finding import FilePlace
from uns.naming.node import Items, Leaf, Members, Node

MOST_NODES: Final = 200_000
DEEPEST: Final = 24
LONGEST_KEY: Final = 500
LONGEST_SOURCE: Final = 120

# Possessive only where one character repeats: Python before 3.11.5 is wrong about groups, and Debian 12 has 3.11.2.
_ORDINARY: Final = re.compile(r"[\n\x20-\x7e\xa1-\xaa\xac-\xba\xbc-\u1fff\u2030-\u2038\u203b-\ud7ff\uf900-\ufdcf]*")
"""No tab, no other line end or blank than the usual ones, no quotation mark of a word processor."""
_FIRST: Final = r"""(?:[^\s,\[\]{}#&*!|>'"%@`?:\-]|-(?=[0-9A-Za-z.]))"""
_IN_BLOCK: Final = rf"(?P<plain>{_FIRST}[^\s:\#]*+(?:(?::(?=\S)|\#|\ ++(?=[^\s\#:]))[^\s:\#]*+)*)"
_IN_FLOW: Final = (
    rf"(?P<plain>{_FIRST}[^\s:\#,\[\]{{}}?]*+(?:(?::(?=[\w/.])|\#|\ ++(?=[^\s\#:,\[\]{{}}?]))[^\s:\#,\[\]{{}}?]*+)*)"
)
_QUOTED: Final = r"""'(?P<single>(?:[^'\n]++|'')*)'(?!')|"(?P<double>[^"\\\n]*+)\""""
_END: Final = r"(?:\ ++(?:\#[^\n]*+)?)?(?:\n|\Z)"

_BLANK: Final = re.compile(r"(?:\ *+(?:\#[^\n]*+)?\n)*(?:\ *+\#[^\n]*+\Z)?")
_INDENT: Final = re.compile(r"\ *+")
_DASH: Final = re.compile(r"-(?:\ ++|(?=\n)|\Z)")
_KEY: Final = re.compile(rf"(?:{_IN_BLOCK}|{_QUOTED}):(?:\ ++|(?=\n)|\Z)")
_NOTHING: Final = re.compile(r"(?:(?<=\ )\#[^\n]*+)?(?:\n|\Z)")
_SCALAR: Final = re.compile(rf"(?:{_IN_BLOCK}|{_QUOTED}){_END}")
_AFTER: Final = re.compile(_END)
_ENTRY: Final = re.compile(rf"(?:{_IN_FLOW}|{_QUOTED}):\ ++")
_ITEM: Final = re.compile(rf"(?:{_IN_FLOW}|{_QUOTED})\ *+(?=[,\]}}])")
_COMMA: Final = re.compile(r"\ *+,\ *+")
_CLOSED: Final = re.compile(r"\ *+([\]}])")


class _Unusual(Exception):
    """Something that is the library's business."""


def read_plainly(text: str, file: str) -> Node | None:
    """The root node; None where the library is to read it."""
    text = text.replace("\r\n", "\n")
    if not _ORDINARY.fullmatch(text):
        return None
    try:
        return _Reading(text, file).root()
    except _Unusual:
        return None


class _Reading:
    """Goes through the text line by line; `column` is that of what stands next in it, -1 at the end."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.at = self.begun = self.depth = self.nodes = 0
        self.line, self.column = 1, -1

    def root(self) -> Node:
        self._to_a_line(0)
        if self.column != 0 or self.text[self.at] == ".":
            raise _Unusual
        root = self._block()
        if self.column != -1:
            raise _Unusual
        return root

    def _to_a_line(self, begun: int) -> None:
        """The next line, from the beginning of one, that holds more than a comment."""
        text = self.text
        self.begun = _end(_BLANK.match(text, begun))
        self.line += text.count("\n", begun, self.begun)
        self.at = _end(_INDENT.match(text, self.begun))
        self.column = self.at - self.begun if self.at < len(text) else -1

    def _ended(self, end: int) -> None:
        self.line += 1
        self._to_a_line(end)

    def _entered(self) -> FilePlace:
        self.depth, self.nodes = self.depth + 1, self.nodes + 1
        if self.depth > DEEPEST or self.nodes > MOST_NODES:
            raise _Unusual
        return FilePlace(self.file, self.line, self.at - self.begun + 1)

    def _leaf(self, found: re.Match[str]) -> Leaf:
        """It ends where the match does."""
        self.nodes += 1
        place = FilePlace(self.file, self.line, found.start() - self.begun + 1)
        self.at = found.end()
        plain, single, double = found.group("plain", "single", "double")
        if plain is not None:
            return Leaf(place, plain, True)
        return Leaf(place, double if single is None else single.replace("''", "'"), False)

    def _block(self) -> Node:
        node = self._items() if _DASH.match(self.text, self.at) else self._members()
        self.depth -= 1
        return node

    def _items(self) -> Items:
        place, column, items = self._entered(), self.column, []
        while self.column == column and (dash := _DASH.match(self.text, self.at)):
            self.at = dash.end()
            if nothing := _NOTHING.match(self.text, self.at):
                self._ended(nothing.end())
                items.append(self._below(column))
            elif _KEY.match(self.text, self.at):
                self.column = self.at - self.begun
                items.append(self._block())
            else:
                items.append(self._value())
        return Items(place, tuple(items))

    def _members(self) -> Members:
        place, column = self._entered(), self.column
        entries: dict[str, tuple[Leaf, Node]] = {}
        while self.column == column and (found := _KEY.match(self.text, self.at)):
            key = self._key(found, entries)
            if nothing := _NOTHING.match(self.text, self.at):
                self._ended(nothing.end())
                beside = self.column == column and _DASH.match(self.text, self.at)
                value = self._block() if beside else self._below(column, key)
            else:
                value = self._value()
            entries[key.text] = key, value
        return Members(place, tuple(entries.values()))

    def _key(self, found: re.Match[str], entries: dict[str, tuple[Leaf, Node]]) -> Leaf:
        key = self._leaf(found)
        if key.text in entries or len(key.text) > LONGEST_KEY:
            raise _Unusual
        return key

    def _below(self, column: int, key: Leaf | None = None) -> Node:
        """What stands further right on the lines below; where nothing does, it stands where its key does."""
        if self.column > column:
            return self._block()
        if key is None:
            raise _Unusual
        self.nodes += 1
        return Leaf(key.place, "", True)

    def _value(self) -> Node:
        """What the rest of a line holds; what goes on below it is none of ours."""
        column = self.column
        found = _SCALAR.match(self.text, self.at)
        node = self._flow() if found is None else self._leaf(found)
        end = _AFTER.match(self.text, self.at) if found is None else found
        self._ended(_end(end))
        if self.column > column:
            raise _Unusual
        return node

    def _flow(self) -> Node:
        """A list in brackets or a mapping in braces, on one line."""
        start, place = self.at, self._entered()
        sign = self.text[start : start + 1]
        if sign not in ("[", "{"):
            raise _Unusual
        self.at = _end(_INDENT.match(self.text, start + 1))
        entries: dict[str, tuple[Leaf, Node]] = {}
        items: list[Node] = []
        more = not _CLOSED.match(self.text, self.at)
        while more:
            key = self._key(_met(_ENTRY.match(self.text, self.at)), entries) if sign == "{" else None
            found = _ITEM.match(self.text, self.at)
            value = self._flow() if found is None else self._leaf(found)
            items.append(value)
            if key is not None:
                entries[key.text] = key, value
            comma = _COMMA.match(self.text, self.at)
            more, self.at = comma is not None, self.at if comma is None else comma.end()
        closed = _met(_CLOSED.match(self.text, self.at))
        if closed[1] != ("]" if sign == "[" else "}"):
            raise _Unusual
        self.at, self.depth = closed.end(), self.depth - 1
        source = self.text[start : self.at] if self.at - start <= LONGEST_SOURCE else ""
        return Items(place, tuple(items), source) if sign == "[" else Members(place, tuple(entries.values()), source)


def _met(found: re.Match[str] | None) -> re.Match[str]:
    if found is None:
        raise _Unusual
    return found


def _end(found: re.Match[str] | None) -> int:
    return _met(found).end()
