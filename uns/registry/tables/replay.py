"""Requests to replay, and which entries of quarantine each of them is about."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Named, Table, Text, TypedColumns

from uns.registry.tables.recorded import METADATA


class Replays(TypedColumns):
    id: Named[int] = Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    asked_at: Named[int] = Column(BigInteger)
    asked_by: Named[str] = Column(Text)
    why: Named[str | None] = Column(Text)
    wanted: Named[str] = Column(Text)
    """The filter, a JSON object."""


class ReplayItems(TypedColumns):
    """An entry that is to be replayed; no foreign key, since quarantine may drop it meanwhile."""

    replay: Named[int] = Column(BigInteger, ForeignKey("replay.id"), primary_key=True)
    entry: Named[int] = Column(BigInteger, primary_key=True)
    taken_by: Named[str | None] = Column(Text)
    """The instance that has taken it up."""
    outcome: Named[str | None] = Column(Text)
    """replayed, refused (again) or gone; None while it waits."""


REPLAYS: Final = Table("replay", METADATA, Replays)
REPLAY_ITEMS: Final = Table("replay_item", METADATA, ReplayItems)
Index(
    "ix_replay_item_waiting", REPLAY_ITEMS.c.replay, REPLAY_ITEMS.c.entry,
    sqlite_where=REPLAY_ITEMS.c.outcome.is_(None), postgresql_where=REPLAY_ITEMS.c.outcome.is_(None),
)  # fmt: skip
