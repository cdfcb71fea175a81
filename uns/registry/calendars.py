"""A calendar whole: the shift patterns of a site, or of equipment that has its own, and their exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, Row, select

from uns.context.shifts import ShiftException, ShiftPattern
from uns.registry.engine import reading
from uns.registry.held import believed
from uns.registry.noun import Noun
from uns.registry.nouns import SHIFT_EXCEPTIONS, SHIFT_PATTERNS
from uns.registry.writing import Author, Writing, revision_of, writing

V = TypeVar("V")


class HeldCalendar(NamedTuple):
    patterns: list[ShiftPattern]
    exceptions: list[ShiftException]
    revision: int


def calendar_of(engine: Engine, equipment: str) -> HeldCalendar:
    """As it is believed now."""
    with reading(engine) as connection:
        patterns, exceptions = (_rows(connection, noun, equipment) for noun in (SHIFT_PATTERNS, SHIFT_EXCEPTIONS))
        return HeldCalendar(
            [SHIFT_PATTERNS.of_row(row) for row in patterns],
            [SHIFT_EXCEPTIONS.of_row(row) for row in exceptions],
            revision_of(connection),
        )


def with_a_calendar(engine: Engine) -> set[str]:
    """The sites and the equipment that have shifts of their own."""
    with reading(engine) as connection:
        tables = (SHIFT_PATTERNS.table, SHIFT_EXCEPTIONS.table)
        known = [connection.scalars(select(each.c.equipment).where(believed(each)).distinct()) for each in tables]
        return {equipment for some in known for equipment in some}


def put_calendar(
    engine: Engine,
    equipment: str,
    patterns: Iterable[ShiftPattern],
    exceptions: Iterable[ShiftException],
    author: Author,
) -> None:
    """What of the equipment is not among them is superseded."""
    with writing(engine, author) as open_one:
        _replace(open_one, SHIFT_PATTERNS, equipment, patterns)
        _replace(open_one, SHIFT_EXCEPTIONS, equipment, exceptions)


def _replace(open_one: Writing, noun: Noun[V], equipment: str, values: Iterable[V]) -> None:
    values = list(values)
    kept = {tuple(noun.to_row(each)[key] for key in noun.keys) for each in values}
    known = _rows(open_one.connection, noun, equipment)
    gone = [row.row for row in known if tuple(row._mapping[key] for key in noun.keys) not in kept]
    open_one.supersede(noun.table, gone)
    noun.put_in(open_one, values)


def _rows(connection: Connection, noun: Noun[Any], equipment: str) -> list[Row[Any]]:
    table = noun.table
    wanted = select(table).where(believed(table), table.c.equipment == equipment).order_by(table.c.row)
    return list(connection.execute(wanted))
