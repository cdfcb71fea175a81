"""What revisions of the registry changed for readings about batches and the names of their products.

Whatever a revision holds, one piece of equipment is looked at after the other, and of that some batches at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select, union, union_all

from uns.context.believable import WRITABLE
from uns.context.corrections import Correction, Step, Touched, corrections, longer
from uns.context.difference import Difference, Turn
from uns.context.differing import Stretch, shared, whole
from uns.context.intervals import ends
from uns.context.timeline import Timeline
from uns.context.values import Batch
from uns.equipment import EquipmentPath
from uns.instant import LATEST, Instant
from uns.registry.batches import batch_of
from uns.registry.engine import parts
from uns.registry.history import Span, Turned, Words, above, below, in_order, related, revisions, turned
from uns.registry.nouns import PRODUCTS
from uns.registry.tables import BATCHES

AT_ONCE: Final = 500
"""Batches of one piece of equipment that are looked at together."""

Place = tuple[int, str, str, int]


def moves(span: Span) -> Iterator[tuple[ColumnElement[int], ColumnElement[bool]]]:
    """A revision of the span, and which batches it concerns: those that came, those that went, and those whose product
    did."""
    for each in revisions(BATCHES):
        yield each, span.has(each)
    product = PRODUCTS.table
    for each in revisions(product):
        believed = and_(
            BATCHES.c.recorded_in < each, or_(BATCHES.c.superseded_in.is_(None), BATCHES.c.superseded_in > each)
        )
        yield each, and_(span.has(each), BATCHES.c.product == product.c.id, believed)


def batch_corrections(
    connection: Connection, span: Span, equipment: EquipmentPath | None, after: Place
) -> Iterator[Correction]:
    """Equipment by equipment, in order of event time; of a single revision from that place on."""
    for each in _concerned(connection, span, equipment):
        if (span.upto, each) >= after[:2]:
            is_there = (span.upto, each) == after[:2]
            since = WRITABLE.start if not is_there else after[3] if after[2] == "batch" else LATEST
            yield from whole(_corrections(connection, span, each, since), longer)


def _concerned(connection: Connection, span: Span, equipment: EquipmentPath | None) -> list[EquipmentPath]:
    """In order: what has batches of its own, on which or above which something was touched, and who is asked about."""
    column, near = BATCHES.c.equipment, related(BATCHES, equipment)
    touched = frozenset(connection.scalars(union(*(select(column).where(each, near) for _, each in moves(span)))))
    if not touched:
        return []
    own = select(column).distinct() if equipment is None else select(column).where(below(BATCHES, equipment)).distinct()
    known = {*connection.scalars(own), *(() if equipment is None else (equipment,))}
    paths = (str.__new__(EquipmentPath, each) for each in sorted(known))
    return [each for each in paths if not touched.isdisjoint(each.upwards())]


def _corrections(connection: Connection, span: Span, equipment: EquipmentPath, since: Instant) -> Iterator[Correction]:
    for each in _hulls(connection, span, equipment, since):
        yield from corrections("batch", _steps(connection, span, equipment, each), equipment, span.after)


def _hulls(connection: Connection, span: Span, equipment: EquipmentPath, since: Instant) -> Iterator[Stretch]:
    """Event times that hold all that is touched there from then on, each with no more than some batches."""
    most, here = AT_ONCE, above(BATCHES, equipment)
    while since < LATEST:
        later = or_(BATCHES.c.stop.is_(None), BATCHES.c.stop > since)
        touched = union_all(
            *(select(BATCHES.c.start, BATCHES.c.stop).where(each, here, later) for _, each in moves(span))
        )
        found = connection.execute(touched.order_by("start").limit(most + 1)).all()
        until = found[most].start if len(found) > most else LATEST
        if until <= since:
            most *= 2  # so many that begin at once, or run at once
        elif found:
            last = max(LATEST if each.stop is None else each.stop for each in found)
            yield Stretch(max(since, found[0].start), min(until, last))
            since, most = until, AT_ONCE
        else:
            return


def _steps(connection: Connection, span: Span, equipment: EquipmentPath, hull: Stretch) -> Iterator[Step]:
    """From the first revision on, as far as these event times are concerned."""
    begun = BATCHES.c.start.is_not(None) if hull.until >= LATEST else BATCHES.c.start < hull.until
    meets = and_(begun, or_(BATCHES.c.stop.is_(None), BATCHES.c.stop > hull.since))
    wanted = select(BATCHES).where(BATCHES.c.recorded_in <= span.upto, above(BATCHES, equipment), meets)
    rows, words = connection.execute(wanted.order_by(BATCHES.c.row)).all(), Words()
    batches = turned(rows, batch_of, span.upto, words)
    described = _products(connection, sorted({row.product for row in rows if row.product}), span.upto)
    products = turned(described, PRODUCTS.of_row, span.upto, words)
    several = {row.equipment for row in rows if row.parallel}
    making, now = _by_product(batches.values()), Timeline.begin()
    for word in in_order(connection, words):
        turn, named = batches[word.revision], products[word.revision]
        names = {each.id for each in (*named.gone, *named.come)}
        concerned = [*turn.gone, *turn.come, *(each for name in names for each in making.get(name, ()))]
        difference = Difference(
            Turn(turn.gone, turn.come),
            products={each.id: None for each in named.gone} | {each.id: each for each in named.come},
            parallel=several.__contains__,
        )
        now = now.turn(str(word.revision), difference)
        touched = [Touched(each.equipment, Stretch(each.start, ends(each))) for each in concerned]
        yield Step(word, now, [Touched(where, each) for where, stretch in touched for each in shared(stretch, [hull])])


def _products(connection: Connection, names: Sequence[str], upto: int) -> list[Row[Any]]:
    table = PRODUCTS.table
    return [
        row
        for some in parts(names)
        for row in connection.execute(
            select(table).where(table.c.id.in_(some), table.c.recorded_in <= upto).order_by(table.c.row)
        )
    ]


def _by_product(turns: Iterable[Turned[Batch]]) -> dict[str, list[Batch]]:
    making: dict[str, list[Batch]] = {}
    for turn in turns:
        for each in turn.come:
            if each.product:
                making.setdefault(each.product, []).append(each)
    return making
