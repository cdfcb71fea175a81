"""Sets: what a rule's tables and lists of values let its captures and columns be, all combinations written out.

A relation holds one entry for each row (or joined rows) that the rule can reach: its cells by name, and the rows
themselves for their places. A key cell `*` leaves its capture free in that entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Final

from uns.finding import FilePlace
from uns.naming.joining import YES
from uns.naming.lookup import ANY, Lookup, Row
from uns.naming.matcher import allows
from uns.naming.prove.captures import caught_by
from uns.naming.prove.language import values_of
from uns.naming.rule import Rule

MAX_ENTRIES: Final = 250_000
_IGNORE: Final = "ignore"

Cells = tuple[str, ...]
Rows = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    rule: Rule
    names: tuple[str, ...]
    cells: list[Cells]
    rows: list[Rows]
    """Of each entry: the row of each of the rule's lookups, in order."""
    captured: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "captured", frozenset(caught_by(self.rule)))

    def column(self, name: str) -> int | None:
        return self.names.index(name) if name in self.names else None

    def cell(self, name: str, entry: int) -> str:
        """The entry's text; empty where the relation has no such name."""
        at = self.column(name)
        return "" if at is None else self.cells[entry][at]

    def free(self, name: str, entry: int) -> bool:
        """Whether the entry leaves the capture open."""
        at = self.column(name)
        return at is None or (self.cells[entry][at] == ANY and name in self.captured)

    def place_of(self, name: str, entry: int) -> FilePlace | None:
        """The cell that the name's text stands in, if it is a table's."""
        for lookup, row in zip(self.rule.lookups, self.rows[entry], strict=True):
            if name in lookup.columns and not self.free(name, entry):
                return lookup.place_of(row, name)
        return None


def related(rule: Rule) -> Relation | None:
    """The rule's tables joined; None where a table is joined in a way, or to a size, that is not written out."""
    relation = Relation(rule, (), [()], [()])
    for lookup in rule.lookups:
        joined = _join(relation, lookup)
        if joined is None or len(joined.cells) > MAX_ENTRIES:
            return None
        relation = joined
    return relation


def size(relation: Relation) -> int:
    """How many entries it has with its finite captures written out, as far as anybody writes them out."""
    wheres = {each.capture: each for each in relation.rule.where}
    free = (values_of(wheres.get(name)) for name in relation.captured if name not in relation.names)
    return min(MAX_ENTRIES, len(relation.cells) * prod(len(each) for each in free if each is not None))


def expanded(relation: Relation, names: Iterable[str], limit: int) -> Relation | None:
    """The relation with these captures written out too; None where there would be more entries than the limit."""
    wheres = {each.capture: each for each in relation.rule.where}
    wanted = [name for name in names if name not in relation.names]
    choices = [values_of(wheres.get(name)) for name in wanted]
    values = [each for each in choices if each is not None]
    total = len(relation.cells)
    for each in values:
        total *= len(each)
    if len(values) < len(choices) or total > limit:
        return None
    if not wanted:
        return relation
    cells = [(*cells, *chosen) for cells in relation.cells for chosen in product(*values)]
    rows = [rows for rows in relation.rows for _ in product(*values)]
    return Relation(relation.rule, (*relation.names, *wanted), cells, rows)


def _join(relation: Relation, lookup: Lookup) -> Relation | None:
    bound = [name for name in lookup.key if name in relation.names]
    if not bound:
        return _crossed(relation, lookup)
    if len(bound) < len(lookup.key):
        return _matched(relation, lookup, bound)
    positions = [relation.names.index(name) for name in lookup.key]
    added = [at for at, name in enumerate(lookup.columns) if name not in lookup.key]
    cells, rows = list[Cells](), list[Rows]()
    for before, behind in zip(relation.cells, relation.rows, strict=True):
        key = tuple(before[at] for at in positions)
        if ANY in key:
            return None
        for row in lookup.find(key):
            if not _ignores(lookup, row):
                cells.append((*before, *(row.cells[at] for at in added)))
                rows.append((*behind, row))
        if len(cells) > MAX_ENTRIES:
            return None
    return Relation(relation.rule, (*relation.names, *(lookup.columns[at] for at in added)), cells, rows)


def _matched(relation: Relation, lookup: Lookup, bound: list[str]) -> Relation | None:
    """Every entry with the rows that its part of the key leads to; the other part of it is the captures'."""
    here = [relation.names.index(name) for name in bound]
    there = [lookup.columns.index(name) for name in bound]
    by_part: dict[Cells, list[Row]] = {}
    for row in _let_in(relation.rule, lookup, set(bound)):
        by_part.setdefault(tuple(row.cells[at] for at in there), []).append(row)
    if any(ANY in part for part in by_part):
        return None
    added = [at for at, name in enumerate(lookup.columns) if name not in bound]
    cells, rows = list[Cells](), list[Rows]()
    for before, behind in zip(relation.cells, relation.rows, strict=True):
        part = tuple(before[at] for at in here)
        if ANY in part:
            return None
        for row in by_part.get(part, ()):
            cells.append((*before, *(row.cells[at] for at in added)))
            rows.append((*behind, row))
        if len(cells) > MAX_ENTRIES:
            return None
    names = _unhidden(relation, lookup)
    return Relation(relation.rule, (*relation.names, *(names[at] for at in added)), cells, rows)


def _crossed(relation: Relation, lookup: Lookup) -> Relation | None:
    """Every entry with every row whose key the rule's `where` lets in."""
    if len(relation.cells) * len(lookup.rows) > MAX_ENTRIES:
        return None
    kept, names = _let_in(relation.rule, lookup, set()), _unhidden(relation, lookup)
    if not relation.names:
        return Relation(relation.rule, names, [row.cells for row in kept], [(row,) for row in kept])
    cells = [(*before, *row.cells) for before in relation.cells for row in kept]
    rows = [(*behind, row) for behind in relation.rows for row in kept]
    return Relation(relation.rule, (*relation.names, *names), cells, rows)


def _let_in(rule: Rule, lookup: Lookup, bound: set[str]) -> Sequence[Row]:
    """The rows that take a reading and whose key the rule's `where` lets in, as far as it is the captures'."""
    kept = [row for row in lookup.rows if not _ignores(lookup, row)] if _IGNORE in lookup.columns else lookup.rows
    for where in rule.where:
        if where.capture in lookup.key and where.capture not in bound:
            at, known = lookup.columns.index(where.capture), dict[str, bool]()
            for row in kept:
                known.setdefault(row.cells[at], row.cells[at] == ANY or allows(where, row.cells[at]))
            kept = [row for row in kept if known[row.cells[at]]]
    return kept


def _unhidden(relation: Relation, lookup: Lookup) -> tuple[str, ...]:
    """The table's columns; one that hides behind what is known before has no name."""
    hidden = {*caught_by(relation.rule), *relation.names} - set(lookup.key)
    return tuple("" if name in hidden else name for name in lookup.columns)


def _ignores(lookup: Lookup, row: Row) -> bool:
    return lookup.cell(row, _IGNORE).lower() in YES
