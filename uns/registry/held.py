"""Values as the registry holds them: with who said so, when, and in which revision."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Row, Table, and_, or_

from uns.instant import Instant
from uns.registry.moments import Moment, Revision

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


def held(value: V, row: Row[Any]) -> Held[V]:
    recorded = (row.recorded_in, row.recorded_at, row.recorded_by, row.why)
    return Held(value, *recorded, row.superseded_at, row.superseded_by, row.superseded_why)


def believed(table: Table[Any], as_of: Moment | None = None) -> ColumnElement[bool]:
    """What is believed now, or was at a past moment."""
    column = "in" if isinstance(as_of, Revision) else "at"
    superseded: ColumnElement[int | None] = table.c[f"superseded_{column}"]
    if as_of is None:
        return superseded.is_(None)
    then = int(as_of)
    return and_(table.c[f"recorded_{column}"] <= then, or_(superseded.is_(None), superseded > then))


def changed(table: Table[Any], after: int) -> ColumnElement[bool]:
    """What is believed since a later revision than that, or no longer; what both came and went is neither."""
    recorded, superseded = table.c.recorded_in, table.c.superseded_in
    return and_(or_(recorded > after, superseded > after), or_(recorded <= after, superseded.is_(None)))
