"""Topic and tag patterns: levels of text and captures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


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


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed pattern; each level is `One`, `Rest` or the parts that make it up."""

    text: str
    levels: tuple[One | Rest | tuple[Part, ...], ...]
    offsets: tuple[int, ...] = ()
    """Where each level begins in `text`, in characters from 0."""

    @property
    def captures(self) -> tuple[str, ...]:
        return tuple(
            part.name
            for level in self.levels
            if not isinstance(level, (One, Rest))
            for part in level
            if isinstance(part, Capture)
        )
