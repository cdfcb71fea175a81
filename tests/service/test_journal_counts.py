"""What the journal counts on the way to the registry: bytes of records that wait, and rejections, each of them once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.announcements import announcement
from support.waiting import eventually

from uns.context.values import Record
from uns.equipment import EquipmentPath
from uns.finding import SamplePlace, found
from uns.journal.journal import Journal
from uns.journal.mover import Mover
from uns.journal.store import FIRST, NEWEST, Store
from uns.journal.values import Announcement, Refusal
from uns.message import RawMessage
from uns.quarantine import Rejection

RAW = RawMessage("plc/a", b"{}", 1_700_000_000_000_000_000, 3, 1)
FINDING = found("rule-none", "no rule", "add one", SamplePlace("plc/a"))


def refusal(number: int) -> Refusal:
    raw = replace(RAW, received=RAW.received + number)
    return Refusal(raw, (Rejection("", "", raw, None, None, (FINDING,), "b1", "7", "dallas", False),))


def started(batch: str, payload: bytes = b"{}") -> Announcement:
    record = Record("batch-start", EquipmentPath("dallas/line-1"), RAW.received, {"id": batch, "start": RAW.received})
    return announcement(record, RAW.received, payload=payload)


def test_bytes_of_records_are_counted_as_long_as_they_wait(tmp_path: Path) -> None:
    store = Store(tmp_path / "journal.db")
    assert store.record_bytes == 0
    store.write([started("B-1")])
    one = store.record_bytes
    store.write([started("B-2")])
    assert store.record_bytes == 2 * one > 1_000
    other = Store(tmp_path / "journal.db")
    assert other.record_bytes == 2 * one
    other.close()
    with pytest.raises(AttributeError):
        store.write([started("B-3"), None])  # type: ignore[list-item]
    assert store.record_bytes == 2 * one
    store.delete([], [number for number, _ in store.records(0, 10)])
    assert store.record_bytes == 0
    store.close()


def test_records_of_one_message_keep_it_once_and_as_long_as_one_of_them_waits(tmp_path: Path) -> None:
    store, payload = Store(tmp_path / "journal.db"), b"x" * 100_000
    first = started("B-1", payload)
    others = [started(f"B-{number}")._replace(raw=first.raw) for number in range(2, 5)]
    store.write([first, *others[:1]])
    store.write(others[1:])
    assert 100_000 < store.record_bytes < 110_000
    numbers = [number for number, _ in store.records(0, 10)]
    store.delete([], numbers[:3])
    assert store.payload(numbers[3]) == payload
    store.delete([], numbers[3:])
    assert store.record_bytes == 0
    store.write([others[0]])
    ((number, _),) = store.records(0, 10)
    assert store.payload(number) == payload, "written anew: what was there of it is gone"
    store.close()


def test_a_commit_that_fails_leaves_no_record_without_its_message(tmp_path: Path) -> None:
    store = Store(tmp_path / "journal.db")
    one = started("B-1")
    with pytest.raises(AttributeError):
        store.write([one, None])  # type: ignore[list-item]
    store.write([one])
    ((number, _),) = store.records(0, 10)
    assert store.payload(number) == b"{}"
    store.close()


def test_what_is_on_its_way_to_the_registry_is_not_counted_as_dropped(tmp_path: Path) -> None:
    """It arrives there, and is counted there; so it is never counted twice."""
    first, all_of_them = FIRST + 50, FIRST + NEWEST + 100
    shipping, more = threading.Event(), threading.Event()
    shipped: list[Rejection] = []

    def keep(rejections: Sequence[Rejection]) -> None:
        if rejections:
            shipping.set()
            assert more.wait(60)
        shipped.extend(rejections)

    safe: list[Any] = []
    journal = Journal(tmp_path, safe.extend)
    for number in range(first):
        journal.put(refusal(number), number)
    eventually(lambda: len(safe) == first)
    mover = Mover(journal, keep, lambda records: None, (ConnectionError,))
    assert shipping.wait(20)
    for number in range(first, all_of_them):
        journal.put(refusal(number), number)
    eventually(lambda: len(safe) == all_of_them, 60)
    more.set()
    newest = RAW.received + all_of_them - 1
    eventually(lambda: shipped and shipped[-1].raw.received == newest)
    mover.stop()
    journal.stop()
    assert journal.counted_only > 0
    assert len(shipped) + journal.counted_only == all_of_them
