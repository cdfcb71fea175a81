"""When revisions were recorded: by one clock for all writers, and none before the one below it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, text

from uns.instant import SECOND, Instant
from uns.registry.engine import parts
from uns.registry.tables import RECORDINGS

Clock = Callable[[], Instant]
Times = Mapping[int, Instant]
"""Revision → when it was recorded; one that a version of before wrote beside us has none."""

MOST_SET_BACK: Final = 3600 * SECOND
"""A clock that is set back by more was wrong before: what it stamped is not to hold back all that follows."""
_AT: Final = RECORDINGS.c.at
_DATABASE_US: Final = text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")


def record(connection: Connection, first: int, last: int, clock: Clock | None) -> None:
    """The last thing of a writing transaction, which may have waited and worked for long: what is believed at a moment
    is what was committed by then."""
    now = clock() if clock else _now(connection)
    before = connection.scalar(select(_AT).where(RECORDINGS.c.revision == first - 1))
    if before is not None and now < before <= now + MOST_SET_BACK:
        now = before
    connection.execute(insert(RECORDINGS), [{"revision": each, "at": now} for each in range(first, last + 1)])


def _now(connection: Connection) -> Instant:
    """Of the machine of the database: those of the writers may differ."""
    if connection.dialect.name == "postgresql":
        return int(connection.execute(_DATABASE_US).scalar_one()) * 1_000
    return time.time_ns()


def times_of(connection: Connection, revisions: Iterable[int | None]) -> Times:
    """Of those that have one."""
    wanted = sorted({each for each in revisions if each is not None})
    return {
        row.revision: row.at
        for some in parts(wanted)
        for row in connection.execute(select(RECORDINGS).where(RECORDINGS.c.revision.in_(some)))
    }


def times_of_rows(connection: Connection, rows: Iterable[Row[Any]]) -> Times:
    """When the rows of a bitemporal table came and went."""
    return times_of(connection, (each for row in rows for each in (row.recorded_in, row.superseded_in)))


def recorded_by(connection: Connection, moment: Instant) -> int | None:
    """The newest revision that was recorded then; None before all."""
    return connection.scalar(select(func.max(RECORDINGS.c.revision)).where(moment >= _AT))


def began(connection: Connection) -> Instant | None:
    """When anything was recorded for the first time."""
    return connection.scalar(select(func.min(_AT)))


def newest(connection: Connection) -> Instant | None:
    """When anything was recorded last."""
    return connection.scalar(select(func.max(_AT)))
