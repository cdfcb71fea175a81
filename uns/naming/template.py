"""Templates of targets and field texts: text, captures and table columns, each with transforms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Slot(NamedTuple):
    """`{line|int|pad2}`: a captured text and what becomes of it, from the left."""

    name: str
    transforms: tuple[str, ...] = ()


Part = str | Slot


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template; each level is its parts, literal text or slots."""

    text: str
    levels: tuple[tuple[Part, ...], ...]
    offsets: tuple[int, ...] = ()
    """Where each level begins in `text`, in characters from 0."""

    @property
    def slots(self) -> tuple[Slot, ...]:
        return tuple(part for level in self.levels for part in level if isinstance(part, Slot))
