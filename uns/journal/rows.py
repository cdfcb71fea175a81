"""The tables of the journal's file, and what their rows stand for."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from uns.context.values import Record
from uns.equipment import EquipmentPath
from uns.finding import Finding
from uns.journal.values import Announced
from uns.message import RawMessage
from uns.quarantine import Rejection

VERSION: Final = 3
"""Of the file's tables; it counts up with every change to them."""

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS journal (id TEXT NOT NULL, counted_only INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS messages (
  number INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, payload BLOB NOT NULL, received INTEGER NOT NULL,
  receipt INTEGER NOT NULL, qos INTEGER NOT NULL, retained INTEGER NOT NULL, redelivered INTEGER NOT NULL,
  backlog INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS rejections (
  number INTEGER PRIMARY KEY AUTOINCREMENT, message INTEGER NOT NULL, cause TEXT NOT NULL, tag TEXT, rule TEXT,
  findings TEXT NOT NULL, bundle TEXT NOT NULL, context TEXT NOT NULL, site TEXT,
  repeated INTEGER NOT NULL, pointer TEXT, elsewhere TEXT);
CREATE INDEX IF NOT EXISTS rejections_by_cause ON rejections (cause, number);
CREATE INDEX IF NOT EXISTS rejections_by_message ON rejections (message);
CREATE TABLE IF NOT EXISTS records (
  number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, equipment TEXT, at INTEGER NOT NULL,
  fields TEXT NOT NULL, source TEXT NOT NULL, rule TEXT NOT NULL, received INTEGER NOT NULL,
  parallel INTEGER NOT NULL);
"""

RENEWALS: Final = {
    1: "ALTER TABLE rejections ADD COLUMN pointer TEXT;",
    2: "ALTER TABLE rejections ADD COLUMN elsewhere TEXT;",
}
"""What an earlier version's file needs to be one of the next."""

MESSAGE_BYTES: Final = "(512 + LENGTH(CAST(topic AS BLOB)) + LENGTH(payload))"
REJECTION_BYTES: Final = (
    "(512 + LENGTH(CAST(findings AS BLOB)) + COALESCE(LENGTH(CAST(tag AS BLOB)), 0)"
    " + COALESCE(LENGTH(CAST(elsewhere AS BLOB)), 0))"
)
RECORD_BYTES: Final = "(512 + LENGTH(CAST(fields AS BLOB)) + LENGTH(CAST(source AS BLOB)))"
"""What a row takes on disk, roughly: its texts, and a fixed part for its numbers and indexes."""

REJECTIONS: Final = (
    "SELECT r.number, r.message, r.tag, r.rule, r.findings, r.bundle, r.context, r.site, r.repeated, r.pointer,"
    " r.elsewhere,"
    " m.topic, m.payload, m.received, m.receipt, m.qos, m.retained, m.redelivered, m.backlog"
    " FROM rejections r JOIN messages m ON m.number = r.message WHERE r.number > ? ORDER BY r.number LIMIT ?"
)
RECORDS: Final = (
    "SELECT number, kind, equipment, at, fields, source, rule, received, parallel FROM records"
    " WHERE number > ? ORDER BY number LIMIT ?"
)


def rejection_of(journal: str, row: tuple[Any, ...]) -> Rejection:
    """Of a row of REJECTIONS; `journal` is the id of its file, which makes the keys unique for good."""
    number, message, tag, rule, findings, bundle, context, site, repeated, pointer, elsewhere, *raw = row
    topic, payload, received, receipt, qos, *flags = raw
    return Rejection(
        f"{journal}-{number}", f"{journal}-m{message}",
        RawMessage(topic, payload, received, receipt, qos, *map(bool, flags)),
        tag, rule, tuple(map(Finding.from_json, json.loads(findings))), bundle, context, site, bool(repeated),
        pointer, tuple(json.loads(elsewhere or "[]")),
    )  # fmt: skip


def announced_of(journal: str, row: tuple[Any, ...]) -> Announced:
    """Of a row of RECORDS."""
    number, kind, equipment, at, fields, source, rule, received, parallel = row
    path = EquipmentPath(equipment) if equipment is not None else None
    record = Record(kind, path, at, json.loads(fields))
    return Announced(f"{journal}-r{number}", record, source, rule, received, bool(parallel))


def mark_of(cause: tuple[str, ...]) -> str:
    """A short name for a cause, whose topic may be long."""
    return hashlib.blake2b(json.dumps(cause).encode(), digest_size=16).hexdigest()


def storable(text: str | None) -> str | None:
    """Lone surrogates, which no database holds, are replaced."""
    return None if text is None else text.encode("utf-8", "replace").decode()
