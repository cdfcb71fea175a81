"""Records as the path hands them to the journal, and as the journal hands them on."""

from __future__ import annotations

from uns.context.values import Record
from uns.finding import Finding
from uns.instant import Instant
from uns.journal.values import Announced, Announcement
from uns.message import RawMessage
from uns.quarantine import Rejection

BEFORE_ANNOUNCEMENTS = (
    "DROP TABLE records; DROP TABLE announcements; CREATE TABLE records (number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " kind TEXT NOT NULL, equipment TEXT, at INTEGER NOT NULL, fields TEXT NOT NULL, source TEXT NOT NULL,"
    " rule TEXT NOT NULL, received INTEGER NOT NULL, parallel INTEGER NOT NULL); PRAGMA user_version = 3;"
)
"""What makes a journal one of version 3."""


def announcement(
    record: Record, received: Instant, source: str = "mes/orders", rule: str = "d/start", parallel: bool = False,
    payload: bytes = b"{}", findings: tuple[Finding, ...] = (),
) -> Announcement:  # fmt: skip
    """`source` is a raw topic, and behind a `#` the tag."""
    topic, _, tag = source.partition("#")
    raw = RawMessage(topic, payload, received)
    return Announcement(raw, record, parallel, Rejection("", "", raw, tag or None, rule, findings, "b1", "7", "dallas"))


def announced(announcement: Announcement) -> Announced:
    return Announced(announcement.record, announcement.parallel, announcement.kept)
