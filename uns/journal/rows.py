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

VERSION: Final = 4
"""Of the file's tables; it counts up with every change to them."""

_MESSAGE: Final = """number INTEGER PRIMARY KEY AUTOINCREMENT,
  topic TEXT NOT NULL, payload BLOB NOT NULL, received INTEGER NOT NULL, receipt INTEGER NOT NULL, qos INTEGER NOT NULL,
  retained INTEGER NOT NULL, redelivered INTEGER NOT NULL, backlog INTEGER NOT NULL"""
_SAMPLE: Final = """tag TEXT, rule TEXT,
  findings TEXT NOT NULL, bundle TEXT NOT NULL, context TEXT NOT NULL, site TEXT,
  repeated INTEGER NOT NULL, pointer TEXT, elsewhere TEXT"""
SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS journal (id TEXT NOT NULL, counted_only INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS messages ({_MESSAGE});
CREATE TABLE IF NOT EXISTS rejections (
  number INTEGER PRIMARY KEY AUTOINCREMENT, message INTEGER NOT NULL, cause TEXT NOT NULL, {_SAMPLE});
CREATE INDEX IF NOT EXISTS rejections_by_cause ON rejections (cause, number);
CREATE INDEX IF NOT EXISTS rejections_by_message ON rejections (message);
CREATE TABLE IF NOT EXISTS announcements ({_MESSAGE});
CREATE TABLE IF NOT EXISTS records (
  number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, equipment TEXT, at INTEGER NOT NULL,
  fields TEXT NOT NULL, parallel INTEGER NOT NULL, message INTEGER NOT NULL, {_SAMPLE});
CREATE INDEX IF NOT EXISTS records_by_message ON records (message);
"""

RENEWALS: Final = {
    1: "ALTER TABLE rejections ADD COLUMN pointer TEXT;",
    2: "ALTER TABLE rejections ADD COLUMN elsewhere TEXT;",
    3: """
ALTER TABLE records RENAME TO earlier;
CREATE TABLE announcements (
  number INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, payload BLOB NOT NULL, received INTEGER NOT NULL,
  receipt INTEGER NOT NULL, qos INTEGER NOT NULL, retained INTEGER NOT NULL, redelivered INTEGER NOT NULL,
  backlog INTEGER NOT NULL);
CREATE TABLE records (
  number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, equipment TEXT, at INTEGER NOT NULL,
  fields TEXT NOT NULL, parallel INTEGER NOT NULL, message INTEGER NOT NULL, tag TEXT, rule TEXT,
  findings TEXT NOT NULL, bundle TEXT NOT NULL, context TEXT NOT NULL, site TEXT,
  repeated INTEGER NOT NULL, pointer TEXT, elsewhere TEXT);
INSERT INTO announcements
  SELECT number, SUBSTR(source, 1, INSTR(source || '#', '#') - 1), CAST(fields AS BLOB), received, 0, 1, 0, 0, 0
  FROM earlier;
INSERT INTO records
  SELECT number, kind, equipment, at, fields, parallel, number,
    NULLIF(SUBSTR(source, INSTR(source || '#', '#') + 1), ''), rule, '[]', '', '', NULL, 0, NULL, NULL FROM earlier;
DROP TABLE earlier;
""",
}
"""What an earlier version's file needs to be one of the next."""

MESSAGE_BYTES: Final = "(512 + LENGTH(CAST(topic AS BLOB)) + LENGTH(payload))"
REJECTION_BYTES: Final = (
    "(512 + LENGTH(CAST(findings AS BLOB)) + COALESCE(LENGTH(CAST(tag AS BLOB)), 0)"
    " + COALESCE(LENGTH(CAST(elsewhere AS BLOB)), 0))"
)
RECORD_BYTES: Final = "(512 + LENGTH(CAST(fields AS BLOB)) + COALESCE(LENGTH(CAST(tag AS BLOB)), 0))"
"""What a row takes on disk, roughly: its texts, and a fixed part for its numbers and indexes."""

_OF_SAMPLE: Final = (
    "r.number, r.message, r.tag, r.rule, r.findings, r.bundle, r.context, r.site, r.repeated, r.pointer, r.elsewhere"
)
_BEHIND_PAYLOAD: Final = "m.received, m.receipt, m.qos, m.retained, m.redelivered, m.backlog"
REJECTIONS: Final = (
    f"SELECT {_OF_SAMPLE}, m.topic, m.payload, {_BEHIND_PAYLOAD}"
    " FROM rejections r JOIN messages m ON m.number = r.message WHERE r.number > ? ORDER BY r.number LIMIT ?"
)
RECORDS: Final = (
    f"SELECT {_OF_SAMPLE}, m.topic, x'', {_BEHIND_PAYLOAD}, r.kind, r.equipment, r.at, r.fields, r.parallel"
    " FROM records r JOIN announcements m ON m.number = r.message WHERE r.number > ? ORDER BY r.number LIMIT ?"
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
    number, message, *_, kind, equipment, at, fields, parallel = row
    path = EquipmentPath(equipment) if equipment is not None else None
    kept = rejection_of(journal, row[:-5])._replace(key=f"{journal}-r{number}", message=f"{journal}-a{message}")
    return Announced(Record(kind, path, at, json.loads(fields)), bool(parallel), kept)


def mark_of(cause: tuple[str, ...]) -> str:
    """A short name for a cause, whose topic may be long."""
    return hashlib.blake2b(json.dumps(cause).encode(), digest_size=16).hexdigest()


def storable(text: str | None) -> str | None:
    """Lone surrogates, which no database holds, are replaced."""
    return None if text is None else text.encode("utf-8", "replace").decode()
