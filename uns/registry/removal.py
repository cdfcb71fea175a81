"""What was entered in error: believed no longer, and nothing in its place. What was believed before stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, select

from uns.registry import tables
from uns.registry.csv.kinds import Kind
from uns.registry.held import believed
from uns.registry.tables import BATCHES
from uns.registry.writing import Author, Check, anyway, writing

KEYS: Final[Mapping[Kind, tuple[Table[Any], tuple[str, ...]]]] = {
    "equipment": (tables.EQUIPMENT, ("path",)),
    "products": (tables.PRODUCTS, ("id",)),
    "batches": (BATCHES, ("id", "equipment")),
    "shifts": (tables.SHIFT_PATTERNS, ("equipment", "id")),
    "shift-exceptions": (tables.SHIFT_EXCEPTIONS, ("equipment", "date", "id")),
}
"""By what the rows of each kind are named; the first word will do, and more of them narrow it down."""


class StillNamed(Exception):
    """A product that a batch names: its readings would lose the product's name."""

    def __init__(self, product: str, batch: str) -> None:
        super().__init__(f"batch {batch!r} names product {product!r}")
        self.remedy = "correct the batches that name it first"


def remove(engine: Engine, kind: Kind, key: Sequence[str], author: Author, check: Check = anyway) -> int:
    """How many rows went; StillNamed where a product is in use."""
    table, columns = KEYS[kind]
    named = [table.c[column] == word for column, word in zip(columns, key, strict=False)]
    with writing(engine, author, check=check) as open_one:
        if kind == "products":
            _refuse_if_named(open_one.connection, key[0])
        rows = open_one.connection.scalars(select(table.c.row).where(believed(table), *named)).all()
        open_one.supersede(table, rows)
    return len(rows)


def _refuse_if_named(connection: Connection, product: str) -> None:
    by = connection.scalar(select(BATCHES.c.id).where(believed(BATCHES), BATCHES.c.product == product).limit(1))
    if by is not None:
        raise StillNamed(product, by)
