"""Claims: the governed topics that one target of a rule takes for itself, written out as far as they are finite.

A capture is *decided* where a table or list gives it in every entry, *direct* where it stands in the target unchanged
and alone in its level but for fixed text, and *lossy* otherwise: then nobody can tell from the topic what it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from operator import itemgetter
from typing import Final

from uns.finding import Malformed
from uns.naming.lookup import ANY
from uns.naming.prove.addresses import Levels
from uns.naming.prove.captures import caught_by
from uns.naming.prove.language import MAX_VALUES, SOME_TEXT, Endless, Language, Piece, language, values_of
from uns.naming.prove.sets import Relation, expanded, related
from uns.naming.prove.shape import Filled, LevelShape, shapes
from uns.naming.rule import Rule
from uns.naming.template import Slot, Template

MAX_SET: Final = 100_000

Filling = tuple[Filled, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """One target of a rule; `relation` is None where its tables are not written out."""

    number: int
    """Of the rule in its file."""
    rule: Rule
    at: int
    template: Template
    relation: Relation | None
    lossy: tuple[str, ...]
    """The captures that the topic does not tell."""

    @property
    def key(self) -> str:
        return f"to/{self.at}"

    def fillings(self) -> Iterator[tuple[int, Filling]]:
        """Each entry with its topic's levels; entries that have no topic are left out."""
        if self.relation is None:
            return
        levels = shapes(self.relation, self.template.levels)
        filled = enumerate(zip(*(_column(self.relation, each) for each in levels), strict=False))
        if all(each.always for each in levels):
            yield from filled
            return
        for entry, filling in filled:
            if not any(isinstance(each, Malformed) for each in filling):
                yield entry, filling

    def whole(self) -> Claim | None:
        """With every capture written out, or None where one is endless or there are too many."""
        if self.relation is None:
            return None
        names = [name for name in caught_by(self.rule) if name not in self.relation.names]
        relation = expanded(self.relation, names, MAX_SET)
        if relation is None or any(_undecided(name, relation) for name in caught_by(self.rule)):
            return None
        return Claim(self.number, self.rule, self.at, self.template, relation, self.lossy)

    def levels(self) -> Levels:
        """All its topics at once, level by level."""
        if self.relation is None:
            return Levels(tuple(_unread(each) for each in self.template.levels))
        filling = shapes(self.relation, self.template.levels)
        return Levels(tuple(_united(self.relation, each) for each in filling))


def claims(number: int, rule: Rule) -> Iterator[Claim]:
    relation = related(rule)
    if relation is not None and len(relation.cells) > MAX_SET:
        relation = None
    for at, template in enumerate(rule.to):
        yield _claim(number, rule, at, template, relation)


def direct(template: Template) -> dict[str, int]:
    """The captures that stand unchanged and alone in a level, and which."""
    alone: dict[str, int] = {}
    for at, level in enumerate(template.levels):
        slots = [part for part in level if isinstance(part, Slot)]
        if len(slots) == 1 and not slots[0].transforms:
            alone.setdefault(slots[0].name, at)
    return alone


def _claim(number: int, rule: Rule, at: int, template: Template, relation: Relation | None) -> Claim:
    wheres = {each.capture: each for each in rule.where}
    open_ = [name for name in caught_by(rule) if len(values_of(wheres.get(name)) or "ab") > 1]
    told = direct(template)
    if relation is None:
        return Claim(number, rule, at, template, None, tuple(name for name in open_ if name not in told))
    unsure = [name for name in open_ if name not in told]
    for name in unsure:
        wider = expanded(relation, [name], MAX_SET) if name not in relation.names else None
        relation = wider or relation
    return Claim(number, rule, at, template, relation, tuple(name for name in unsure if _undecided(name, relation)))


def _undecided(name: str, relation: Relation) -> bool:
    column = relation.column(name)
    return column is None or any(cells[column] == ANY for cells in relation.cells)


def _column(relation: Relation, shape: LevelShape) -> Iterator[Filled]:
    """The level's filling in every entry, each different one worked out once."""
    if shape.alone is not None:
        return map(itemgetter(shape.alone), relation.cells)
    key = shape.key
    if not key:
        filled = shape.fill(relation.cells[0]) if relation.cells else ""
        return repeat(filled, len(relation.cells))
    pick = itemgetter(*key)
    known: dict[object, Filled] = {}
    return (_remembered(known, pick(cells), shape, cells) for cells in relation.cells)


def _remembered(known: dict[object, Filled], key: object, shape: LevelShape, cells: tuple[str, ...]) -> Filled:
    filled = known.get(key)
    if filled is None:
        filled = known[key] = shape.fill(cells)
    return filled


def _united(relation: Relation, shape: LevelShape) -> Language:
    """One language for what the level is in all entries, or any text where they are many."""
    texts, seen = set[str](), set[Filled]()
    for filled in _column(relation, shape):
        if filled in seen or isinstance(filled, Malformed):
            continue
        seen.add(filled)
        if isinstance(filled, Language) and filled.values is None:
            return filled if len(seen) == 1 and not shape.key else SOME_TEXT
        texts |= (filled.values or frozenset()) if isinstance(filled, Language) else {filled}
        if len(texts) > MAX_VALUES:
            return SOME_TEXT
    return Language((tuple(sorted(texts)),), frozenset(texts))


def _unread(level: tuple[str | Slot, ...]) -> Language:
    pieces: list[Piece] = [part if isinstance(part, str) else Endless() for part in level]
    return language(tuple(pieces))
