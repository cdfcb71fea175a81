"""A registry with its schema: the migrations run once in a process, and every test gets a copy of what they made."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from uns.registry.engine import connect
from uns.registry.migrate import migrate


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
