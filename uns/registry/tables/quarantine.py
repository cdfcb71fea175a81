"""Rejected samples, their raw messages, and how many there were of each cause."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Named,
    SmallInteger,
    Table,
    Text,
    TypedColumns,
)

from uns.registry.tables.recorded import METADATA


class Messages(TypedColumns):
    key: Named[str] = Column(Text, primary_key=True)
    topic: Named[str] = Column(Text)
    payload: Named[bytes] = Column(LargeBinary)
    size: Named[int] = Column(BigInteger)
    """What it takes on disk, its entries apart."""
    received: Named[int] = Column(BigInteger)
    receipt: Named[int] = Column(BigInteger)
    qos: Named[int] = Column(SmallInteger)
    retained: Named[bool] = Column(Boolean)
    redelivered: Named[bool] = Column(Boolean)
    backlog: Named[bool] = Column(Boolean)


class Causes(TypedColumns):
    """What bounds are counted by: rule, code, address. Quarantined = kept + counted only.

    One row, whose mark is empty, sums up the causes that were forgotten.
    """

    id: Named[int] = Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    mark: Named[str] = Column(Text)
    """A hash of the four that follow, before they are cut: topics may be longer than what a database indexes."""
    rule: Named[str] = Column(Text)
    code: Named[str] = Column(Text)
    topic: Named[str] = Column(Text)
    tag: Named[str] = Column(Text)
    quarantined: Named[int] = Column(BigInteger)
    counted_only: Named[int] = Column(BigInteger)
    first_received: Named[int] = Column(BigInteger)
    last_received: Named[int] = Column(BigInteger)


class Entries(TypedColumns):
    id: Named[int] = Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    key: Named[str] = Column(Text, unique=True)
    message: Named[str] = Column(Text, ForeignKey("quarantine_message.key"))
    cause: Named[int] = Column(BigInteger, ForeignKey("quarantine_cause.id"))
    ordinal: Named[int] = Column(BigInteger)
    """Which one of its cause this is, from 1."""
    topic: Named[str] = Column(Text)
    topic_mark: Named[str] = Column(Text)
    tag: Named[str | None] = Column(Text)
    pointer: Named[str | None] = Column(Text)
    """Of the sample's value in the raw payload; None of a message as a whole."""
    elsewhere: Named[str | None] = Column(Text)
    """A JSON array of the governed topics of its other targets; None where it has no other."""
    rule: Named[str | None] = Column(Text)
    code: Named[str] = Column(Text)
    site: Named[str | None] = Column(Text)
    findings: Named[str] = Column(Text)
    """A JSON array."""
    size: Named[int] = Column(BigInteger)
    """What it takes on disk, its raw message apart."""
    bundle: Named[str] = Column(Text)
    context: Named[str] = Column(Text)
    received: Named[int] = Column(BigInteger)
    kept_at: Named[int] = Column(BigInteger)
    state: Named[str] = Column(Text)
    """kept, replayed or discarded."""
    settled_at: Named[int | None] = Column(BigInteger)
    settled_by: Named[str | None] = Column(Text)
    instance: Named[str | None] = Column(Text)
    """That refused it; None of those kept before anybody wrote that down."""


class Dropped(TypedColumns):
    """The newest keys whose entries were counted only, so that keeping them twice counts them once."""

    id: Named[int] = Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    key: Named[str] = Column(Text, unique=True)


MESSAGES: Final = Table("quarantine_message", METADATA, Messages)
CAUSES: Final = Table("quarantine_cause", METADATA, Causes)
ENTRIES: Final = Table("quarantine_entry", METADATA, Entries)
DROPPED: Final = Table("quarantine_dropped", METADATA, Dropped)
Index("ix_quarantine_message_size", MESSAGES.c.size)
Index("uq_quarantine_cause_mark", CAUSES.c.mark, unique=True)
Index("ix_quarantine_entry_size", ENTRIES.c.size)
Index("ix_quarantine_entry_cause", ENTRIES.c.cause, ENTRIES.c.ordinal)
Index("ix_quarantine_entry_message", ENTRIES.c.message)
Index("ix_quarantine_entry_kept_at", ENTRIES.c.kept_at)
Index("ix_quarantine_entry_topic_mark", ENTRIES.c.topic_mark, ENTRIES.c.id)
