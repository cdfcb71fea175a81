"""Rows of bitemporal tables as they came and went, revision by revision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, or_, true

from uns.context.corrections import Word
from uns.equipment import EquipmentPath
from uns.registry.recordings import times_of

V = TypeVar("V")


class Span(NamedTuple):
    """Revisions later than `after`, up to `upto`."""

    after: int
    upto: int

    def has(self, revision: Any) -> ColumnElement[bool]:
        """Whether a column holds one of them."""
        return and_(revision > self.after, revision <= self.upto)


class Turned(NamedTuple, Generic[V]):
    """What a revision took away and brought."""

    gone: list[V]
    come: list[V]


Words = dict[int, Word]


def revisions(table: Table[Any]) -> tuple[Any, Any]:
    """In which a row came, and in which it went."""
    return table.c.recorded_in, table.c.superseded_in


def related(table: Table[Any], equipment: EquipmentPath | None) -> ColumnElement[bool]:
    """On it, above it or below it; None is everywhere."""
    return true() if equipment is None else or_(above(table, equipment), below(table, equipment))


def above(table: Table[Any], equipment: EquipmentPath) -> ColumnElement[bool]:
    """On it, or on what it is part of."""
    here: ColumnElement[bool] = table.c.equipment.in_(list(equipment.upwards()))
    return here


def below(table: Table[Any], equipment: EquipmentPath) -> ColumnElement[bool]:
    there: ColumnElement[bool] = table.c.equipment.startswith(f"{equipment}/", autoescape=True)
    return there


def turned(
    rows: Iterable[Row[Any]], of_row: Callable[[Row[Any]], V], upto: int, words: Words
) -> defaultdict[int, Turned[V]]:
    """By revision, up to that one; `words` learns whose they are. What came and went in one was never believed."""
    turns: defaultdict[int, Turned[V]] = defaultdict(lambda: Turned([], []))
    for row in rows:
        if row.recorded_in == row.superseded_in:
            continue
        value = of_row(row)
        turns[row.recorded_in].come.append(value)
        _learn(words, Word(row.recorded_in, row.recorded_at, row.recorded_by, row.why))
        if row.superseded_in is not None and row.superseded_in <= upto:
            turns[row.superseded_in].gone.append(value)
            _learn(words, Word(row.superseded_in, row.superseded_at, row.superseded_by, row.superseded_why))
    return turns


def in_order(connection: Connection, words: Words) -> list[Word]:
    """Of the revisions, each at the time at which it was recorded."""
    times = times_of(connection, words)
    return [words[each]._replace(at=times.get(each, words[each].at)) for each in sorted(words)]


def _learn(words: Words, word: Word) -> None:
    """What went long ago says nothing about why."""
    if word.revision not in words or words[word.revision].why is None:
        words[word.revision] = word
