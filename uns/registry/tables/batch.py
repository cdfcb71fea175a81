"""Batches on equipment. The migration adds what refuses overlaps: triggers on SQLite, an exclusion on PostgreSQL."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Named, Table, Text

from uns.registry.tables.recorded import METADATA, Recorded, index_revisions


class Batches(Recorded):
    id: Named[str] = Column(Text)
    equipment: Named[str] = Column(Text)
    start: Named[int] = Column(BigInteger)
    stop: Named[int | None] = Column(BigInteger)
    """None while it runs."""
    product: Named[str | None] = Column(Text)
    order_id: Named[str | None] = Column(Text)
    quantity: Named[str | None] = Column(Text)
    """A JSON number, so that integers stay exact."""
    attributes: Named[str] = Column(Text)
    parallel: Named[bool] = Column(Boolean)
    """Whether several may run on that equipment at once."""
    state: Named[str | None] = Column(Text)
    """Held, stopped or aborted; None where it follows from `stop`."""


BATCHES: Final = Table("batch", METADATA, Batches, CheckConstraint("stop IS NULL OR stop >= start", name="forwards"))
Index("ix_batch_equipment", BATCHES.c.equipment, BATCHES.c.superseded_at, BATCHES.c.start)
Index("ix_batch_id", BATCHES.c.id, BATCHES.c.superseded_at)
Index("ix_batch_stop", BATCHES.c.superseded_at, BATCHES.c.stop)
Index("ix_batch_product", BATCHES.c.product)
index_revisions(BATCHES)
