"""A registry with its schema: the migrations run once in a process, and every test gets a copy of what they made."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, delete, update

from uns.instant import Instant
from uns.registry.engine import connect, transaction
from uns.registry.migrate import migrate
from uns.registry.nouns import EQUIPMENT, PRODUCTS, SHIFT_EXCEPTIONS, SHIFT_PATTERNS
from uns.registry.tables import BATCHES, RECORDINGS, REVISIONS, SHIFT_CHANGES
from uns.registry.writing import Author


def with_standard(folder: Path, standard: str) -> None:
    """A project of which the registry's verbs want no more."""
    for each in ("naming_rules", "schemas"):
        (folder / each).mkdir()
    (folder / "naming_rules" / "standard.yaml").write_text(standard, encoding="utf-8")


def migrated(file: Path) -> str:
    """The URL of a registry in this file; nothing is in it."""
    file.write_bytes(_made())
    return f"sqlite:///{file}"


@cache
def _made() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "uns.db"
        engine = connect(f"sqlite:///{file}")
        migrate(engine)
        engine.dispose()
        return file.read_bytes()


def emptied(engine: Engine) -> None:
    """Without any context, as if nobody had ever written one."""
    nouns = (EQUIPMENT, PRODUCTS, SHIFT_PATTERNS, SHIFT_EXCEPTIONS)
    with transaction(engine) as connection:
        for table in (BATCHES, SHIFT_CHANGES, *(each.table for each in nouns)):
            connection.execute(delete(table))
        connection.execute(delete(RECORDINGS))
        connection.execute(update(REVISIONS).values(revision=0))


def author_at(name: str, at: Instant, why: str | None = None) -> Author:
    """Whose word is recorded at that time, however late it really is."""
    return Author(name, at, why, lambda: at)
