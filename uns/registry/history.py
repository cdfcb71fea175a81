"""Rows of bitemporal tables as they came and went, revision by revision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, or_, select, true, union_all

from uns.context.corrections import Word
from uns.equipment import EquipmentPath

V = TypeVar("V")
AT_ONCE: Final = 2_000
"""Rows that came or went in the revisions that are looked at together."""


class Span(NamedTuple):
    """Revisions later than `after`, up to `upto`."""

    after: int
    upto: int


class Turned(NamedTuple, Generic[V]):
    """What a revision took away and brought."""

    gone: list[V]
    come: list[V]


Words = dict[int, Word]


def moved(table: Table[Any], span: Span) -> ColumnElement[bool]:
    """Rows that came or went in these revisions."""
    came, went = (and_(each > span.after, each <= span.upto) for each in (table.c.recorded_in, table.c.superseded_in))
    return or_(came, went)


def first_of(connection: Connection, tables: Iterable[Table[Any]], span: Span) -> Span:
    """Of the span as many whole revisions as may be looked at together, at least one that changed something."""
    revisions = [
        select(each.label("revision")).where(each > span.after, each <= span.upto)
        for table in tables
        for each in (table.c.recorded_in, table.c.superseded_in)
    ]
    some = union_all(*revisions).order_by("revision").limit(AT_ONCE + 1)
    found = list(connection.scalars(some))
    if len(found) <= AT_ONCE:
        return span
    return Span(span.after, max(found[0], found[-1] - 1))


def related(table: Table[Any], equipment: EquipmentPath | None) -> ColumnElement[bool]:
    """On it, above it or below it; None is everywhere."""
    if equipment is None:
        return true()
    column = table.c.equipment
    return or_(column.in_(list(equipment.upwards())), column.startswith(f"{equipment}/", autoescape=True))


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


def _learn(words: Words, word: Word) -> None:
    """What went long ago says nothing about why."""
    if word.revision not in words or words[word.revision].why is None:
        words[word.revision] = word
