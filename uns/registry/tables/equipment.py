"""Equipment that exists, from when until when. The migration adds what refuses an id that two pieces have at once."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Named, Table, Text

from uns.registry.tables.recorded import METADATA, Recorded, index_revisions


class Equipment(Recorded):
    path: Named[str] = Column(Text)
    name: Named[str | None] = Column(Text)
    description: Named[str | None] = Column(Text)
    steward: Named[str | None] = Column(Text)
    start: Named[int | None] = Column(BigInteger)
    """Installed from; None is ever since."""
    stop: Named[int | None] = Column(BigInteger)
    id: Named[str | None] = Column(Text)
    """The plant's own number for it, which goes with it to another path."""


EQUIPMENT: Final = Table("equipment", METADATA, Equipment)
Index(
    "uq_equipment_now", EQUIPMENT.c.path, unique=True,
    sqlite_where=EQUIPMENT.c.superseded_at.is_(None), postgresql_where=EQUIPMENT.c.superseded_at.is_(None),
)  # fmt: skip
Index("ix_equipment_id", EQUIPMENT.c.id)
index_revisions(EQUIPMENT)
