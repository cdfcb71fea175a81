"""Records that the registry does not take, on their way from the journal into quarantine."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.announcements import announcement
from support.waiting import eventually

from uns.context.values import Record
from uns.equipment import EquipmentPath
from uns.finding import Finding, SamplePlace, found
from uns.journal.journal import Journal
from uns.journal.mover import Mover
from uns.journal.store import Store
from uns.journal.values import Announced, Announcement
from uns.quarantine import Rejection

NOW = 1_700_000_000_000_000_000
OVERLAP = found("batch-overlap", "'P-1' still runs", "end it first", SamplePlace("mes/orders", "START/L1"))
LATE = found("context-late", "it begins a minute ago", "announce it sooner", SamplePlace("mes/orders", "START/L1"))


class Away(Exception):
    """The registry's."""


def started(batch: str) -> Announcement:
    record = Record("batch-start", EquipmentPath("dallas/line-1"), NOW, {"id": batch, "start": NOW})
    return announcement(record, NOW, "mes/orders#START/L1", payload=b"START L1", findings=(LATE,))


class Registry:
    """Takes no record; what it keeps of them it keeps only once `away` is over."""

    def __init__(self) -> None:
        self.away = True
        self.tried = 0
        self.kept: list[Rejection] = []
        self.told: list[Rejection] = []

    def apply(self, records: Sequence[Announced]) -> list[tuple[Finding, ...]]:
        return [(OVERLAP,)] * len(records)

    def keep(self, rejections: Sequence[Rejection]) -> None:
        self.tried += 1
        if self.away and rejections:
            raise Away("locked")
        self.kept += rejections


def test_a_record_that_is_refused_is_told_once_and_only_when_it_is_kept(tmp_path: Path) -> None:
    registry = Registry()
    journal = Journal(tmp_path, lambda waits: None)
    one = started("B-1")
    mover = Mover(journal, registry.keep, registry.apply, (Away,), overruled=registry.told.append)
    for item in (one, started("B-2")._replace(raw=one.raw), started("B-3")):
        journal.put(item, None)
    eventually(lambda: mover.away == "locked" and registry.tried > 1)
    assert registry.told == []
    registry.away = False
    eventually(lambda: len(registry.kept) == 3)
    mover.stop()
    journal.stop()
    assert registry.told == registry.kept
    assert {each.raw.payload for each in registry.kept} == {b"START L1"}
    assert len({each.key for each in registry.kept}) == 3
    assert registry.kept[0].findings == (OVERLAP, LATE), "the registry's first, then what was found before"
    assert (mover.applied, mover.stuck, journal.record_bytes) == (3, 0, 0)


def test_a_journal_that_fails_for_a_moment_is_no_fault_of_this_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, failures = Registry(), [sqlite3.OperationalError("disk I/O error")]
    registry.away = False
    payload = Store.payload

    def failing(store: Store, number: int) -> bytes:
        if failures:
            raise failures.pop()
        return payload(store, number)

    monkeypatch.setattr(Store, "payload", failing)
    journal = Journal(tmp_path, lambda waits: None)
    mover = Mover(journal, registry.keep, registry.apply, (Away,), overruled=registry.told.append)
    journal.put(started("B-1"), None)
    eventually(lambda: len(registry.kept) == 1)
    mover.stop()
    journal.stop()
    assert (failures, mover.stuck, len(registry.told), mover.away) == ([], 0, 1, "")
