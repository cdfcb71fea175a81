"""Patterns of `where` and of levels: the part of regular expressions that RE2 and the proofs read alike."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import re2

from uns.finding import Malformed
from uns.naming.regex import Chars, Choice, Node, Repeat, Sequence, lazy_source, not_empty, parse_regex

MAX_LENGTH: Final = 1_000
MAX_MEMORY: Final = 1 << 20
"""Of one compiled pattern, in bytes; `.{1000}` a hundred times over is refused."""
_STEPS: Final = 20
"""How many texts may be made up for each one that is asked for, before a pattern counts as endless."""


def check_where(text: str) -> None:
    """Raises Malformed (`where-regex`) for anything outside the subset, and for patterns too big to run."""
    if len(text) > MAX_LENGTH:
        raise Malformed("where-regex", f"the pattern has {len(text)} characters", f"stay within {MAX_LENGTH}")
    tree = parse_regex(text)
    try:
        compiled(text, MAX_MEMORY)
        compiled(lazy_source(not_empty(tree)), MAX_MEMORY)
    except (re2.error, UnicodeEncodeError):
        remedy = "list the values, or use smaller repetitions"
        raise Malformed("where-regex", f"`{text[:60]}` is no pattern that can be run", remedy) from None


@lru_cache(maxsize=1024)
def compiled(pattern: str, memory: int = 8 << 20) -> Any:
    """The RE2 program of a pattern. Raises `re2.error` where it is none or needs more memory."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = memory
    return re2.compile(pattern, options)


def is_utf8(text: str) -> bool:
    """Whether UTF-8 can write the text: a lone surrogate it cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def takes_whole(program: Any, text: str) -> bool:
    """Whether the program takes the text from end to end; text that UTF-8 cannot write is taken by none."""
    try:
        return program.fullmatch(text) is not None
    except UnicodeEncodeError:
        return False


@lru_cache(maxsize=256)
def finite_values(pattern: str, limit: int = 1_000) -> frozenset[str] | None:
    """All texts that the pattern takes, or None where there are more than the limit (or too much work to tell)."""
    expansion = _Expansion(limit)
    values = expansion.of(parse_regex(pattern))
    return None if values is None else frozenset(values)


class _Expansion:
    """Writes out what a pattern takes, within a number of values and of steps."""

    def __init__(self, limit: int) -> None:
        self.limit, self.steps = limit, _STEPS * limit

    def of(self, node: Node) -> set[str] | None:
        if isinstance(node, Chars):
            return self._characters(node)
        if isinstance(node, Choice):
            return self._joined([self.of(each) for each in node.options])
        if isinstance(node, Sequence):
            return self._sequence(node)
        return self._repeated(node)

    def _characters(self, node: Chars) -> set[str] | None:
        if node.negated or sum(high - low + 1 for low, high in node.ranges) > self.limit:
            return None
        return {chr(code) for low, high in node.ranges for code in range(low, high + 1)}

    def _joined(self, options: list[set[str] | None]) -> set[str] | None:
        values: set[str] = set()
        for option in options:
            if option is None or len(values | option) > self.limit:
                return None
            values |= option
        return values

    def _sequence(self, node: Sequence) -> set[str] | None:
        values = {""}
        for item in node.items:
            longer = self._product(values, self.of(item))
            if longer is None:
                return None
            values = longer
        return values

    def _repeated(self, node: Repeat) -> set[str] | None:
        once = self.of(node.item)
        if once == {""} or node.high == 0:
            return {""}
        if once is None or node.high is None:
            return None
        last: set[str] | None = {""}
        values: set[str] | None = {""} if node.low == 0 else set()
        for count in range(1, node.high + 1):
            last = self._product(last, once)
            values = self._joined([values, last]) if count >= node.low else values
            if last is None or values is None:
                return None
        return values

    def _product(self, left: set[str] | None, right: set[str] | None) -> set[str] | None:
        if left is None or right is None:
            return None
        self.steps -= len(left) * len(right)
        if self.steps < 0:
            return None
        values = {first + second for first in left for second in right}
        return values if len(values) <= self.limit else None
