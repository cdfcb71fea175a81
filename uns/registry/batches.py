"""Batches as the registry holds them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, Engine, Row, Select, case, func, or_, select, tuple_

from uns.context.values import Batch, State
from uns.cursor import cursor_of, position_of
from uns.equipment import EquipmentPath
from uns.instant import Instant
from uns.registry.engine import reading
from uns.registry.held import Held, Page, believed, held
from uns.registry.moments import Moment, Revision, then
from uns.registry.nouns import json_text
from uns.registry.tables import BATCHES


class Filter(NamedTuple):
    """Which batches: on that equipment or below, of that product, running in start ≤ t < stop, in that state."""

    equipment: str | None = None
    product: str | None = None
    id: str | None = None
    start: Instant | None = None
    stop: Instant | None = None
    state: State | None = None


ALL: Final = Filter()
FOLLOWS: Final = case((BATCHES.c.stop.is_(None), "running"), else_="complete")
"""The state of a batch of which nobody said it, as `state_of` has it."""


def row_of(batch: Batch, parallel: bool) -> Mapping[str, Any]:
    return {
        "id": batch.id,
        "equipment": str(batch.equipment),
        "start": batch.start,
        "stop": batch.stop,
        "product": batch.product,
        "order_id": batch.order,
        "quantity": None if batch.quantity is None else _number(batch.quantity),
        "attributes": json_text(batch.attributes),
        "parallel": parallel,
        "state": batch.state,
    }


def _number(quantity: float | int) -> str:
    return str(quantity) if isinstance(quantity, int) else orjson.dumps(quantity).decode()


def batch_of(row: Row[Any]) -> Batch:
    quantity = row.quantity
    return Batch(
        row.id,
        str.__new__(EquipmentPath, row.equipment),
        row.start,
        row.stop,
        row.product,
        row.order_id,
        None if quantity is None else int(quantity) if quantity.lstrip("-").isdigit() else float(quantity),
        {} if row.attributes == "{}" else json.loads(row.attributes),
        row.state,
    )


def listed(
    engine: Engine,
    wanted: Filter = ALL,
    cursor: str | None = None,
    limit: int = 100,
    as_of: Moment | None = None,
) -> Page[Held[Batch]]:
    """The newest first."""
    with reading(engine) as connection:
        return _listed(connection, wanted, cursor, limit, then(connection, as_of))


def _listed(
    connection: Connection, wanted: Filter, cursor: str | None, limit: int, as_of: Revision | None
) -> Page[Held[Batch]]:  # fmt: skip
    order = (BATCHES.c.start, BATCHES.c.row)
    query = _narrowed(select(BATCHES).where(believed(BATCHES, as_of)), wanted)
    if cursor:
        query = query.where(tuple_(*order) < tuple_(*position_of(cursor, int, int)))
    rows = connection.execute(query.order_by(*(each.desc() for each in order)).limit(limit + 1)).all()
    following = cursor_of(rows[limit - 1].start, rows[limit - 1].row) if len(rows) > limit else None
    return Page(held(connection, rows[:limit], batch_of), following)


def get(engine: Engine, batch_id: str, as_of: Moment | None = None) -> tuple[Held[Batch], ...]:
    """The intervals of a batch, on every equipment that it ran on, oldest first."""
    with reading(engine) as connection:
        return get_in(connection, batch_id, then(connection, as_of))


def get_in(connection: Connection, batch_id: str, as_of: Revision | None = None) -> tuple[Held[Batch], ...]:
    """As `get`, in a transaction."""
    return tuple(reversed(_listed(connection, Filter(id=batch_id), None, 1000, as_of).items))


def history(engine: Engine, batch_id: str) -> tuple[Held[Batch], ...]:
    """Everything that was ever believed of it, in the order in which it was recorded."""
    query = select(BATCHES).where(BATCHES.c.id == batch_id).order_by(BATCHES.c.row)
    with reading(engine) as connection:
        return held(connection, connection.execute(query).all(), batch_of)


def _narrowed(query: Select[Any], wanted: Filter) -> Select[Any]:
    if wanted.equipment is not None:
        below = BATCHES.c.equipment.startswith(f"{wanted.equipment}/", autoescape=True)
        query = query.where(or_(BATCHES.c.equipment == wanted.equipment, below))
    if wanted.product is not None:
        query = query.where(BATCHES.c.product == wanted.product)
    if wanted.id is not None:
        query = query.where(BATCHES.c.id == wanted.id)
    if wanted.start is not None:
        query = query.where(or_(BATCHES.c.stop.is_(None), BATCHES.c.stop > wanted.start))
    if wanted.state is not None:
        query = query.where(func.coalesce(BATCHES.c.state, FOLLOWS) == wanted.state)
    return query if wanted.stop is None else query.where(BATCHES.c.start < wanted.stop)
