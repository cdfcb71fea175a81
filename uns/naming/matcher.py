"""Matching: what a pattern captures of a topic or tag, with its `where`. The leftmost capture takes the least."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Final, Protocol

import re2

from uns.naming.pattern import Capture, One, Part, Pattern, PatternLevel, Rest, is_deep, literal_of
from uns.naming.regex import lazy_source, not_empty, parse_regex
from uns.naming.rule import Where
from uns.naming.where import compiled, is_utf8, takes_whole

_MEMORY: Final = 64 << 20
"""Of one level's program: a list of a megabyte fits."""
_ANYTHING: Final = "(?s:.+?)"
_NOTHING: Final = r"[^\x{0}-\x{10ffff}]"


class LevelMatcher(Protocol):
    """Takes one level (or, last, the whole rest) and gives what was captured there, in order."""

    def match(self, text: str) -> tuple[str, ...] | None: ...


class Literal:
    def __init__(self, text: str) -> None:
        self.text = text

    def match(self, text: str) -> tuple[str, ...] | None:
        return () if text == self.text else None


class Anything:
    """`+`: any one level, also an empty one."""

    def match(self, text: str) -> tuple[str, ...] | None:
        return ()


class Affixed:
    """One capture with fixed text around it."""

    def __init__(self, prefix: str, suffix: str, where: Where | None) -> None:
        self.prefix, self.suffix = prefix, suffix
        self.allows = _test(where)
        self.shortest = len(prefix) + len(suffix) + 1

    def match(self, text: str) -> tuple[str, ...] | None:
        if len(text) < self.shortest or not (text.startswith(self.prefix) and text.endswith(self.suffix)):
            return None
        value = text[len(self.prefix) : len(text) - len(self.suffix)]
        return (value,) if self.allows is None or self.allows(value) else None


class Spread:
    """Several captures that may be anything: each ends at the first place where the text after it stands."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        self.prefix, *self.between, self.suffix = texts

    def match(self, text: str) -> tuple[str, ...] | None:
        end = len(text) - len(self.suffix)
        if not text.startswith(self.prefix) or not text.endswith(self.suffix):
            return None
        start, values = len(self.prefix), []
        for separator in self.between:
            at = text.find(separator, start + 1, max(end - 1, 0))
            if at < 0:
                return None
            values.append(text[start:at])
            start = at + len(separator)
        return (*values, text[start:end]) if start < end else None


class Ruled:
    """Several captures of which `where` says what some may be."""

    def __init__(self, texts: tuple[str, ...], wheres: tuple[Where | None, ...]) -> None:
        self.texts, self.wheres = texts, wheres

    @cached_property
    def program(self) -> Any:
        source = re2.escape(self.texts[0])
        for where, text in zip(self.wheres, self.texts[1:], strict=True):
            source += f"({_inside(where)}){re2.escape(text)}"
        return compiled(source, _MEMORY)

    def match(self, text: str) -> tuple[str, ...] | None:
        try:
            found = self.program.fullmatch(text)
        except UnicodeEncodeError:  # a lone surrogate
            return None
        if found is None:
            return None
        values: tuple[str, ...] = found.groups()
        return values


class Matcher:
    """A pattern and its `where`, ready to match."""

    def __init__(self, pattern: Pattern, wheres: Iterable[Where] = ()) -> None:
        ruled = {where.capture: where for where in wheres}
        self.names = pattern.captures
        levels = pattern.levels
        self.open = isinstance(levels[-1], Rest)
        self.deep = is_deep(levels[-1])
        fixed = levels[:-1] if self.open else levels
        self.levels = tuple(level_matcher(level, ruled) for level in fixed)

    def match(self, levels: list[str]) -> dict[str, str] | None:
        """The captures of a topic or tag that is split at `/`, or None where the pattern does not take it."""
        count, mine = len(levels), self.levels
        if count != len(mine) and not (self.open and count >= len(mine)):
            if not self.deep or count < len(mine):
                return None
            levels = [*levels[: len(mine) - 1], "/".join(levels[len(mine) - 1 :])]
        values: tuple[str, ...] = ()
        for level, text in zip(mine, levels, strict=False):
            captured = level.match(text)
            if captured is None:
                return None
            values += captured
        return dict(zip(self.names, values, strict=True))


def match(pattern: Pattern, text: str, wheres: Iterable[Where] = ()) -> dict[str, str] | None:
    """What the pattern captures of the text, or None where it does not take it."""
    return Matcher(pattern, wheres).match(text.split("/"))


def level_matcher(level: PatternLevel, wheres: Mapping[str, Where]) -> LevelMatcher:
    if isinstance(level, (One, Rest)):
        return Anything()
    literal = literal_of(level)
    if literal is not None:
        return Literal(literal)
    texts, names = around(level)
    ruled = tuple(wheres.get(name) for name in names)
    if len(names) == 1:
        return Affixed(texts[0], texts[1], ruled[0])
    return Ruled(texts, ruled) if any(ruled) else Spread(texts)


def around(level: tuple[Part, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts before, between and after the captures (one more than there are captures), and the captures' names."""
    texts: list[str] = [""]
    names: list[str] = []
    for part in level:
        if isinstance(part, Capture):
            names.append(part.name)
            texts.append("")
        else:
            texts[-1] += part
    return tuple(texts), tuple(names)


def allows(where: Where, value: str) -> bool:
    """Whether the capture may be this."""
    test = _test(where)
    return test is None or test(value)


def _test(where: Where | None) -> Callable[[str], bool] | None:
    if where is None or (where.values is None and where.pattern is None):
        return None
    if where.values is not None:
        return frozenset(where.values).__contains__
    pattern = where.pattern or ""
    return lambda value: takes_whole(compiled(pattern), value)


def _inside(where: Where | None) -> str:
    """RE2 text of what a capture may be: at least one character, shorter before longer."""
    if where is None:
        return _ANYTHING
    if where.values is not None:
        values = sorted((value for value in where.values if value and is_utf8(value)), key=len)
        return "|".join(map(re2.escape, values)) or _NOTHING
    return _ANYTHING if where.pattern is None else lazy_source(not_empty(parse_regex(where.pattern)))
