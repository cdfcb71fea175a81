"""The local journal: safe before it says so, bounded, and emptied into the registry."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from support.plant import until

from uns.context.values import Record
from uns.equipment import EquipmentPath
from uns.finding import SamplePlace, found
from uns.journal import store as store_module
from uns.journal.journal import Journal
from uns.journal.mover import Mover
from uns.journal.store import FIRST, NEWEST, Store
from uns.journal.values import Announced, Refusal
from uns.message import RawMessage
from uns.quarantine import Rejection

RAW = RawMessage("plc/a", b"{}", 1_700_000_000_000_000_000, 3, 1, False, True, False)
FINDING = found("rule-none", "no rule", "add one", SamplePlace("plc/a", "t"))


def refusal(number: int = 0, tags: Sequence[str | None] = ("t",), payload: bytes = b"{}") -> Refusal:
    raw = RAW._replace(received=RAW.received + number, payload=payload)
    return Refusal(
        raw, tuple(Rejection("", "", raw, tag, "d/r", (FINDING,), "b1", "7", "dallas", True) for tag in tags)
    )


def announced(batch: str) -> Announced:
    record = Record("batch-start", EquipmentPath("dallas/line-1"), RAW.received, {"id": batch, "start": RAW.received})
    return Announced("", record, "mes/orders#START/L1", "d/start", RAW.received, True)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "journal.db")
    yield store
    store.close()


def test_what_is_written_is_read_back_whole(store: Store) -> None:
    store.write([refusal(0, ("t", None)), announced("B-1")])
    (_, one), (_, two) = store.rejections(0, 10)
    assert one.raw == two.raw == RAW
    assert one.message == two.message
    assert one.key != two.key
    assert (one.tag, two.tag) == ("t", None)
    assert one.repeated
    assert (one.findings, one.bundle, one.context, one.site, one.rule) == ((FINDING,), "b1", "7", "dallas", "d/r")
    ((_, record),) = store.records(0, 10)
    assert record._replace(key="") == announced("B-1")


def test_keys_are_unique_beyond_the_life_of_a_journal(tmp_path: Path) -> None:
    keys = set()
    for name in ("one", "two"):
        store = Store(tmp_path / name)
        store.write([refusal()])
        keys.add(store.rejections(0, 1)[0][1].key)
        store.close()
    assert len(keys) == 2


def test_of_one_cause_the_first_and_the_newest_are_kept_and_the_others_counted(store: Store) -> None:
    store.write([refusal(number) for number in range(1500)])
    store.write([refusal(0, ("other",))])
    kept = [each.raw.received - RAW.received for _, each in store.rejections(0, 5000) if each.tag == "t"]
    assert kept == [*range(FIRST), *range(1500 - NEWEST, 1500)]
    assert store.counted_only == 1500 - FIRST - NEWEST
    assert len(store.rejections(0, 5000)) == FIRST + NEWEST + 1
    (messages,) = store.connection.execute("SELECT COUNT(*) FROM messages").fetchone()
    assert messages == FIRST + NEWEST + 1


def test_bytes_are_bounded_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "MOST_BYTES", 1_000_000)
    for number in range(300):
        store.write([refusal(number, (f"tag-{number}",), b"x" * 10_000)])
    kept = store.rejections(0, 1000)
    assert 0 < len(kept) < 101
    assert kept[-1][1].tag == "tag-299"
    assert len(kept) + store.counted_only == 300


def test_what_the_registry_has_is_deleted(store: Store) -> None:
    store.write([refusal(), refusal(1), announced("B-1")])
    (first, _), (second, _) = store.rejections(0, 10)
    store.delete([first], [1])
    assert [number for number, _ in store.rejections(0, 10)] == [second]
    assert store.records(0, 10) == []
    (messages,) = store.connection.execute("SELECT COUNT(*) FROM messages").fetchone()
    assert messages == 1


def test_a_completion_means_that_it_is_on_disk(tmp_path: Path) -> None:
    seen: list[tuple[Any, int]] = []

    def committed(waits: list[Any]) -> None:
        reader = Store(tmp_path / "journal.db")
        seen.extend((each, len(reader.rejections(0, 10_000))) for each in waits)
        reader.close()

    journal = Journal(tmp_path, committed)
    for number in range(200):
        journal.put(refusal(number), number)
    journal.stop()
    assert [number for number, _ in seen] == list(range(200))
    assert all(on_disk > number for number, on_disk in seen)


def test_while_nothing_can_be_written_nothing_is_completed(tmp_path: Path) -> None:
    done: list[Any] = []
    said: list[str] = []
    journal = Journal(tmp_path, done.extend, said.append)
    pages = journal.store.connection.execute("PRAGMA page_count").fetchone()[0]
    journal.store.connection.execute(f"PRAGMA max_page_count = {pages}")
    journal.put(refusal(0, ("t",), b"x" * 1_000_000), "big")
    until(lambda: "full" in journal.failing)
    assert done == []
    journal.store.connection.execute("PRAGMA max_page_count = 100000")
    until(lambda: done == ["big"])
    assert journal.failing == ""
    assert [bool(each) for each in said] == [True, False]
    journal.stop()


class Away(Exception):
    pass


def test_the_mover_ships_once_the_registry_is_there_and_then_deletes(tmp_path: Path) -> None:
    kept: list[str | None] = []
    applied: list[str] = []
    away = threading.Event()
    away.set()

    def keep(rejections: Sequence[Rejection]) -> None:
        if away.is_set():
            raise Away("locked")
        kept.extend(each.tag for each in rejections)

    def apply(records: Sequence[Announced]) -> None:
        if away.is_set():
            raise Away("locked")
        applied.extend(each.record.fields["id"] for each in records)

    journal = Journal(tmp_path, lambda waits: None)
    mover = Mover(journal, keep, apply, (Away,))
    for number in range(5):
        journal.put(refusal(number, (f"t{number}",)), None)
        journal.put(announced(f"B-{number}"), None)
    until(lambda: mover.away == "locked")
    away.clear()
    until(lambda: len(kept) == len(applied) == 5)
    mover.stop()
    journal.stop()
    assert kept == [f"t{number}" for number in range(5)]
    assert applied == [f"B-{number}" for number in range(5)]
    assert mover.applied == 5
    store = Store(tmp_path / "journal.db")
    assert (store.rejections(0, 10), store.records(0, 10)) == ([], [])
    store.close()
