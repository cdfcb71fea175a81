"""JSON Pointers as rule files write them: from the payload (`/a`), from the reading (`./a`, `.`), and in `each`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple


class Key(NamedTuple):
    """One member or array index, as text."""

    text: str


class Every(NamedTuple):
    """`*`: every element; outside `each`, the one we are in."""


class EveryMember(NamedTuple):
    """`{key}`: every member, its name (or index) captured; `{path#}` (deep): every scalar below."""

    capture: str
    deep: bool = False


Token = Key | Every | EveryMember


@dataclass(frozen=True, slots=True)
class Pointer:
    """A parsed pointer; compare and hash by its text."""

    text: str
    origin: Literal["payload", "reading"]
    tokens: tuple[Token, ...]

    @property
    def captures(self) -> tuple[str, ...]:
        return tuple(token.capture for token in self.tokens if isinstance(token, EveryMember))
