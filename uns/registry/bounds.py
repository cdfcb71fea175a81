"""What quarantine drops: its count stays, its content goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, delete, exists, func, insert, select, update

from uns.instant import SECOND, Instant
from uns.registry.tables import CAUSES, DROPPED, ENTRIES, MESSAGES

REMEMBERED_KEYS: Final = 20_000
_AT_ONCE: Final = 500
_MUCH: Final = 100
"""A cause holds much where it holds more than this part of everything."""
_DAY: Final = 86_400 * SECOND


@dataclass(frozen=True, slots=True)
class Bounds:
    """Per cause the first and the newest; over all causes, bytes of raw messages and age."""

    first: int = 100
    newest: int = 900
    max_bytes: int = 256 * 1024 * 1024
    max_age_ns: int = 30 * _DAY


def keep_within(connection: Connection, causes: Iterable[int], now: Instant, bounds: Bounds) -> int:
    """Drop the middle of each cause that grew, then what is too old, then the biggest causes while there is too much.

    Gives how many were dropped.
    """
    dropped = 0
    for cause in causes:
        total = select(CAUSES.c.quarantined).where(CAUSES.c.id == cause).scalar_subquery()
        middle = (ENTRIES.c.ordinal > bounds.first) & (ENTRIES.c.ordinal <= total - bounds.newest)
        dropped += _drop(connection, select(ENTRIES.c.id).where(ENTRIES.c.cause == cause, middle))
    dropped += _drop(connection, select(ENTRIES.c.id).where(ENTRIES.c.kept_at < now - bounds.max_age_ns))
    return dropped + _shrink(connection, bounds.max_bytes)


def _shrink(connection: Connection, max_bytes: int) -> int:
    """From the cause that holds most, the older half of what lies behind its very first entry; again until it fits.

    Where so many causes share the room that none holds much of it, the oldest entries of all, many at once: to look
    for the biggest is dear.
    """
    dropped = 0
    while (held := connection.scalar(select(func.coalesce(func.sum(MESSAGES.c.size), 0))) or 0) > max_bytes:
        size = func.sum(MESSAGES.c.size)
        biggest = connection.execute(
            select(ENTRIES.c.cause, func.count().label("entries"), size.label("size"))
            .join(MESSAGES, MESSAGES.c.key == ENTRIES.c.message)
            .group_by(ENTRIES.c.cause)
            .order_by(size.desc())
            .limit(1)
        ).first()
        if biggest is None:
            return dropped
        if biggest.size * _MUCH < held:
            dropped += _drop(connection, select(ENTRIES.c.id).order_by(ENTRIES.c.id).limit(_AT_ONCE))
            continue
        older = select(ENTRIES.c.id).where(ENTRIES.c.cause == biggest.cause).order_by(ENTRIES.c.ordinal)
        some = older.limit(max(biggest.entries // 2, 1))
        dropped += _drop(connection, some.offset(1) if biggest.entries > 1 else some)
    return dropped


def _drop(connection: Connection, which: Select[Any]) -> int:
    rows = connection.execute(
        select(ENTRIES.c.id, ENTRIES.c.key, ENTRIES.c.message, ENTRIES.c.cause).where(
            ENTRIES.c.id.in_(which.subquery().select())
        )
    ).all()
    if not rows:
        return 0
    for at in range(0, len(rows), _AT_ONCE):
        some = rows[at : at + _AT_ONCE]
        connection.execute(delete(ENTRIES).where(ENTRIES.c.id.in_([row.id for row in some])))
        connection.execute(insert(DROPPED), [{"key": row.key} for row in some])
        alone = ~exists().where(ENTRIES.c.message == MESSAGES.c.key)
        connection.execute(delete(MESSAGES).where(MESSAGES.c.key.in_({row.message for row in some}), alone))
    newest = connection.scalar(select(func.max(DROPPED.c.id))) or 0
    connection.execute(delete(DROPPED).where(DROPPED.c.id <= newest - REMEMBERED_KEYS))
    counts: dict[int, int] = {}
    for row in rows:
        counts[row.cause] = counts.get(row.cause, 0) + 1
    for cause, count in counts.items():
        more = {"counted_only": CAUSES.c.counted_only + count}
        connection.execute(update(CAUSES).where(CAUSES.c.id == cause).values(more))
    return len(rows)
