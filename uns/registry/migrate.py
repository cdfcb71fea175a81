"""Bringing the registry's schema up to date, with the migrations that are packaged here."""

from __future__ import annotations

from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from uns.registry.engine import RegistryAway, reading, transaction

_LOCK: Final = 7_563_521


def migrate(engine: Engine, target: str = "head") -> bool:
    """Whether anything had to be done. Two that migrate at once do so one after the other."""
    with transaction(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        before = _revision(connection)
        if target == "head" and before == head():
            return False
        _run(connection, target)
        return _revision(connection) != before


def _run(connection: Connection, target: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, target) if target != "base" else command.downgrade(config, target)
    except CommandError as error:
        raise RegistryAway("the registry was made by a newer version of uns", "install that version") from error
    except ProgrammingError as error:
        text = str(error.orig).partition("\n")[0]
        remedy = "let the database's owner run CREATE EXTENSION btree_gist, then migrate again"
        raise RegistryAway(f"the registry cannot be migrated: {text}", remedy) from error


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
