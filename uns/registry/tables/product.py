"""Products: what batches make."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Named, Table, Text

from uns.registry.tables.recorded import METADATA, Recorded, index_revisions


class Products(Recorded):
    id: Named[str] = Column(Text)
    name: Named[str | None] = Column(Text)
    attributes: Named[str] = Column(Text)
    """A JSON object."""
    start: Named[int | None] = Column(BigInteger)
    stop: Named[int | None] = Column(BigInteger)


PRODUCTS: Final = Table("product", METADATA, Products)
Index(
    "uq_product_now", PRODUCTS.c.id, unique=True,
    sqlite_where=PRODUCTS.c.superseded_at.is_(None), postgresql_where=PRODUCTS.c.superseded_at.is_(None),
)  # fmt: skip
index_revisions(PRODUCTS)
