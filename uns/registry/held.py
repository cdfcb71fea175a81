"""Values as the registry holds them: with who said so, when, and in which revision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, or_

from uns.instant import Instant
from uns.registry.moments import Revision
from uns.registry.recordings import Times, times_of_rows

V = TypeVar("V")


class Held(NamedTuple, Generic[V]):
    """A value that was believed from `recorded_at` until `superseded_at`, or still is."""

    value: V
    revision: int
    """The registry's, in which it was recorded: what an ETag is made of."""
    recorded_at: Instant
    recorded_by: str
    why: str | None
    superseded_at: Instant | None
    superseded_by: str | None
    superseded_why: str | None


class Page(NamedTuple, Generic[V]):
    """Some items of a list, and the cursor of those that follow."""

    items: tuple[V, ...]
    next: str | None


class Tally(NamedTuple):
    """What became of values that were put: new, corrected, or known already; and what went because it was not put."""

    added: int = 0
    corrected: int = 0
    unchanged: int = 0
    removed: int = 0


def held(connection: Connection, rows: Sequence[Row[Any]], of_row: Callable[[Row[Any]], V]) -> tuple[Held[V], ...]:
    times = times_of_rows(connection, rows)
    return tuple(_held(of_row(row), row, times) for row in rows)


def _held(value: V, row: Row[Any], times: Times) -> Held[V]:
    recorded_at = times.get(row.recorded_in, row.recorded_at)
    superseded_at = times.get(row.superseded_in, row.superseded_at)
    recorded = (row.recorded_in, recorded_at, row.recorded_by, row.why)
    return Held(value, *recorded, superseded_at, row.superseded_by, row.superseded_why)


def believed(table: Table[Any], as_of: Revision | None = None) -> ColumnElement[bool]:
    """What is believed now, or was in a past revision."""
    if as_of is None:
        now: ColumnElement[bool] = table.c.superseded_at.is_(None)
        return now
    then, superseded = int(as_of), table.c.superseded_in
    return and_(table.c.recorded_in <= then, or_(superseded.is_(None), superseded > then))


def changed(table: Table[Any], after: int) -> ColumnElement[bool]:
    """What is believed since a later revision than that, or no longer; what both came and went is neither."""
    recorded, superseded = table.c.recorded_in, table.c.superseded_in
    return and_(or_(recorded > after, superseded > after), or_(recorded <= after, superseded.is_(None)))
