"""A writing transaction: who writes, when and why, and the revision that it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Connection, Engine, Table, bindparam, false, insert, select, text, update

from uns.instant import Instant
from uns.registry.engine import transaction
from uns.registry.recordings import Clock, record
from uns.registry.tables import REVISIONS

Part = Literal["context", "quarantine", "submissions", "replay"]
CHANNEL: Final = "uns_registry"

Transaction = Connection
"""One that is open; whoever is no part of the registry only hands it over."""
Check = Callable[[Transaction], None]
"""Asked in the transaction that would write, with nobody else in between; what it raises takes all of it back."""


@dataclass(frozen=True, slots=True)
class Author:
    """Whose word a change is, when it was given, and why."""

    name: str
    at: Instant
    why: str | None = None
    clock: Clock | None = field(default=None, compare=False)
    """By which it is recorded; the database's where there is no other."""


class Stamp(NamedTuple):
    """Whose word a change is, and the revision that it makes."""

    author: Author
    revision: int

    def came(self) -> dict[str, Any]:
        author = self.author
        return {
            "recorded_at": author.at, "recorded_in": self.revision, "recorded_by": author.name, "why": author.why,
        }  # fmt: skip

    def went(self) -> dict[str, Any]:
        author = self.author
        return {
            "superseded_at": author.at, "superseded_in": self.revision,
            "superseded_by": author.name, "superseded_why": author.why,
        }  # fmt: skip


@dataclass(slots=True)
class Writing:
    """An open transaction of a part. `revision` is the one that it makes if it changes anything.

    Whoever writes for several sets `author` for each: what follows is a revision of its own.
    """

    connection: Connection
    author: Author
    revision: int
    part: Part = "context"
    changed: bool = field(default=False)
    _spoken: Author | None = None
    _finished: bool = False
    _first: int = field(init=False)
    _clock: Clock | None = field(init=False)

    def __post_init__(self) -> None:
        self._first, self._clock = self.revision, self.author.clock

    def stamp(self) -> Stamp:
        """Of a change by the present author."""
        if self._spoken not in (None, self.author):
            self.revision += 1
        self._spoken = self.author
        return Stamp(self.author, self.revision)

    def add(self, table: Table[Any], rows: Iterable[Mapping[str, Any]]) -> None:
        """New rows of a bitemporal table."""
        rows = list(rows)
        if rows:
            came = self.stamp().came()
            self.insert(table, [{**row, **came} for row in rows])

    def supersede(self, table: Table[Any], rows: Iterable[int]) -> None:
        """What was believed until now; it stays, as history."""
        rows = list(rows)
        if rows:
            stamp = self.stamp()
            self.end(table, [(row, stamp) for row in rows])

    def insert(self, table: Table[Any], rows: Sequence[Mapping[str, Any]]) -> None:
        """As `add`, of rows that bear their stamps."""
        if rows:
            self.connection.execute(insert(table), rows)
            self.changed = True

    def end(self, table: Table[Any], rows: Iterable[tuple[int, Stamp]]) -> None:
        """As `supersede`, each by its stamp."""
        ended = [{"ended": row, **stamp.went()} for row, stamp in rows]
        if ended:
            self.connection.execute(update(table).where(table.c.row == bindparam("ended")), ended)
            self.changed = True

    def finish(self) -> None:
        """Nothing is changed any more; what is read behind it says when that was recorded."""
        if not self.changed or self._finished:
            return
        self._finished = True
        if self.part == "context":
            record(self.connection, self._first, self.revision, self._clock)
        self.connection.execute(update(REVISIONS).where(REVISIONS.c.part == self.part).values(revision=self.revision))


def anyway(connection: Connection) -> None:
    """The check of who does not care what is there."""


@contextmanager
def writing(engine: Engine, author: Author, part: Part = "context", check: Check = anyway) -> Iterator[Writing]:
    """Writers of a part stand in line, so that a higher revision was committed later."""
    with transaction(engine) as connection:
        known = select(REVISIONS.c.revision).where(REVISIONS.c.part == part).with_for_update()
        open_one = Writing(connection, author, connection.execute(known).scalar_one() + 1, part)
        check(connection)
        yield open_one
        open_one.finish()
        if open_one.changed and connection.dialect.name == "postgresql":
            notice = text("SELECT pg_notify(:channel, :part)")
            connection.execute(notice, {"channel": CHANNEL, "part": part})


def try_to_write(engine: Engine) -> None:
    """RegistryAway where it cannot be written now, though it may be read."""
    with transaction(engine) as connection:
        connection.execute(update(REVISIONS).where(false()).values(revision=0))


def revision_of(connection: Connection, part: Part = "context") -> int:
    """How often that part of the registry has changed."""
    return connection.execute(select(REVISIONS.c.revision).where(REVISIONS.c.part == part)).scalar_one()
