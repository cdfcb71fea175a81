"""A calendar whole: the shift patterns of a site, or of equipment that has its own, and their exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, Row, Table, func, select

from uns.context.shifts import ShiftException, ShiftPattern
from uns.registry.engine import reading
from uns.registry.held import believed
from uns.registry.noun import Noun
from uns.registry.nouns import SHIFT_EXCEPTIONS, SHIFT_PATTERNS
from uns.registry.writing import Author, Check, Writing, anyway, writing

V = TypeVar("V")


class HeldCalendar(NamedTuple):
    patterns: list[ShiftPattern]
    exceptions: list[ShiftException]
    revision: int
    """The registry's, in which it last changed; 0 where nobody ever put one."""


def calendar_of(engine: Engine, equipment: str) -> HeldCalendar:
    """As it is believed now."""
    with reading(engine) as connection:
        return calendar_in(connection, equipment)


def calendar_in(connection: Connection, equipment: str) -> HeldCalendar:
    """As `calendar_of`, in a transaction."""
    patterns, exceptions = (_rows(connection, noun, equipment) for noun in (SHIFT_PATTERNS, SHIFT_EXCEPTIONS))
    return HeldCalendar(
        [SHIFT_PATTERNS.of_row(row) for row in patterns],
        [SHIFT_EXCEPTIONS.of_row(row) for row in exceptions],
        max(_last_change(connection, noun.table, equipment) for noun in (SHIFT_PATTERNS, SHIFT_EXCEPTIONS)),
    )


def _last_change(connection: Connection, table: Table[Any], equipment: str) -> int:
    newest = (func.max(table.c.recorded_in), func.max(table.c.superseded_in))
    return max(each or 0 for each in connection.execute(select(*newest).where(table.c.equipment == equipment)).one())


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
    check: Check = anyway,
) -> HeldCalendar:
    """What of the equipment is not among them is superseded; gives the calendar as it is held then."""
    with writing(engine, author, check=check) as open_one:
        _replace(open_one, SHIFT_PATTERNS, equipment, patterns)
        _replace(open_one, SHIFT_EXCEPTIONS, equipment, exceptions)
        return calendar_in(open_one.connection, equipment)


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
