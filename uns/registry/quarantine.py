"""Keeping rejections: once each, the raw message once beside them, and within bounds that no noisy device can break."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, bindparam, insert, select, update

from uns.instant import Instant
from uns.quarantine import Rejection
from uns.registry.bounds import Bounds, keep_within
from uns.registry.engine import parts
from uns.registry.entries import Filter, narrowed
from uns.registry.marks import clean, mark_of
from uns.registry.sizes import cut, entry_size, message_size
from uns.registry.tables import CAUSES, DROPPED, ENTRIES, MESSAGES
from uns.registry.writing import Author, Writing, writing

Cause = tuple[str, str, str, str]
DEFAULT: Final = Bounds()


class Kept(NamedTuple):
    """How many were new, and of how many only the count stays."""

    quarantined: int
    counted_only: int


def keep(
    engine: Engine, rejections: Iterable[Rejection], now: Instant, bounds: Bounds = DEFAULT, instance: str | None = None
) -> Kept:
    """In one transaction; a rejection that is kept again, by its key, changes nothing. `instance` refused them.

    Without any rejection the bounds are applied all the same: what was kept grows older by itself.
    """
    wanted = list({each.key: each for each in rejections}.values())
    with writing(engine, Author("quarantine", now), "quarantine") as open_one:
        return _keep(open_one, wanted, now, bounds, instance)


def _keep(open_one: Writing, wanted: Sequence[Rejection], now: Instant, bounds: Bounds, instance: str | None) -> Kept:
    connection = open_one.connection
    known = _present(connection, ENTRIES.c.key, [each.key for each in wanted])
    known |= _present(connection, DROPPED.c.key, [each.key for each in wanted])
    new = _once(connection, [each for each in wanted if each.key not in known])
    open_one.changed = bool(new)
    causes = _count(connection, new)
    _keep_messages(connection, new)
    if new:
        rows = [{**_entry(each, *causes[each.key], now), "instance": instance} for each in new]
        connection.execute(insert(ENTRIES), rows)
    dropped = keep_within(connection, _full(causes.values(), bounds), now, bounds)
    open_one.changed = open_one.changed or dropped > 0
    return Kept(len(new), dropped)


def _once(connection: Connection, new: Sequence[Rejection]) -> list[Rejection]:
    """Without what the broker sent again and is kept already, from a message of the same bytes."""
    once: list[Rejection] = []
    for each in new:
        if not each.repeated or not (_is_among(once, each) or _is_kept(connection, each)):
            once.append(each)
    return once


def _is_among(others: Sequence[Rejection], rejection: Rejection) -> bool:
    alike = (rejection.cause, rejection.raw.payload)
    return any((each.cause, each.raw.payload) == alike and each.message != rejection.message for each in others)


def _is_kept(connection: Connection, rejection: Rejection) -> bool:
    tag = None if rejection.tag is None else clean(rejection.tag)
    alike = select(ENTRIES.c.id).join(MESSAGES, MESSAGES.c.key == ENTRIES.c.message).where(
        ENTRIES.c.topic_mark == mark_of(rejection.raw.topic), ENTRIES.c.tag.is_not_distinct_from(tag),
        ENTRIES.c.rule.is_not_distinct_from(rejection.rule), ENTRIES.c.code == rejection.cause[1],
        MESSAGES.c.payload == rejection.raw.payload, ENTRIES.c.message != rejection.message,
    )  # fmt: skip
    return connection.scalar(alike.limit(1)) is not None


def _full(numbered: Iterable[tuple[int, int]], bounds: Bounds) -> set[int]:
    """The causes of which there are more than may be kept."""
    return {cause for cause, ordinal in numbered if ordinal > bounds.first + bounds.newest}


def _present(connection: Connection, column: Any, values: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for some in parts(values):
        found.update(connection.scalars(select(column).where(column.in_(some))))
    return found


def _count(connection: Connection, new: Sequence[Rejection]) -> dict[str, tuple[int, int]]:
    """For each rejection's key the row of its cause, and which one of that cause it is."""
    groups: dict[Cause, list[Rejection]] = {}
    for each in new:
        groups.setdefault(each.cause, []).append(each)
    _add_causes(connection, groups)
    rows = _causes(connection, list(groups))
    numbered: dict[str, tuple[int, int]] = {}
    for cause, members in groups.items():
        row, before = rows[cause]
        for ordinal, each in enumerate(members, before + 1):
            numbered[each.key] = (row, ordinal)
    counted = [
        {"cause": rows[cause][0], "more": len(members), "newest": max(each.raw.received for each in members)}
        for cause, members in groups.items()
    ]
    if counted:
        more = {"quarantined": CAUSES.c.quarantined + bindparam("more"), "last_received": bindparam("newest")}
        connection.execute(update(CAUSES).where(CAUSES.c.id == bindparam("cause")).values(more), counted)
    return numbered


def _add_causes(connection: Connection, groups: dict[Cause, list[Rejection]]) -> None:
    known = _causes(connection, list(groups))
    rows = [
        {
            "mark": mark_of(*cause),
            **{name: cut(clean(text)) for name, text in zip(("rule", "code", "topic", "tag"), cause, strict=True)},
            "quarantined": 0,
            "counted_only": 0,
            "first_received": members[0].raw.received,
            "last_received": members[0].raw.received,
        }
        for cause, members in groups.items()
        if cause not in known
    ]
    if rows:
        connection.execute(insert(CAUSES), rows)


def _causes(connection: Connection, causes: Sequence[Cause]) -> dict[Cause, tuple[int, int]]:
    marked = {mark_of(*cause): cause for cause in causes}
    found: dict[Cause, tuple[int, int]] = {}
    query = select(CAUSES.c.mark, CAUSES.c.id, CAUSES.c.quarantined)
    for some in parts(list(marked)):
        for mark, row, quarantined in connection.execute(query.where(CAUSES.c.mark.in_(some))):
            found[marked[mark]] = (row, quarantined)
    return found


def _keep_messages(connection: Connection, new: Sequence[Rejection]) -> None:
    raw = {each.message: each.raw for each in new}
    known = _present(connection, MESSAGES.c.key, list(raw))
    rows = [
        {**asdict(message), "topic": clean(message.topic), "key": key, "size": message_size(message)}
        for key, message in raw.items()
        if key not in known
    ]
    if rows:
        connection.execute(insert(MESSAGES), rows)


def _entry(rejection: Rejection, cause: int, ordinal: int, now: Instant) -> dict[str, Any]:
    row = {
        "key": rejection.key,
        "message": rejection.message,
        "cause": cause,
        "ordinal": ordinal,
        "topic": clean(rejection.raw.topic),
        "topic_mark": mark_of(rejection.raw.topic),
        "tag": None if rejection.tag is None else clean(rejection.tag),
        "pointer": None if rejection.pointer is None else clean(rejection.pointer),
        "elsewhere": json.dumps(rejection.elsewhere) if rejection.elsewhere else None,
        "rule": rejection.rule,
        "code": rejection.cause[1],
        "site": rejection.site,
        "findings": clean(json.dumps([each.as_json() for each in rejection.findings], ensure_ascii=False)),
        "bundle": rejection.bundle,
        "context": rejection.context,
        "received": rejection.raw.received,
        "kept_at": now,
        "state": "kept",
    }
    return {**row, "size": entry_size(row)}


def discard(engine: Engine, wanted: Filter, author: Author) -> int:
    """Settled by a person, so many; the entries stay for the record until they are too old."""
    with writing(engine, author, "quarantine") as open_one:
        settled = {"state": "discarded", "settled_at": author.at, "settled_by": author.name}
        which = narrowed(select(ENTRIES.c.id), wanted._replace(state="kept"))
        done = open_one.connection.execute(update(ENTRIES).where(ENTRIES.c.id.in_(which)).values(settled)).rowcount
        open_one.changed = done > 0
        return done
