"""What quarantine drops: its count stays, its content goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, delete, exists, func, insert, select, update

from uns.instant import SECOND, Instant
from uns.registry.engine import parts
from uns.registry.tables import CAUSES, DROPPED, ENTRIES, MESSAGES

REMEMBERED_KEYS: Final = 20_000
FORGOTTEN: Final = ""
"""The mark of the row that sums up forgotten causes."""
_MOST_AT_ONCE: Final = 500
_MUCH: Final = 100
"""A cause holds much where it holds more than this part of everything."""
_SPARE: Final = 20
"""Where room is made, it is made for this part of everything at once: to look for what goes is dear."""
_DAY: Final = 86_400 * SECOND


@dataclass(frozen=True, slots=True)
class Bounds:
    """Per cause the first and the newest; over all causes, bytes on disk, age, and how many causes are told apart."""

    first: int = 100
    newest: int = 900
    max_bytes: int = 256 * 1024 * 1024
    max_age_ns: int = 30 * _DAY
    max_causes: int = 50_000


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
    dropped += _shrink(connection, bounds.max_bytes)
    return dropped + _forget(connection, bounds.max_causes)


def size_of_all(connection: Connection) -> int:
    """What raw messages and entries take on disk."""
    sums = (select(func.coalesce(func.sum(table.c.size), 0)) for table in (MESSAGES, ENTRIES))
    return sum(int(connection.scalar(each) or 0) for each in sums)


def _shrink(connection: Connection, max_bytes: int) -> int:
    """From the cause that holds most, the older half of what lies behind its very first entry; again until it fits.

    Where so many causes share the room that none holds much of it, the oldest entries of all, many at once: to look
    for the biggest is dear.
    """
    dropped = 0
    while (held := size_of_all(connection)) > max_bytes:
        size = func.sum(MESSAGES.c.size + ENTRIES.c.size)
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
            dropped += _drop(connection, select(ENTRIES.c.id).order_by(ENTRIES.c.id).limit(_some(connection)))
            continue
        older = select(ENTRIES.c.id).where(ENTRIES.c.cause == biggest.cause).order_by(ENTRIES.c.ordinal)
        some = older.limit(max(biggest.entries // 2, 1))
        dropped += _drop(connection, some.offset(1) if biggest.entries > 1 else some)
    return dropped


def _some(connection: Connection) -> int:
    """So many entries at once that it is worth the search, and never a great part of all."""
    kept = connection.scalar(select(func.count()).select_from(ENTRIES)) or 0
    return min(_MOST_AT_ONCE, max(kept // _SPARE, 1))


def _forget(connection: Connection, max_causes: int) -> int:
    """Sum up the causes that were silent longest, those of which nothing is kept before all others.

    Gives how many entries of theirs were dropped: none, unless everything that is kept has a cause of its own.
    """
    told_apart = select(func.count()).select_from(CAUSES).where(CAUSES.c.mark != FORGOTTEN)
    over = (connection.scalar(told_apart) or 0) - max_causes
    if over <= 0:
        return 0
    holds = exists().where(ENTRIES.c.cause == CAUSES.c.id)
    oldest = select(CAUSES.c.id).where(CAUSES.c.mark != FORGOTTEN).order_by(holds, CAUSES.c.last_received, CAUSES.c.id)
    causes = connection.scalars(oldest.limit(over + max_causes // _SPARE)).all()
    dropped = 0
    for some in parts(causes):
        dropped += _drop(connection, select(ENTRIES.c.id).where(ENTRIES.c.cause.in_(some)))
        _sum_up(connection, some)
    return dropped


def _sum_up(connection: Connection, causes: Sequence[int]) -> None:
    """One row in place of many; what they counted is counted there."""
    table, gone = CAUSES, CAUSES.c.id.in_(causes)
    sums = (func.sum(table.c.quarantined), func.sum(table.c.counted_only))
    ends = (func.min(table.c.first_received), func.max(table.c.last_received))
    quarantined, counted_only, first, last = connection.execute(select(*sums, *ends).where(gone)).one()
    connection.execute(delete(table).where(gone))
    known = connection.execute(select(table).where(table.c.mark == FORGOTTEN)).first()
    row = {"quarantined": quarantined, "counted_only": counted_only, "first_received": first, "last_received": last}
    if known is None:
        connection.execute(insert(table).values(mark=FORGOTTEN, rule="", code="", topic="", tag="", **row))
        return
    row["quarantined"] += known.quarantined
    row["counted_only"] += known.counted_only
    row["first_received"], row["last_received"] = min(first, known.first_received), max(last, known.last_received)
    connection.execute(update(table).where(table.c.id == known.id).values(row))


def _drop(connection: Connection, which: Select[Any]) -> int:
    rows = connection.execute(
        select(ENTRIES.c.id, ENTRIES.c.key, ENTRIES.c.message, ENTRIES.c.cause).where(
            ENTRIES.c.id.in_(which.subquery().select())
        )
    ).all()
    if not rows:
        return 0
    for some in parts(rows):
        connection.execute(delete(ENTRIES).where(ENTRIES.c.id.in_([row.id for row in some])))
        connection.execute(insert(DROPPED), [{"key": row.key} for row in some])
        alone = ~exists().where(ENTRIES.c.message == MESSAGES.c.key)
        connection.execute(delete(MESSAGES).where(MESSAGES.c.key.in_({row.message for row in some}), alone))
    newest = connection.scalar(select(func.max(DROPPED.c.id))) or 0
    connection.execute(delete(DROPPED).where(DROPPED.c.id <= newest - REMEMBERED_KEYS))
    _count_only(connection, (row.cause for row in rows))
    return len(rows)


def _count_only(connection: Connection, causes: Iterable[int]) -> None:
    counts = Counter(causes)
    counted = [{"which": cause, "more": count} for cause, count in counts.items()]
    more = {"counted_only": CAUSES.c.counted_only + bindparam("more")}
    connection.execute(update(CAUSES).where(CAUSES.c.id == bindparam("which")).values(more), counted)
