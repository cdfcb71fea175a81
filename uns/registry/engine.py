"""The way to the database: one engine, reading and writing transactions, and one exception when it is away."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

BUSY_MS: Final = 15_000
_WRITES: Final = "uns_writes"
_AT_ONCE: Final = 500
_ALIVE: Final = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
"""A database whose machine has gone without a word would otherwise be waited for for a quarter of an hour."""
_OPERATORS: Final = ("does not exist", "permission denied")
"""What PostgreSQL says of a schema that is not ours or not let to us; SQLAlchemy counts it as a mistake in the SQL."""

V = TypeVar("V")


class RegistryAway(Exception):
    """The registry cannot be asked now: unreachable, locked for too long, or not migrated."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message}; {remedy}")
        self.message, self.remedy = message, remedy


def connect(url: str, busy_ms: int = BUSY_MS, password: str | None = None) -> Engine:
    """An engine of SQLite or PostgreSQL; nothing is asked of the database yet. `password` is for the URL's user."""
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        whole = make_url(url).set(password=password) if password else make_url(url)
        engine = create_engine(whole, **_arguments(url, busy_ms))
    except (ArgumentError, NoSuchModuleError) as error:
        raise RegistryAway(f"{url!r} is no registry: {error}", "write sqlite:///uns.db or postgresql://…") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite(busy_ms))
        event.listen(engine, "begin", _begin)
    return engine


def _arguments(url: str, busy_ms: int) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": busy_ms / 1000, "check_same_thread": False}}
    return {"pool_pre_ping": True, "pool_timeout": busy_ms / 1000, "connect_args": {"connect_timeout": 5, **_ALIVE}}


def _prepare_sqlite(busy_ms: int) -> Any:
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
        for pragma in (f"busy_timeout = {busy_ms}", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("lower", 1, _lower, deterministic=True)  # its own knows the letters of ASCII only

    return prepare


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def parts(values: Sequence[V]) -> Iterator[Sequence[V]]:
    """As many at a time as one statement may ask for: SQLite bounds its variables."""
    for at in range(0, len(values), _AT_ONCE):
        yield values[at : at + _AT_ONCE]


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view; what is read belongs together."""
    with away(), engine.connect() as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield connection


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """All or nothing; on SQLite the only writer from its first statement on."""
    with away(), engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def away() -> Iterator[None]:
    """What the database's absence looks like to everybody else."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout, sqlite3.Error, _psycopg_error()) as error:
        raise told(error) from error
    except DBAPIError as error:
        broken = type(error) is DatabaseError  # SQLite's word for a file that is none of its own
        if broken or error.connection_invalidated or any(each in str(error.orig) for each in _OPERATORS):
            raise told(error) from error
        raise


def _psycopg_error() -> type[Exception]:
    """The driver's own; asked for once something failed, so that nobody who has SQLite loads it."""
    from psycopg import Error

    return Error


def told(error: Exception) -> RegistryAway:
    """The driver's words as ours, with what to do."""
    text = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    if "no such table" in text or "no such column" in text or "does not exist" in text:
        return RegistryAway(f"the registry's schema is not up to date ({text})", "run `uns migrate`")
    if "locked" in text:
        return RegistryAway("the registry is locked by another process", "wait, or end what holds it")
    if "is full" in text or "No space left" in text:
        return RegistryAway("the registry's disk is full", "make room there")
    if "readonly" in text or "permission denied" in text:
        return RegistryAway(f"the registry cannot be written: {text}", "give it to the user of the service")
    return RegistryAway(f"the registry cannot be reached: {text}", "check the setting `registry` and the database")
