"""Topic and tag patterns: levels of text and captures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from uns.finding import Malformed
from uns.naming.braces import Braced, check_name, split_levels


class Capture(NamedTuple):
    """`{name}` inside a level; `{name#}` (deep) takes one or more whole levels."""

    name: str
    deep: bool = False


class One(NamedTuple):
    """`+`: one level, whatever it is."""


class Rest(NamedTuple):
    """`#`, last: any rest, or none."""


Part = str | Capture
"""Literal text or a capture within one level."""
PatternLevel = One | Rest | tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed pattern; each level is `One`, `Rest` or the parts that make it up."""

    text: str
    levels: tuple[One | Rest | tuple[Part, ...], ...]
    offsets: tuple[int, ...] = ()
    """Where each level begins in `text`, in characters from 0."""

    @classmethod
    def parse(cls, text: str, *, tag: bool = False) -> Pattern:
        """Raises Malformed (`pattern-syntax`). In a tag, `+` and `#` beside other text are that text."""
        if not text:
            raise Malformed("pattern-syntax", "the pattern is empty", "write at least one level")
        split, offsets = split_levels(text)
        levels = tuple(_level(parts, offset, tag) for parts, offset in zip(split, offsets, strict=True))
        for index, level in enumerate(levels[:-1]):
            if isinstance(level, Rest) or is_deep(level):
                message = f"`{'#' if isinstance(level, Rest) else '{…#}'}` must be the last level of `{text[:60]}`"
                raise Malformed("pattern-syntax", message, "use `+` or `{name}` for one level", offsets[index])
        _check_unique(split, text)
        return cls(text, levels, offsets)

    @property
    def captures(self) -> tuple[str, ...]:
        return tuple(
            part.name
            for level in self.levels
            if not isinstance(level, (One, Rest))
            for part in level
            if isinstance(part, Capture)
        )


def deep_captures(pattern: Pattern) -> tuple[str, ...]:
    """The capture that takes one or more levels, where there is one."""
    return pattern.captures[-1:] if is_deep(pattern.levels[-1]) else ()


def written_levels(pattern: Pattern) -> list[str]:
    """Each level as the rule file writes it."""
    ends = (*pattern.offsets[1:], len(pattern.text) + 1)
    return [pattern.text[start : end - 1] for start, end in zip(pattern.offsets, ends, strict=True)]


def is_deep(level: PatternLevel) -> bool:
    """Whether the level takes one or more levels: `{path#}` or `{path#}.props`."""
    return not isinstance(level, (One, Rest)) and any(isinstance(part, Capture) and part.deep for part in level)


def literal_of(level: PatternLevel) -> str | None:
    """The one text that the level takes, or None where it takes several."""
    if isinstance(level, (One, Rest)) or any(isinstance(part, Capture) for part in level):
        return None
    return "".join(part for part in level if isinstance(part, str))


def _level(split: tuple[str | Braced, ...], offset: int, tag: bool) -> PatternLevel:
    if split == ("+",):
        return One()
    if split == ("#",):
        return Rest()
    parts = tuple(_capture(part) if isinstance(part, Braced) else part for part in split)
    _check_neighbours(parts, split)
    for part in parts:
        if isinstance(part, str) and not tag and ("+" in part or "#" in part):
            message = f"`+` and `#` stand alone in their level, not in `{part[:40]}`"
            raise Malformed("pattern-syntax", message, "write `{name}` for a part of a level", offset)
    return parts


def _capture(braced: Braced) -> Capture:
    deep = braced.inside.endswith("#")
    return Capture(check_name(braced.inside.removesuffix("#"), braced.offset), deep)


def _check_neighbours(parts: tuple[Part, ...], split: tuple[str | Braced, ...]) -> None:
    captures = [part for part in parts if isinstance(part, Capture)]
    for left, right, braced in zip(parts, parts[1:], split[1:], strict=False):
        if isinstance(left, Capture) and isinstance(right, Capture):
            message = f"`{{{left.name}}}{{{right.name}}}` stand together"
            raise Malformed("pattern-syntax", message, "put text between them", _offset(braced))
    for index, part in enumerate(parts):
        if isinstance(part, Capture) and part.deep and (index > 0 or len(captures) > 1):
            message = f"`{{{part.name}#}}` takes whole levels"
            remedy = "begin the level with it; only text may follow"
            raise Malformed("pattern-syntax", message, remedy, _offset(split[index]))


def _offset(part: str | Braced) -> int:
    return part.offset if isinstance(part, Braced) else 0


def _check_unique(split: tuple[tuple[str | Braced, ...], ...], text: str) -> None:
    seen: set[str] = set()
    for braced in (part for level in split for part in level if isinstance(part, Braced)):
        name = braced.inside.removesuffix("#")
        if name in seen:
            message = f"`{{{name}}}` is captured twice in `{text[:60]}`"
            raise Malformed("capture-duplicate", message, "rename one of them", _offset(braced))
        seen.add(name)
