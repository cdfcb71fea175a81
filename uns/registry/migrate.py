"""Bringing the registry's schema up to date, with the migrations that are packaged here."""

from __future__ import annotations

from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from uns.registry.engine import reading, transaction

_LOCK: Final = 7_563_521


def migrate(engine: Engine, target: str = "head") -> bool:
    """Whether anything had to be done. Two that migrate at once do so one after the other."""
    with transaction(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        before = _revision(connection)
        if target == "head" and before == head():
            return False
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, target) if target != "base" else command.downgrade(config, target)
        return _revision(connection) != before


def is_current(engine: Engine) -> bool:
    """Whether the schema is the one that this version works with."""
    with reading(engine) as connection:
        return _revision(connection) == head()


def is_empty(engine: Engine) -> bool:
    """Whether nobody ever set the schema up."""
    with reading(engine) as connection:
        return _revision(connection) is None


def head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "uns.registry:migrations")
    config.set_main_option("path_separator", "os")
    return config
