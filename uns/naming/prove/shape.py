"""Shapes: the levels of a target as an entry of a relation fills them in: text, or a language for a free capture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Final

from uns.finding import FilePlace, Malformed
from uns.naming.lookup import ANY
from uns.naming.prove.captures import caught_by
from uns.naming.prove.language import Endless, Language, Piece, language, values_of
from uns.naming.prove.sets import MAX_ENTRIES, Relation, expanded
from uns.naming.rule import Where
from uns.naming.template import Part, Slot, filled

_RESULTS: Final = {
    "kebab": "[a-z0-9]{1,}(-[a-z0-9]{1,}){0,}",
    "int": "0|[1-9][0-9]*",
    "pad2": "[0-9]{2,}",
}
"""What a transform yields, whatever it is given."""

Filled = str | Language | Malformed


@dataclass(frozen=True, slots=True)
class LevelShape:
    """One level of a target over a relation; `columns` are where its slots stand in an entry, None for free ones."""

    parts: tuple[Part, ...]
    columns: tuple[int | None, ...]
    relation: Relation
    wheres: dict[str, Where]
    captured: frozenset[str]
    text: str | None = field(init=False)
    """What it is in every entry, where it has no slots."""
    alone: int | None = field(init=False)
    """The column that fills it, where that stands there as it is: of most levels, of hundreds of thousands of rows."""

    def __post_init__(self) -> None:
        plain = "".join(each for each in self.parts if isinstance(each, str))
        object.__setattr__(self, "text", None if any(isinstance(each, Slot) for each in self.parts) else plain)
        slot = self.parts[0] if len(self.parts) == 1 else None
        unchanged = isinstance(slot, Slot) and not slot.transforms and slot.name not in self.captured
        object.__setattr__(self, "alone", self.columns[0] if unchanged else None)

    @property
    def always(self) -> bool:
        """Whether every entry fills it."""
        return self.text is not None or self.alone is not None

    @property
    def key(self) -> tuple[int, ...]:
        """The columns that decide it."""
        return tuple(column for column in self.columns if column is not None)

    def fill(self, cells: tuple[str, ...]) -> Filled:
        if self.text is not None:
            return self.text
        if self.alone is not None:
            return cells[self.alone]
        pieces = list[Piece]()
        for part, column in zip(self.parts, self.columns, strict=True):
            piece = part if isinstance(part, str) else self._slot(part, column, cells)
            if isinstance(piece, Malformed):
                return piece
            pieces.append(piece)
        if all(isinstance(each, str) for each in pieces):
            return "".join(each for each in pieces if isinstance(each, str))
        return language(tuple(pieces))

    def place_of(self, entry: int) -> FilePlace | None:
        """The cell at fault, where just the tables decide the level."""
        slots = [part for part in self.parts if isinstance(part, Slot)]
        places = [self.relation.place_of(slot.name, entry) for slot in slots]
        return next((each for each in places if each), None)

    def _slot(self, slot: Slot, column: int | None, cells: tuple[str, ...]) -> Piece | Malformed:
        if column is None or (cells[column] == ANY and slot.name in self.captured):
            return _free(slot, self.wheres.get(slot.name))
        return transformed(slot, cells[column])


@lru_cache(maxsize=65_536)
def transformed(slot: Slot, text: str) -> str | Malformed:
    return filled(slot, {slot.name: text})


def _free(slot: Slot, where: Where | None) -> Piece:
    values = values_of(where)
    if values is not None:
        results = (transformed(slot, each) for each in values)
        return tuple(sorted({each for each in results if isinstance(each, str)}))
    if not slot.transforms:
        return Endless(where.pattern if where else None)
    return Endless(_RESULTS.get(slot.transforms[-1]))


def shapes(relation: Relation, levels: tuple[tuple[Part, ...], ...]) -> tuple[LevelShape, ...]:
    wheres = {each.capture: each for each in relation.rule.where}
    captured = frozenset(caught_by(relation.rule))
    return tuple(
        LevelShape(
            parts,
            tuple(relation.column(part.name) if isinstance(part, Slot) else None for part in parts),
            relation,
            wheres,
            captured,
        )
        for parts in levels
    )


def distinct(relation: Relation, columns: tuple[int, ...]) -> Iterator[int]:
    """The entries that differ in these columns, each the first of its kind."""
    if not columns:
        if relation.cells:
            yield 0
        return
    seen, pick = set[object](), itemgetter(*columns)
    for entry, cells in enumerate(relation.cells):
        key = pick(cells)
        if key not in seen:
            seen.add(key)
            yield entry


def written_out(relation: Relation, levels: tuple[tuple[Part, ...], ...]) -> Relation:
    """With the finite captures of these levels written out, one by one as far as that goes."""
    for name in dict.fromkeys(part.name for level in levels for part in level if isinstance(part, Slot)):
        relation = expanded(relation, [name], MAX_ENTRIES) or relation
    return relation
