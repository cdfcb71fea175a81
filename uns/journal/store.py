"""The journal's file: SQLite, durable with every commit, bounded per cause and in bytes."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
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
_ROW_BYTES: Final = 512

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
        self.connection.executescript(_SCHEMA)
        self.connection.execute(
            "INSERT INTO journal SELECT ?, 0 WHERE NOT EXISTS (SELECT 1 FROM journal)", (secrets.token_hex(6),)
        )
        self.id, self.counted_only = self.connection.execute("SELECT id, counted_only FROM journal").fetchone()
        by_cause = "SELECT cause, COUNT(*) FROM rejections GROUP BY cause"
        self.causes: dict[str, int] = dict(self.connection.execute(by_cause).fetchall())
        payloads = "SELECT COALESCE(SUM(LENGTH(payload)), 0) + ? * COUNT(*) FROM messages"
        (self.size,) = self.connection.execute(payloads, (_ROW_BYTES,)).fetchone()

    def close(self) -> None:
        self.connection.close()

    def write(self, items: Iterable[Item]) -> None:
        """All of them, durably, in one commit. sqlite3.Error: none of them."""
        before = (dict(self.causes), self.size, self.counted_only)
        try:
            with self._transaction():
                for item in items:
                    if isinstance(item, Refusal):
                        self._refuse(item)
                    else:
                        self._announce(item)
                self._bound()
        except sqlite3.Error:
            self.causes, self.size, self.counted_only = before
            raise

    def delete(self, rejections: Sequence[int], records: Sequence[int]) -> None:
        """What the registry has now."""
        with self._transaction():
            self._drop(rejections)
            self.connection.executemany("DELETE FROM records WHERE number = ?", [(each,) for each in records])

    def rejections(self, after: int, most: int) -> list[tuple[int, Rejection]]:
        """Those behind a number, oldest first, with their raw messages."""
        rows = self.connection.execute(
            "SELECT r.number, r.message, r.tag, r.rule, r.findings, r.bundle, r.context, r.site, m.topic, m.payload,"
            " m.received, m.receipt, m.qos, m.retained, m.redelivered, m.backlog, r.repeated"
            " FROM rejections r JOIN messages m ON m.number = r.message WHERE r.number > ? ORDER BY r.number LIMIT ?",
            (after, most),
        )
        return [(row[0], self._rejection(row)) for row in rows]

    def records(self, after: int, most: int) -> list[tuple[int, Announced]]:
        """Those behind a number, in the order in which they came."""
        rows = self.connection.execute(
            "SELECT number, kind, equipment, at, fields, source, rule, received, parallel FROM records"
            " WHERE number > ? ORDER BY number LIMIT ?",
            (after, most),
        )
        return [(row[0], self._announced(row)) for row in rows]

    def _transaction(self) -> _Transaction:
        return _Transaction(self.connection)

    def _refuse(self, refusal: Refusal) -> None:
        raw = refusal.raw
        message = self.connection.execute(
            "INSERT INTO messages (topic, payload, received, receipt, qos, retained, redelivered, backlog)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (raw.topic, raw.payload, raw.received, raw.receipt, raw.qos, raw.retained, raw.redelivered, raw.backlog),
        ).lastrowid
        self.size += len(raw.payload) + _ROW_BYTES
        for each in refusal.rejections:
            cause = json.dumps(each.cause)
            self.causes[cause] = self.causes.get(cause, 0) + 1
            self.connection.execute(
                "INSERT INTO rejections (message, cause, tag, rule, findings, bundle, context, site, repeated)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (message, cause, _storable(each.tag), each.rule,
                 json.dumps([finding.as_json() for finding in each.findings]), each.bundle, each.context, each.site,
                 each.repeated),
            )  # fmt: skip
            if self.causes[cause] > FIRST + NEWEST:
                oldest = "SELECT number FROM rejections WHERE cause = ? ORDER BY number LIMIT 1 OFFSET ?"
                self._count_only(self.connection.execute(oldest, (cause, FIRST)).fetchall())

    def _announce(self, announced: Announced) -> None:
        record = announced.record
        self.connection.execute(
            "INSERT INTO records (kind, equipment, at, fields, source, rule, received, parallel)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (record.kind, record.equipment, record.at, json.dumps(dict(record.fields)), _storable(announced.source),
             announced.rule, announced.received, announced.parallel),
        )  # fmt: skip

    def _bound(self) -> None:
        while self.size > MOST_BYTES and self.causes:
            self._count_only(self.connection.execute("SELECT number FROM rejections LIMIT 100").fetchall())

    def _count_only(self, rows: Sequence[tuple[int]]) -> None:
        self._drop([number for (number,) in rows])
        self.counted_only += len(rows)
        self.connection.execute("UPDATE journal SET counted_only = ?", (self.counted_only,))

    def _drop(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            row = self.connection.execute("DELETE FROM rejections WHERE number = ? RETURNING message, cause", (number,))
            for message, cause in row.fetchall():
                self.causes[cause] -= 1
                if not self.causes[cause]:
                    del self.causes[cause]
                self._drop_message(message)

    def _drop_message(self, message: int) -> None:
        alone = "DELETE FROM messages WHERE number = ? AND NOT EXISTS (SELECT 1 FROM rejections WHERE message = ?)"
        for (size,) in self.connection.execute(f"{alone} RETURNING LENGTH(payload)", (message, message)).fetchall():
            self.size -= size + _ROW_BYTES

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


def _storable(text: str | None) -> str | None:
    """Lone surrogates, which no database holds, are replaced."""
    return None if text is None else text.encode("utf-8", "replace").decode()
