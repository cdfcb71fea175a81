"""Bringing the registry's schema up to date, with the migrations that are packaged here."""

from __future__ import annotations

import re
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import ProgrammingError

from uns.registry.engine import RegistryAway, reading, transaction
from uns.registry.tables import METADATA

_LOCK: Final = 7_563_521
_OURS: Final = re.compile("[0-9]{4}")
"""What our revisions are called; other programs that use Alembic have their own."""


class NotOurs(RegistryAway):
    """The database is there, and not for this version of uns to write into."""


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
    except ProgrammingError as error:
        text = str(error.orig).partition("\n")[0]
        remedy = "let the database's owner run CREATE EXTENSION btree_gist, then migrate again"
        raise RegistryAway(f"the registry cannot be migrated: {text}", remedy) from error


def is_current(engine: Engine) -> bool:
    """Whether the schema is the one that this version works with; NotOurs where `migrate` could not make it so."""
    with reading(engine) as connection:
        return _revision(connection) == head()


def is_empty(engine: Engine) -> bool:
    """Whether nobody ever set the schema up."""
    with reading(engine) as connection:
        return _revision(connection) is None


def head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _revision(connection: Connection) -> str | None:
    """NotOurs where the database is somebody else's, or of a later version, which nothing done here would mend."""
    stamped = MigrationContext.configure(connection).get_current_heads()
    if not stamped:
        _refuse_foreign_tables(connection)
        return None
    known = {each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions()}
    for each in stamped:
        if each not in known:
            raise _unknown(each)
    return stamped[0]


def _refuse_foreign_tables(connection: Connection) -> None:
    theirs = sorted(METADATA.tables.keys() & set(inspect(connection).get_table_names()))
    if theirs:
        message = f"the database holds a table `{theirs[0]}` that uns did not make"
        raise NotOurs(message, "set `registry` to a database of its own")


def _unknown(revision: str) -> NotOurs:
    if _OURS.fullmatch(revision):
        return NotOurs(f"the registry was made by a newer version of uns (schema {revision})", "install that version")
    message = f"the database belongs to another program (its schema is {revision[:40]!r})"
    return NotOurs(message, "set `registry` to a database of its own")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "uns.registry:migrations")
    config.set_main_option("path_separator", "os")
    return config
