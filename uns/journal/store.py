"""The journal's file: SQLite, durable with every commit, bounded per cause and in bytes."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from uns.journal.rows import (
    MESSAGE_BYTES,
    RECORD_BYTES,
    RECORDS,
    REJECTION_BYTES,
    REJECTIONS,
    RENEWALS,
    SCHEMA,
    VERSION,
    announced_of,
    mark_of,
    rejection_of,
    storable,
)
from uns.journal.values import Announced, Announcement, Item, Refusal
from uns.message import RawMessage
from uns.quarantine import Rejection

FIRST, NEWEST = 100, 900
"""Of one cause, so many of its first and of its newest entries are kept; the others are counted only."""
MOST_BYTES: Final = 256 * 1024 * 1024
MOST_CAUSES: Final = 50_000
_AT_ONCE: Final = 100
OPENED_WITHIN: Final = 1.0
"""Seconds: whoever opens it tries again, and has others to serve meanwhile."""
PATIENCE: Final = 30_000
"""Milliseconds to wait for another that writes."""


class Store:
    """One writer's connection to the file; it belongs to the thread that uses it."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES, most_causes: int = MOST_CAUSES) -> None:
        self._most_bytes, self._most_causes = most_bytes, most_causes
        self.connection = sqlite3.connect(path, isolation_level=None, timeout=OPENED_WITHIN, check_same_thread=False)
        with ExitStack() as undone:  # or what it has locked stays so until somebody collects it
            undone.callback(self.connection.close)
            self._open(path)
            undone.pop_all()

    def _open(self, path: Path) -> None:
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        self._prepare(path)
        self.connection.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        self.connection.execute(
            "INSERT INTO journal SELECT ?, 0 WHERE NOT EXISTS (SELECT 1 FROM journal)", (secrets.token_hex(6),)
        )
        self.id, self.counted_only = self.connection.execute("SELECT id, counted_only FROM journal").fetchone()
        self.taken = 0
        """Rejections up to this number are on their way to the registry: they are not for us to drop and count."""
        by_cause = "SELECT cause, COUNT(*) FROM rejections GROUP BY cause"
        self.causes: dict[str, int] = dict(self.connection.execute(by_cause).fetchall())
        self.size = self._sum(MESSAGE_BYTES, "messages") + self._sum(REJECTION_BYTES, "rejections")
        self.record_bytes = self._sum(RECORD_BYTES, "records") + self._sum(MESSAGE_BYTES, "announcements")
        self._last: tuple[RawMessage, int] | None = None
        """The raw message of the last record that was written, and its number: the next one may be of it too."""

    def _prepare(self, path: Path) -> None:
        """A new file gets its tables. sqlite3.DatabaseError: another version's file."""
        (version,) = self.connection.execute("PRAGMA user_version").fetchone()
        (tables,) = self.connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        while tables and version in RENEWALS:
            self.connection.executescript(f"BEGIN; {RENEWALS[version]} PRAGMA user_version = {version + 1}; COMMIT;")
            version += 1
        if tables and version != VERSION:
            remedy = "let that version empty it into the registry, or move it away"
            raise sqlite3.DatabaseError(f"{path} is the journal of another version of uns: {remedy}")
        self.connection.executescript(SCHEMA + f"PRAGMA user_version = {VERSION};")

    def close(self) -> None:
        self.connection.close()

    def write(self, items: Iterable[Item]) -> None:
        """All of them, durably, in one commit. sqlite3.Error: none of them."""
        with self._transaction():
            for item in items:
                if isinstance(item, Refusal):
                    self._refuse(item)
                else:
                    self._announce(item)
            self._bound()

    def delete(self, rejections: Sequence[int], records: Sequence[int]) -> None:
        """What the registry has now. sqlite3.Error: nothing is deleted."""
        with self._transaction():
            self._drop(rejections)
            for number in records:
                gone = f"DELETE FROM records WHERE number = ? RETURNING message, {RECORD_BYTES}"
                for message, size in self.connection.execute(gone, (number,)).fetchall():
                    self.record_bytes -= size
                    self._drop_announcement(message)

    def rejections(self, after: int, most: int, most_bytes: int = MOST_BYTES) -> list[tuple[int, Rejection]]:
        """Those behind a number, oldest first, with their raw messages: up to so many, of up to so many bytes."""
        rows = self.connection.execute(REJECTIONS, (after, most))
        some: list[tuple[int, Rejection]] = []
        for row in rows:
            some.append((row[0], rejection_of(self.id, row)))
            most_bytes -= len(some[-1][1].raw.payload)
            if most_bytes <= 0:
                break
        return some

    def records(self, after: int, most: int) -> list[tuple[int, Announced]]:
        """Those behind a number, in the order in which they came."""
        rows = self.connection.execute(RECORDS, (after, most))
        return [(row[0], announced_of(self.id, row)) for row in rows]

    def payload(self, record: int) -> bytes:
        """Of the raw message that a record came with."""
        of = "SELECT m.payload FROM announcements m JOIN records r ON r.message = m.number WHERE r.number = ?"
        return bytes(self.connection.execute(of, (record,)).fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Begins with the write lock; an exception takes everything back, also what is counted here."""
        with ExitStack() as taken_back:
            taken_back.callback(self._count_again, dict(self.causes), self.size, self.record_bytes, self.counted_only)
            with self.connection:  # commits, or rolls back
                self.connection.execute("BEGIN IMMEDIATE")
                yield
            taken_back.pop_all()

    def _count_again(self, causes: dict[str, int], size: int, record_bytes: int, counted_only: int) -> None:
        self.causes, self.size, self.record_bytes, self.counted_only = causes, size, record_bytes, counted_only
        self._last = None

    def _sum(self, size: str, table: str) -> int:
        return int(self.connection.execute(f"SELECT COALESCE(SUM({size}), 0) FROM {table}").fetchone()[0])

    def _refuse(self, refusal: Refusal) -> None:
        message, size = self._write_message("messages", refusal.raw)
        self.size += size
        for each in refusal.rejections:
            cause = mark_of(each.cause)
            self.causes[cause] = self.causes.get(cause, 0) + 1
            ((size,),) = self.connection.execute(
                "INSERT INTO rejections (message, cause, tag, rule, findings, bundle, context, site, repeated,"
                f" pointer, elsewhere) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING {REJECTION_BYTES}",
                (message, cause, *_columns(each)),
            ).fetchall()
            self.size += size
            if self.causes[cause] > FIRST + NEWEST:
                oldest = "SELECT number FROM rejections WHERE cause = ? AND number > ? ORDER BY number LIMIT 1 OFFSET ?"
                self._count_only(self.connection.execute(oldest, (cause, self.taken, FIRST)).fetchall())

    def _announce(self, announcement: Announcement) -> None:
        record = announcement.record
        if self._last is None or self._last[0] is not announcement.raw:
            message, size = self._write_message("announcements", announcement.raw)
            self._last = announcement.raw, message
            self.record_bytes += size
        ((size,),) = self.connection.execute(
            "INSERT INTO records (kind, equipment, at, fields, parallel, message, tag, rule, findings, bundle, context,"
            " site, repeated, pointer, elsewhere)"
            f" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING {RECORD_BYTES}",
            (record.kind, record.equipment, record.at, json.dumps(dict(record.fields)), announcement.parallel,
             self._last[1], *_columns(announcement.kept)),
        ).fetchall()  # fmt: skip
        self.record_bytes += size

    def _write_message(self, table: str, raw: RawMessage) -> tuple[int, int]:
        """Its number, and its size."""
        ((number, size),) = self.connection.execute(
            f"INSERT INTO {table} (topic, payload, received, receipt, qos, retained, redelivered, backlog)"
            f" VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING number, {MESSAGE_BYTES}",
            (raw.topic, raw.payload, raw.received, raw.receipt, raw.qos, raw.retained, raw.redelivered, raw.backlog),
        ).fetchall()
        return number, size

    def _bound(self) -> None:
        while self.causes and (self.size > self._most_bytes or len(self.causes) > self._most_causes):
            few = min(_AT_ONCE, sum(self.causes.values()) // 20 + 1)
            oldest = "SELECT number FROM rejections WHERE number > ? ORDER BY number LIMIT ?"
            rows = self.connection.execute(oldest, (self.taken, few)).fetchall()
            if not rows:
                return
            self._count_only(rows)

    def _count_only(self, rows: Sequence[tuple[int]]) -> None:
        self._drop([number for (number,) in rows])
        self.counted_only += len(rows)
        self.connection.execute("UPDATE journal SET counted_only = ?", (self.counted_only,))

    def _drop(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            gone = f"DELETE FROM rejections WHERE number = ? RETURNING message, cause, {REJECTION_BYTES}"
            for message, cause, size in self.connection.execute(gone, (number,)).fetchall():
                self.size -= size
                self.causes[cause] -= 1
                if not self.causes[cause]:
                    del self.causes[cause]
                self._drop_message(message)

    def _drop_message(self, message: int) -> None:
        alone = "DELETE FROM messages WHERE number = ? AND NOT EXISTS (SELECT 1 FROM rejections WHERE message = ?)"
        for (size,) in self.connection.execute(f"{alone} RETURNING {MESSAGE_BYTES}", (message, message)).fetchall():
            self.size -= size

    def _drop_announcement(self, message: int) -> None:
        alone = "DELETE FROM announcements WHERE number = ? AND NOT EXISTS (SELECT 1 FROM records WHERE message = ?)"
        for (size,) in self.connection.execute(f"{alone} RETURNING {MESSAGE_BYTES}", (message, message)).fetchall():
            self.record_bytes -= size
            if self._last is not None and self._last[1] == message:
                self._last = None


def _columns(rejection: Rejection) -> tuple[Any, ...]:
    """Of a sample, as both tables have them."""
    findings = json.dumps([finding.as_json() for finding in rejection.findings])
    elsewhere = json.dumps(rejection.elsewhere) if rejection.elsewhere else None
    return (
        storable(rejection.tag), rejection.rule, findings, rejection.bundle, rejection.context, rejection.site,
        rejection.repeated, storable(rejection.pointer), elsewhere,
    )  # fmt: skip
