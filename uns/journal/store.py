"""The journal's file: SQLite, durable with every commit, bounded per cause and in bytes."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from uns.context.values import Record
from uns.equipment import EquipmentPath
from uns.finding import Finding
from uns.journal.values import Announced, Item, Refusal
from uns.message import RawMessage
from uns.quarantine import Rejection

FIRST, NEWEST = 100, 900
"""Of one cause, so many of its first and of its newest entries are kept; the others are counted only."""
MOST_BYTES: Final = 256 * 1024 * 1024
MOST_CAUSES: Final = 50_000
_MESSAGE_BYTES: Final = "(512 + LENGTH(CAST(topic AS BLOB)) + LENGTH(payload))"
_REJECTION_BYTES: Final = "(512 + LENGTH(CAST(findings AS BLOB)) + COALESCE(LENGTH(CAST(tag AS BLOB)), 0))"
_RECORD_BYTES: Final = "(512 + LENGTH(CAST(fields AS BLOB)) + LENGTH(CAST(source AS BLOB)))"
"""What a row takes on disk, roughly: its texts, and a fixed part for its numbers and indexes."""
_AT_ONCE: Final = 100

VERSION: Final = 1
"""Of the file's tables; it counts up with every change to them."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS journal (id TEXT NOT NULL, counted_only INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS messages (
  number INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, payload BLOB NOT NULL, received INTEGER NOT NULL,
  receipt INTEGER NOT NULL, qos INTEGER NOT NULL, retained INTEGER NOT NULL, redelivered INTEGER NOT NULL,
  backlog INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS rejections (
  number INTEGER PRIMARY KEY AUTOINCREMENT, message INTEGER NOT NULL, cause TEXT NOT NULL, tag TEXT, rule TEXT,
  findings TEXT NOT NULL, bundle TEXT NOT NULL, context TEXT NOT NULL, site TEXT,
  repeated INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS rejections_by_cause ON rejections (cause, number);
CREATE INDEX IF NOT EXISTS rejections_by_message ON rejections (message);
CREATE TABLE IF NOT EXISTS records (
  number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, equipment TEXT, at INTEGER NOT NULL,
  fields TEXT NOT NULL, source TEXT NOT NULL, rule TEXT NOT NULL, received INTEGER NOT NULL,
  parallel INTEGER NOT NULL);
"""


class Store:
    """One writer's connection to the file; it belongs to the thread that uses it."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        self._prepare(path)
        self.connection.execute(
            "INSERT INTO journal SELECT ?, 0 WHERE NOT EXISTS (SELECT 1 FROM journal)", (secrets.token_hex(6),)
        )
        self.id, self.counted_only = self.connection.execute("SELECT id, counted_only FROM journal").fetchone()
        self.taken = 0
        """Rejections up to this number are on their way to the registry: they are not for us to drop and count."""
        by_cause = "SELECT cause, COUNT(*) FROM rejections GROUP BY cause"
        self.causes: dict[str, int] = dict(self.connection.execute(by_cause).fetchall())
        self.size = self._sum(_MESSAGE_BYTES, "messages") + self._sum(_REJECTION_BYTES, "rejections")
        self.record_bytes = self._sum(_RECORD_BYTES, "records")

    def _prepare(self, path: Path) -> None:
        """A new file gets its tables. sqlite3.DatabaseError: another version's file."""
        (version,) = self.connection.execute("PRAGMA user_version").fetchone()
        (tables,) = self.connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        if tables and version != VERSION:
            self.connection.close()
            remedy = "let that version empty it into the registry, or move it away"
            raise sqlite3.DatabaseError(f"{path} is the journal of another version of uns: {remedy}")
        self.connection.executescript(_SCHEMA + f"PRAGMA user_version = {VERSION};")

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
                gone = f"DELETE FROM records WHERE number = ? RETURNING {_RECORD_BYTES}"
                self.record_bytes -= sum(size for (size,) in self.connection.execute(gone, (number,)).fetchall())

    def rejections(self, after: int, most: int, most_bytes: int = MOST_BYTES) -> list[tuple[int, Rejection]]:
        """Those behind a number, oldest first, with their raw messages: up to so many, of up to so many bytes."""
        rows = self.connection.execute(
            "SELECT r.number, r.message, r.tag, r.rule, r.findings, r.bundle, r.context, r.site, m.topic, m.payload,"
            " m.received, m.receipt, m.qos, m.retained, m.redelivered, m.backlog, r.repeated"
            " FROM rejections r JOIN messages m ON m.number = r.message WHERE r.number > ? ORDER BY r.number LIMIT ?",
            (after, most),
        )
        some: list[tuple[int, Rejection]] = []
        for row in rows:
            some.append((row[0], self._rejection(row)))
            most_bytes -= len(some[-1][1].raw.payload)
            if most_bytes <= 0:
                break
        return some

    def records(self, after: int, most: int) -> list[tuple[int, Announced]]:
        """Those behind a number, in the order in which they came."""
        rows = self.connection.execute(
            "SELECT number, kind, equipment, at, fields, source, rule, received, parallel FROM records"
            " WHERE number > ? ORDER BY number LIMIT ?",
            (after, most),
        )
        return [(row[0], self._announced(row)) for row in rows]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Begins with the write lock; an exception takes everything back, also what is counted here."""
        before = (dict(self.causes), self.size, self.record_bytes, self.counted_only)
        try:
            with _Transaction(self.connection):
                yield
        except BaseException:
            self.causes, self.size, self.record_bytes, self.counted_only = before
            raise

    def _sum(self, size: str, table: str) -> int:
        return int(self.connection.execute(f"SELECT COALESCE(SUM({size}), 0) FROM {table}").fetchone()[0])

    def _refuse(self, refusal: Refusal) -> None:
        raw = refusal.raw
        ((message, size),) = self.connection.execute(
            "INSERT INTO messages (topic, payload, received, receipt, qos, retained, redelivered, backlog)"
            f" VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING number, {_MESSAGE_BYTES}",
            (raw.topic, raw.payload, raw.received, raw.receipt, raw.qos, raw.retained, raw.redelivered, raw.backlog),
        ).fetchall()
        self.size += size
        for each in refusal.rejections:
            cause = _mark_of(each.cause)
            self.causes[cause] = self.causes.get(cause, 0) + 1
            ((size,),) = self.connection.execute(
                "INSERT INTO rejections (message, cause, tag, rule, findings, bundle, context, site, repeated)"
                f" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING {_REJECTION_BYTES}",
                (message, cause, _storable(each.tag), each.rule,
                 json.dumps([finding.as_json() for finding in each.findings]), each.bundle, each.context, each.site,
                 each.repeated),
            ).fetchall()  # fmt: skip
            self.size += size
            if self.causes[cause] > FIRST + NEWEST:
                oldest = "SELECT number FROM rejections WHERE cause = ? AND number > ? ORDER BY number LIMIT 1 OFFSET ?"
                self._count_only(self.connection.execute(oldest, (cause, self.taken, FIRST)).fetchall())

    def _announce(self, announced: Announced) -> None:
        record = announced.record
        ((size,),) = self.connection.execute(
            "INSERT INTO records (kind, equipment, at, fields, source, rule, received, parallel)"
            f" VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING {_RECORD_BYTES}",
            (record.kind, record.equipment, record.at, json.dumps(dict(record.fields)), _storable(announced.source),
             announced.rule, announced.received, announced.parallel),
        ).fetchall()  # fmt: skip
        self.record_bytes += size

    def _bound(self) -> None:
        while self.causes and (self.size > MOST_BYTES or len(self.causes) > MOST_CAUSES):
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
            gone = f"DELETE FROM rejections WHERE number = ? RETURNING message, cause, {_REJECTION_BYTES}"
            for message, cause, size in self.connection.execute(gone, (number,)).fetchall():
                self.size -= size
                self.causes[cause] -= 1
                if not self.causes[cause]:
                    del self.causes[cause]
                self._drop_message(message)

    def _drop_message(self, message: int) -> None:
        alone = "DELETE FROM messages WHERE number = ? AND NOT EXISTS (SELECT 1 FROM rejections WHERE message = ?)"
        for (size,) in self.connection.execute(f"{alone} RETURNING {_MESSAGE_BYTES}", (message, message)).fetchall():
            self.size -= size

    def _rejection(self, row: tuple[Any, ...]) -> Rejection:
        number, message, tag, rule, findings, bundle, context, site, topic, payload, received, receipt, qos, *flags = (
            row
        )
        retained, redelivered, backlog, repeated = map(bool, flags)
        raw = RawMessage(topic, payload, received, receipt, qos, retained, redelivered, backlog)
        told = tuple(Finding.from_json(each) for each in json.loads(str(findings)))
        return Rejection(
            f"{self.id}-{number}",
            f"{self.id}-m{message}",
            raw,
            tag,
            rule,
            told,
            bundle,
            context,
            site,
            repeated,
        )

    def _announced(self, row: tuple[Any, ...]) -> Announced:
        number, kind, equipment, at, fields, source, rule, received, parallel = row
        path = EquipmentPath(str(equipment)) if equipment is not None else None
        record = Record(kind, path, at, json.loads(str(fields)))
        return Announced(f"{self.id}-r{number}", record, str(source), str(rule), received, bool(parallel))


class _Transaction:
    """Begins with the write lock; an exception takes everything back."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def __enter__(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.connection.execute("COMMIT")
        elif self.connection.in_transaction:
            self.connection.execute("ROLLBACK")


def _mark_of(cause: tuple[str, ...]) -> str:
    """A short name for a cause, whose topic may be long."""
    return hashlib.blake2b(json.dumps(cause).encode(), digest_size=16).hexdigest()


def _storable(text: str | None) -> str | None:
    """Lone surrogates, which no database holds, are replaced."""
    return None if text is None else text.encode("utf-8", "replace").decode()
