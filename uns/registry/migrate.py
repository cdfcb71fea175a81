"""Bringing the registry's schema up to date, with the migrations that are packaged here."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import ProgrammingError

from uns.registry.engine import RegistryAway, reading, transaction
from uns.registry.tables import METADATA

_LOCK: Final = 7_563_521
_VERSIONS: Final = Path(__file__).parent / "migrations" / "versions"
_OURS: Final = re.compile("[0-9]{4}")
"""What our revisions are called; other programs that use Alembic have their own."""
_STAMPS: Final = text("SELECT version_num FROM alembic_version")
_BEHIND: Final = ("the registry's schema is not up to date", "run `uns migrate`")


class NotOurs(RegistryAway):
    """The database is there, and not for this version of uns to write into."""


def migrate(engine: Engine, target: str = "head") -> bool:
    """Whether anything had to be done. Two that migrate at once do so one after the other.

    `target` is `head`, a revision, or `base` for nothing at all; what only the newer ones hold is gone then.
    """
    with transaction(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        before = _revision(connection)
        if target == "head" and before == head():
            return False
        _run(connection, target, back=target == "base" or target < (before or ""))
        return _revision(connection) != before


def _run(connection: Connection, target: str, *, back: bool) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "uns.registry:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.downgrade(config, target) if back else command.upgrade(config, target)
    except ProgrammingError as error:
        text = str(error.orig).partition("\n")[0]
        remedy = "let the database's owner run CREATE EXTENSION btree_gist, then migrate again"
        raise RegistryAway(f"the registry cannot be migrated: {text}", remedy) from error


def given_up(engine: Engine, target: str) -> list[str] | None:
    """What the way back to that revision gives up, the newest first; None where it is no way back."""
    with reading(engine) as connection:
        now = _revision(connection)
    if now is None or target == "head" or target not in ("base", *packaged()[: packaged().index(now)]):
        return None
    undone = [each for each in packaged() if target == "base" or each > target]
    lost = (_lost(each) for each in reversed(undone) if each <= now)
    return [each for each in lost if each != "Nothing."]


def _lost(revision: str) -> str:
    """As the migration says it of its way back."""
    (name,) = (each.stem for each in _VERSIONS.glob(f"{revision}_*.py"))
    step = import_module(f"uns.registry.migrations.versions.{name}")
    return str(step.downgrade.__doc__)


def is_current(engine: Engine) -> bool:
    """Whether the schema is the one that this version works with; NotOurs where `migrate` could not make it so."""
    with reading(engine) as connection:
        return _revision(connection) == head()


def be_current(engine: Engine) -> None:
    """RegistryAway where the schema is an older one: what it lacks would show only once somebody needs it."""
    if not is_current(engine):
        raise RegistryAway(*_BEHIND)


def stay_current(engine: Engine) -> None:
    """As `be_current`, cheap, for a registry in use: only a way back is told, an upgrade goes instance by instance."""
    with reading(engine) as connection:
        stamped = connection.scalar(_STAMPS)
    if stamped is None or stamped < head():
        raise RegistryAway(*_BEHIND)


def is_empty(engine: Engine) -> bool:
    """Whether nobody ever set the schema up."""
    with reading(engine) as connection:
        return _revision(connection) is None


def head() -> str:
    return packaged()[-1]


@cache
def packaged() -> tuple[str, ...]:
    """The revisions of this version, oldest first, as their files are called; Alembic takes too long to be asked."""
    return tuple(sorted(each.name[:4] for each in _VERSIONS.glob("*.py") if _OURS.match(each.name)))


def _revision(connection: Connection) -> str | None:
    """NotOurs where the database is somebody else's, or of a later version, which nothing done here would mend."""
    stamped = _stamped(connection)
    if not stamped:
        _refuse_foreign_tables(connection)
        return None
    for each in stamped:
        if each not in packaged():
            raise _unknown(each)
    return stamped[0]


def _stamped(connection: Connection) -> list[str]:
    if not inspect(connection).has_table("alembic_version"):
        return []
    return list(connection.scalars(_STAMPS))


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
