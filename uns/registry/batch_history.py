"""What revisions of the registry say otherwise about batches and the names of their products."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from uns.context.corrections import Step, Touched
from uns.context.difference import Difference, Turn
from uns.context.differing import Stretch
from uns.context.intervals import ends
from uns.context.values import Batch
from uns.equipment import EquipmentPath
from uns.instant import LATEST
from uns.registry.batches import batch_of
from uns.registry.engine import parts
from uns.registry.history import Span, Turned, Words, moved, related, turned
from uns.registry.nouns import PRODUCTS
from uns.registry.tables import BATCHES


def batch_steps(connection: Connection, span: Span, equipment: EquipmentPath | None) -> Iterator[Step]:
    """From the first revision on, as far as the event times are concerned that the span touches."""
    renamed = list(connection.scalars(select(PRODUCTS.table.c.id).where(moved(PRODUCTS.table, span)).distinct()))
    hull = _hull(connection, span, equipment, renamed)
    if hull is None:
        return
    wanted = select(BATCHES).where(BATCHES.c.recorded_in <= span.upto, related(BATCHES, equipment), _meets(hull))
    rows = list(connection.execute(wanted.order_by(BATCHES.c.row)))
    made = sorted({row.product for row in rows if row.product}.union(renamed))
    yield from _steps(rows, _products(connection, made, span.upto), span.upto)


def _hull(
    connection: Connection, span: Span, equipment: EquipmentPath | None, renamed: Sequence[str]
) -> Stretch | None:
    """From the earliest to the latest event time of the batches concerned."""
    conditions: Iterable[ColumnElement[bool]] = chain(
        (moved(BATCHES, span),), (BATCHES.c.product.in_(some) for some in parts(renamed))
    )
    stretches = [
        Stretch(row.start, LATEST if row.stop is None else row.stop)
        for each in conditions
        for row in connection.execute(
            select(BATCHES.c.start, BATCHES.c.stop).where(
                each, BATCHES.c.recorded_in <= span.upto, related(BATCHES, equipment)
            )
        )
    ]
    return Stretch(min(each.since for each in stretches), max(each.until for each in stretches)) if stretches else None


def _meets(hull: Stretch) -> ColumnElement[bool]:
    begun = BATCHES.c.start.is_not(None) if hull.until >= LATEST else BATCHES.c.start < hull.until
    return begun & or_(BATCHES.c.stop.is_(None), BATCHES.c.stop > hull.since)


def _products(connection: Connection, names: Sequence[str], upto: int) -> list[Row[Any]]:
    table = PRODUCTS.table
    return [
        row
        for some in parts(names)
        for row in connection.execute(
            select(table).where(table.c.id.in_(some), table.c.recorded_in <= upto).order_by(table.c.row)
        )
    ]


def _steps(rows: Sequence[Row[Any]], described: Sequence[Row[Any]], upto: int) -> Iterator[Step]:
    words: Words = {}
    batches = turned(rows, batch_of, upto, words)
    products = turned(described, PRODUCTS.of_row, upto, words)
    several = {row.equipment for row in rows if row.parallel}
    making = _by_product(batches.values())
    for revision, word in sorted(words.items()):
        turn, described_so = batches[revision], products[revision]
        names = [each.id for each in (*described_so.gone, *described_so.come)]
        concerned = [*turn.gone, *turn.come, *(each for name in names for each in making.get(name, ()))]
        difference = Difference(
            Turn(turn.gone, turn.come),
            products={each.id: None for each in described_so.gone} | {each.id: each for each in described_so.come},
            parallel=several.__contains__,
        )
        yield Step(word, difference, [Touched(each.equipment, Stretch(each.start, ends(each))) for each in concerned])


def _by_product(turns: Iterable[Turned[Batch]]) -> dict[str, list[Batch]]:
    making: dict[str, list[Batch]] = {}
    for turn in turns:
        for each in turn.come:
            if each.product:
                making.setdefault(each.product, []).append(each)
    return making
