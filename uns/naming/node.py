"""The nodes of a YAML file: leaves, lists and mappings, each with the place where it begins."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from uns.finding import FilePlace

_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,400}|0o[0-7]{1,100}|0x[0-9a-fA-F]{1,100}")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]{1,400}|[0-9]{1,400}(?:\.[0-9]{0,400})?)(?:[eE][-+]?[0-9]{1,4})?")
_ENDLESS: Final = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_WORDS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar: `text` is what is written; `plain` means without quotes, so that it may be a number or `true`."""

    place: FilePlace
    text: str
    plain: bool

    @property
    def value(self) -> bool | int | float | str | None:
        """What YAML 1.2 takes it for: `on` and `yes` are text."""
        if not self.plain:
            return self.text
        if self.text in _WORDS:
            return _WORDS[self.text]
        if _INTEGER.fullmatch(self.text):
            return int(self.text, 0 if self.text[:2] in ("0o", "0x") else 10)
        if _FLOAT.fullmatch(self.text):
            return float(self.text)
        endless = _ENDLESS.fullmatch(self.text)
        return float(f"{endless[1]}inf") if endless else self.text

    @property
    def empty(self) -> bool:
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True)
class Items:
    """A list; `source` is its text where it stands in brackets on one line."""

    place: FilePlace
    items: tuple[Node, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Members:
    """A mapping; `source` is its text where it stands in braces on one line."""

    place: FilePlace
    entries: tuple[tuple[Leaf, Node], ...]
    source: str = ""

    def get(self, key: str) -> Node | None:
        for each, value in self.entries:
            if each.text == key:
                return value
        return None

    def __iter__(self) -> Iterator[tuple[Leaf, Node]]:
        return iter(self.entries)


Node = Leaf | Items | Members


def plain(node: Node) -> Any:
    """The node as JSON has it."""
    match node:
        case Leaf():
            return node.value
        case Items():
            return [plain(each) for each in node.items]
        case Members():
            return {key.text: plain(value) for key, value in node.entries}


def described(node: Node) -> str:
    """How a finding calls what stands there."""
    match node:
        case Leaf() if node.empty:
            return "nothing"
        case Leaf():
            return f"`{node.text[:60]}`"
        case Items():
            return "a list"
        case Members():
            return "a mapping"
