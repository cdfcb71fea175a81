"""Requests to replay: what is asked for, what an instance takes up of it, and how far each of them is."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, literal, or_, select, update

from uns.cursor import cursor_of, position_of
from uns.finding import Finding
from uns.instant import SECOND, Instant, rfc3339
from uns.registry.engine import reading, transaction
from uns.registry.entries import Entry, Filter, entry_of, joined, narrowed
from uns.registry.held import Page
from uns.registry.marks import clean
from uns.registry.sizes import entry_size
from uns.registry.tables import ENTRIES, MESSAGES, REPLAY_ITEMS, REPLAYS
from uns.registry.writing import Author, writing

OUTCOMES: Final = ("replayed", "refused", "gone")
AT_ONCE: Final = 50
BYTES_AT_ONCE: Final = 8 * 1024 * 1024
REMEMBERED: Final = 30 * 86_400 * SECOND

Serves = Callable[[str, str], bool]
"""Whether an entry, by its raw topic and its key, is this instance's to replay."""


class Replay(NamedTuple):
    """A request, and how far it is: entries = waiting + replayed + refused again + gone."""

    id: int
    asked_at: Instant
    asked_by: str
    why: str | None
    wanted: dict[str, Any]
    """The filter, without what is any."""
    entries: int
    waiting: int
    replayed: int
    refused: int
    gone: int
    """Dropped, discarded or replayed by another request before their turn."""
    instances: tuple[str, ...]
    """Those that have taken up something of it."""

    def as_json(self) -> dict[str, Any]:
        return self._asdict() | {
            "asked_at": rfc3339(self.asked_at),
            "wanted": _legible(self.wanted),
            "instances": list(self.instances),
        }


class Taken(NamedTuple):
    """Some entries of one request, oldest first, that this instance has taken up."""

    replay: int
    entries: tuple[Entry, ...]


class Settlement(NamedTuple):
    """What became of an entry: replayed where there are no findings, else refused again, with these."""

    entry: Entry
    findings: tuple[Finding, ...]
    rule: str | None
    bundle: str
    context: str


def ask(engine: Engine, wanted: Filter, author: Author) -> Replay:
    """Ask for the entries that are kept now; what is kept later is none of it."""
    members = {name: value for name, value in wanted._asdict().items() if value not in (None, ()) and name != "state"}
    row = {"asked_at": author.at, "asked_by": author.name, "why": author.why, "wanted": json.dumps(members)}
    with writing(engine, author, "replay") as open_one:
        connection, open_one.changed = open_one.connection, True
        number = connection.execute(insert(REPLAYS).values(row).returning(REPLAYS.c.id)).scalar_one()
        of_it: Any = select(literal(number), ENTRIES.c.id)
        which = narrowed(of_it, wanted._replace(state="kept"))
        connection.execute(insert(REPLAY_ITEMS).from_select(["replay", "entry"], which))
        _forget(connection, author.at - REMEMBERED)
        return _shown(connection, connection.execute(select(REPLAYS).where(REPLAYS.c.id == number)).one())


def replay(engine: Engine, number: int) -> Replay | None:
    with reading(engine) as connection:
        row = connection.execute(select(REPLAYS).where(REPLAYS.c.id == number)).first()
        return _shown(connection, row) if row else None


def replays(engine: Engine, cursor: str | None = None, limit: int = 100) -> Page[Replay]:
    """The newest first."""
    query = select(REPLAYS).order_by(REPLAYS.c.id.desc()).limit(limit + 1)
    if cursor:
        query = query.where(REPLAYS.c.id < position_of(cursor, int)[0])
    with reading(engine) as connection:
        rows = connection.execute(query).all()
        shown = tuple(_shown(connection, row) for row in rows[:limit])
    return Page(shown, cursor_of(rows[limit - 1].id) if len(rows) > limit else None)


def take(engine: Engine, instance: str, serves: Serves, most: int = AT_ONCE) -> Taken | None:
    """What this instance is to replay next; what it had taken up before and not settled comes first, and again."""
    with reading(engine) as connection:
        number, chosen = _choose(connection, instance, serves, most)
    if not chosen:
        return None
    with transaction(engine) as connection:
        items = REPLAY_ITEMS.c.replay == number, REPLAY_ITEMS.c.entry.in_(chosen), _free(instance)
        ours = select(REPLAY_ITEMS.c.entry).where(*items, REPLAY_ITEMS.c.taken_by == instance)
        connection.execute(update(REPLAY_ITEMS).where(*items).values(taken_by=instance))
        query = joined().where(ENTRIES.c.id.in_(ours), ENTRIES.c.state == "kept").order_by(ENTRIES.c.id)
        found = tuple(entry_of(row) for row in connection.execute(query))
        gone = set(connection.scalars(ours)) - {each.id for each in found}
        _end(connection, number, dict.fromkeys(gone, "gone"))
    return Taken(number, found)


def settle(engine: Engine, number: int, settlements: Sequence[Settlement], author: Author) -> None:
    """What was published is replayed; what was refused again stays, with what is against it now."""
    with writing(engine, author, "quarantine") as open_one:
        connection, open_one.changed = open_one.connection, bool(settlements)
        through = [each.entry.id for each in settlements if not each.findings]
        settled = {"state": "replayed", "settled_at": author.at, "settled_by": author.name}
        kept = ENTRIES.c.id.in_(through), ENTRIES.c.state == "kept"
        connection.execute(update(ENTRIES).where(*kept).values(settled))
        again = [_refused(each) for each in settlements if each.findings]
        if again:
            connection.execute(update(ENTRIES).where(ENTRIES.c.id == bindparam("which")), again)
        outcomes = {each.entry.id: "refused" if each.findings else "replayed" for each in settlements}
        _end(connection, number, outcomes)


def _free(instance: str) -> Any:
    items = REPLAY_ITEMS.c
    return items.outcome.is_(None) & or_(items.taken_by.is_(None), items.taken_by == instance)


def _choose(connection: Connection, instance: str, serves: Serves, most: int) -> tuple[int, list[int]]:
    """Entries of the oldest request that has any for us; few enough, and small enough, for one step."""
    query = (
        select(REPLAY_ITEMS.c.replay, REPLAY_ITEMS.c.entry, ENTRIES.c.topic, ENTRIES.c.key, MESSAGES.c.size)
        .join(ENTRIES, ENTRIES.c.id == REPLAY_ITEMS.c.entry, isouter=True)
        .join(MESSAGES, MESSAGES.c.key == ENTRIES.c.message, isouter=True)
        .where(_free(instance))
        .order_by(REPLAY_ITEMS.c.replay, REPLAY_ITEMS.c.entry)
    )
    number, chosen, size = 0, list[int](), 0
    for row in connection.execution_options(yield_per=500).execute(query):
        if chosen and (row.replay != number or len(chosen) >= most or size > BYTES_AT_ONCE):
            break
        if row.key is None or serves(row.topic, row.key):
            number, size = row.replay, size + (row.size or 0)
            chosen.append(row.entry)
    return number, chosen


def _end(connection: Connection, number: int, outcomes: dict[int, str]) -> None:
    rows = [{"which": entry, "so": outcome} for entry, outcome in outcomes.items()]
    if rows:
        item = REPLAY_ITEMS.c.replay == number, REPLAY_ITEMS.c.entry == bindparam("which")
        connection.execute(update(REPLAY_ITEMS).where(*item).values(outcome=bindparam("so")), rows)


def _refused(settlement: Settlement) -> dict[str, Any]:
    """Its cause stays the one that it was counted under."""
    entry, findings = settlement.entry, settlement.findings
    told = clean(json.dumps([each.as_json() for each in findings], ensure_ascii=False))
    row = {"rule": settlement.rule, "code": findings[0].code, "findings": told}
    whole = {"topic": entry.raw.topic, "tag": entry.tag, "pointer": entry.pointer, **row}
    whole["elsewhere"] = json.dumps(entry.elsewhere) if entry.elsewhere else None
    revisions = {"bundle": settlement.bundle, "context": settlement.context}
    return {"which": entry.id, **row, **revisions, "size": entry_size(whole)}


def _shown(connection: Connection, row: Any) -> Replay:
    items = REPLAY_ITEMS.c
    of_it = select(items.outcome, func.count()).where(items.replay == row.id).group_by(items.outcome)
    counted = {outcome or "waiting": number for outcome, number in connection.execute(of_it)}
    takers = select(items.taken_by).where(items.replay == row.id, items.taken_by.is_not(None)).distinct()
    waiting, replayed, refused, gone = (counted.get(each, 0) for each in ("waiting", *OUTCOMES))
    return Replay(
        row.id, row.asked_at, row.asked_by, row.why, json.loads(row.wanted), sum(counted.values()),
        waiting, replayed, refused, gone, tuple(sorted(each for each in connection.scalars(takers) if each)),
    )  # fmt: skip


def _legible(wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: rfc3339(value) if name in ("since", "until") else value for name, value in wanted.items()}


def _forget(connection: Connection, before: Instant) -> None:
    """Requests as old as what quarantine itself forgets."""
    old = select(REPLAYS.c.id).where(REPLAYS.c.asked_at < before)
    connection.execute(delete(REPLAY_ITEMS).where(REPLAY_ITEMS.c.replay.in_(old)))
    connection.execute(delete(REPLAYS).where(REPLAYS.c.asked_at < before))
