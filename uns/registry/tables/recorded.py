"""What every bitemporal table shares, and the revisions that every write raises.

Instants are whole nanoseconds since 1970 in 64 bits. A row is what we believed from the registry's revision
`recorded_in` until `superseded_in`; a correction supersedes it and adds another. `recorded_at` and `superseded_at` are
the clocks of those who wrote, before they waited for each other: when a revision was recorded stands in `recording`.
A row's own columns say when that was so in the world.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Named, Table, Text, TypedColumns

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class Recorded(TypedColumns):
    """Believed from one moment to another, by whose word and why."""

    row: Named[int] = Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    recorded_at: Named[int] = Column(BigInteger)
    recorded_in: Named[int] = Column(BigInteger)
    recorded_by: Named[str] = Column(Text)
    why: Named[str | None] = Column(Text)
    superseded_at: Named[int | None] = Column(BigInteger)
    superseded_in: Named[int | None] = Column(BigInteger)
    superseded_by: Named[str | None] = Column(Text)
    superseded_why: Named[str | None] = Column(Text)


def index_revisions(table: Table[Any]) -> None:
    """So that whoever knows a revision finds what changed since without reading the rest."""
    Index(f"ix_{table.name}_recorded_in", table.c.recorded_in)
    superseded = table.c.superseded_in
    Index(
        f"ix_{table.name}_superseded_in", superseded,
        sqlite_where=superseded.is_not(None), postgresql_where=superseded.is_not(None),
    )  # fmt: skip


class Revisions(TypedColumns):
    """A counter for each part of the registry that somebody waits for."""

    part: Named[str] = Column(Text, primary_key=True)
    revision: Named[int] = Column(BigInteger)


class Recordings(TypedColumns):
    """When each revision of context was committed, as far as that can be told from within."""

    revision: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    at: Named[int] = Column(BigInteger)


REVISIONS: Final = Table("revision", METADATA, Revisions)
RECORDINGS: Final = Table("recording", METADATA, Recordings)
Index("ix_recording_at", RECORDINGS.c.at, RECORDINGS.c.revision)
