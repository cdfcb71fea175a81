"""Reading quarantine: its entries, newest first, with their raw messages, and its counts."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Engine, Row, Select, func, select

from uns.cursor import cursor_of, position_of
from uns.finding import Finding
from uns.instant import Instant, rfc3339
from uns.message import RawMessage
from uns.registry.bounds import FORGOTTEN, size_of_all
from uns.registry.engine import reading
from uns.registry.held import Page
from uns.registry.marks import clean, mark_of
from uns.registry.tables import CAUSES, ENTRIES, MESSAGES


class Entry(NamedTuple):
    """A rejection as it is kept."""

    id: int
    raw: RawMessage
    tag: str | None
    rule: str | None
    site: str | None
    findings: tuple[Finding, ...]
    bundle: str
    context: str
    kept_at: Instant
    state: str
    """kept, replayed or discarded."""
    message: str
    """The key of its raw message; its neighbours have the same."""
    pointer: str | None = None
    """Where in it the sample's value stood; None of a message as a whole."""
    elsewhere: tuple[str, ...] = ()
    """Governed topics of the sample's other targets, which are not its concern."""
    instance: str | None = None
    """That refused it; None where that was not yet written down."""

    def as_json(self) -> dict[str, Any]:
        """Without the raw message's bytes."""
        return {
            "id": self.id,
            "topic": self.raw.topic,
            "tag": self.tag,
            "rule": self.rule,
            "site": self.site,
            "instance": self.instance,
            "findings": [each.as_json() for each in self.findings],
            "received": rfc3339(self.raw.received),
            "kept_at": rfc3339(self.kept_at),
            "state": self.state,
            "bundle": self.bundle,
            "context": self.context,
            "bytes": len(self.raw.payload),
        }

    def raw_as_json(self) -> dict[str, Any]:
        """The raw message: `text` where it is UTF-8, else `hex`."""
        try:
            text, code = self.raw.payload.decode(), None
        except UnicodeDecodeError:
            text, code = None, self.raw.payload.hex()
        flags = {name: getattr(self.raw, name) for name in ("qos", "retained", "redelivered", "backlog")}
        return {"text": text, "hex": code, **flags}


class Filter(NamedTuple):
    """Which entries; None is any."""

    topic: str | None = None
    tag: str | None = None
    rule: str | None = None
    code: str | None = None
    """Of any of its findings."""
    site: str | None = None
    state: str | None = "kept"
    since: Instant | None = None
    """Received at or after."""
    until: Instant | None = None
    """Received before."""
    ids: tuple[int, ...] = ()
    """Of these only; empty is any."""
    instance: str | None = None


class Count(NamedTuple):
    """One cause, and how often: quarantined = kept + counted only. Without code and topic: all that were forgotten."""

    rule: str | None
    code: str
    topic: str
    tag: str | None
    quarantined: int
    counted_only: int
    first: Instant
    last: Instant

    def as_json(self) -> dict[str, Any]:
        return self._asdict() | {"first": rfc3339(self.first), "last": rfc3339(self.last)}


class Stock(NamedTuple):
    """What quarantine holds altogether."""

    quarantined: int
    counted_only: int
    kept: int
    bytes: int
    """Of raw messages and entries, as they lie on disk."""
    forgotten: int = 0
    """Of those counted only, how many have a cause that is no longer told from others."""


ALL: Final = Filter()


def entries(engine: Engine, wanted: Filter = ALL, cursor: str | None = None, limit: int = 100) -> Page[Entry]:
    """The newest first."""
    query = narrowed(joined(), wanted).order_by(ENTRIES.c.id.desc()).limit(limit + 1)
    if cursor:
        query = query.where(ENTRIES.c.id < position_of(cursor, int)[0])
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    following = cursor_of(rows[limit - 1].id) if len(rows) > limit else None
    return Page(tuple(entry_of(row) for row in rows[:limit]), following)


def newest_rejected(engine: Engine, topic: str) -> RawMessage | None:
    """Of a raw topic's messages the one rejected last, whatever became of it since."""
    page = entries(engine, Filter(topic=topic, state=None), limit=1)
    return page.items[0].raw if page.items else None


def entry(engine: Engine, number: int) -> Entry | None:
    with reading(engine) as connection:
        row = connection.execute(joined().where(ENTRIES.c.id == number)).first()
    return entry_of(row) if row else None


def count(engine: Engine, wanted: Filter = ALL) -> int:
    """How many fit; by default all that are not settled. It looks at each, so nothing asks it all the time."""
    with reading(engine) as connection:
        return connection.scalar(narrowed(select(func.count()).select_from(ENTRIES), wanted)) or 0


def counts(engine: Engine, limit: int = 1000) -> tuple[Count, ...]:
    """By cause, the most frequent first."""
    with reading(engine) as connection:
        rows = connection.execute(select(CAUSES).order_by(CAUSES.c.quarantined.desc(), CAUSES.c.id).limit(limit))
        return tuple(
            Count(
                row.rule or None, row.code, row.topic, row.tag or None,
                row.quarantined, row.counted_only, row.first_received, row.last_received,
            )
            for row in rows
        )  # fmt: skip


def stock(engine: Engine) -> Stock:
    with reading(engine) as connection:
        total, only = connection.execute(
            select(func.coalesce(func.sum(CAUSES.c.quarantined), 0), func.coalesce(func.sum(CAUSES.c.counted_only), 0))
        ).one()
        kept = connection.scalar(select(func.count()).select_from(ENTRIES)) or 0
        forgotten = connection.scalar(select(CAUSES.c.quarantined).where(CAUSES.c.mark == FORGOTTEN)) or 0
        return Stock(int(total), int(only), kept, size_of_all(connection), forgotten)


def joined() -> Select[Any]:
    raw = [column.label(f"raw_{column.name}") for column in MESSAGES.c]
    return select(*ENTRIES.c, *raw).join(MESSAGES, MESSAGES.c.key == ENTRIES.c.message)


def narrowed(query: Select[Any], wanted: Filter) -> Select[Any]:
    if wanted.topic is not None:
        query = query.where(ENTRIES.c.topic_mark == mark_of(wanted.topic))
    if wanted.code is not None:
        query = query.where(ENTRIES.c.findings.contains(told_by(wanted.code), autoescape=True))
    for name in ("tag", "rule", "site", "instance", "state"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(ENTRIES.c[name] == clean(value))
    if wanted.ids:
        query = query.where(ENTRIES.c.id.in_(wanted.ids))
    if wanted.until is not None:
        query = query.where(ENTRIES.c.received < wanted.until)
    return query if wanted.since is None else query.where(ENTRIES.c.received >= wanted.since)


def told_by(code: str) -> str:
    """How a finding of this code is written down: within a text its quotes would be escaped."""
    return clean(f'"code": {json.dumps(code, ensure_ascii=False)}, "severity"')


def entry_of(row: Row[Any]) -> Entry:
    raw = RawMessage(
        row.raw_topic, row.raw_payload, row.raw_received, row.raw_receipt,
        row.raw_qos, row.raw_retained, row.raw_redelivered, row.raw_backlog,
    )  # fmt: skip
    findings = tuple(Finding.from_json(each) for each in orjson.loads(row.findings))
    return Entry(
        row.id, raw, row.tag, row.rule, row.site, findings, row.bundle, row.context, row.kept_at, row.state,
        row.message, row.pointer, tuple(orjson.loads(row.elsewhere or "[]")), row.instance,
    )  # fmt: skip
