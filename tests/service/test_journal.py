"""The local journal: safe before it says so, bounded, and emptied into the registry."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.announcements import BEFORE_ANNOUNCEMENTS, announced, announcement
from support.waiting import eventually

from uns.context.values import Record
from uns.equipment import EquipmentPath
from uns.finding import Finding, SamplePlace, found
from uns.journal import rows
from uns.journal.journal import Journal
from uns.journal.mover import AGE_EVERY, Mover
from uns.journal.store import FIRST, NEWEST, Store
from uns.journal.values import Announced, Announcement, Refusal
from uns.message import RawMessage
from uns.quarantine import Rejection
from uns.service.run import mended_by

RAW = RawMessage("plc/a", b"{}", 1_700_000_000_000_000_000, 3, 1, False, True, False)
FINDING = found("rule-none", "no rule", "add one", SamplePlace("plc/a", "t"))


def refusal(
    number: int = 0,
    tags: Sequence[str | None] = ("t",),
    payload: bytes = b"{}",
    topic: str = "plc/a",
    message: str = "no rule",
) -> Refusal:
    raw = replace(RAW, received=RAW.received + number, payload=payload, topic=topic)
    finding = replace(FINDING, message=message)
    return Refusal(
        raw, tuple(Rejection("", "", raw, tag, "d/r", (finding,), "b1", "7", "dallas", True) for tag in tags)
    )


def started(batch: str) -> Announcement:
    record = Record("batch-start", EquipmentPath("dallas/line-1"), RAW.received, {"id": batch, "start": RAW.received})
    return announcement(
        record, RAW.received, "mes/orders#START/L1", parallel=True, payload=b"START L1", findings=(FINDING,)
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "journal.db")
    yield store
    store.close()


def test_what_is_written_is_read_back_whole(store: Store) -> None:
    store.write([refusal(0, ("t", None)), started("B-1")])
    (_, one), (_, two) = store.rejections(0, 10)
    assert one.raw == two.raw == RAW
    assert one.message == two.message
    assert one.key != two.key
    assert (one.tag, two.tag) == ("t", None)
    assert one.repeated
    assert (one.findings, one.bundle, one.context, one.site, one.rule) == ((FINDING,), "b1", "7", "dallas", "d/r")
    ((number, record),) = store.records(0, 10)
    written = started("B-1")
    whole = replace(record.kept.raw, payload=store.payload(number))
    assert record._replace(kept=record.kept._replace(key="", message="", raw=whole)) == announced(written)


def test_keys_are_unique_beyond_the_life_of_a_journal(tmp_path: Path) -> None:
    keys = set()
    for name in ("one", "two"):
        store = Store(tmp_path / name)
        store.write([refusal()])
        keys.add(store.rejections(0, 1)[0][1].key)
        store.close()
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("opened", "remedy"),
    [("mode=ro", "to the user of the service"), ("mode=rw", "end what holds it open")],
    ids=["somebody else's", "in use"],
)
def test_a_sound_journal_that_cannot_be_written_is_nothing_to_move_away(
    opened: str, remedy: str, tmp_path: Path
) -> None:
    Store(tmp_path / "journal.db").close()
    lock = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    ours = sqlite3.connect(f"file:{tmp_path / 'journal.db'}?{opened}", uri=True, timeout=0)
    with closing(lock), closing(ours), pytest.raises(sqlite3.OperationalError) as failed:
        ours.execute("DELETE FROM journal")
    assert remedy in (mended_by(failed.value) or "")


def test_a_journal_that_is_damaged_is_nothing_that_rights_or_room_would_mend(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"no database" * 1000)
    with pytest.raises(sqlite3.DatabaseError) as failed:
        Store(tmp_path / "journal.db")
    assert mended_by(failed.value) is None


def test_a_journal_of_another_version_is_left_alone_and_says_so(tmp_path: Path) -> None:
    Store(tmp_path / "journal.db").close()
    with sqlite3.connect(tmp_path / "journal.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(sqlite3.DatabaseError, match="another version of uns"):
        Store(tmp_path / "journal.db")


def test_of_one_cause_the_first_and_the_newest_are_kept_and_the_others_counted(store: Store) -> None:
    store.write([refusal(number) for number in range(1500)])
    store.write([refusal(0, ("other",))])
    kept = [each.raw.received - RAW.received for _, each in store.rejections(0, 5000) if each.tag == "t"]
    assert kept == [*range(FIRST), *range(1500 - NEWEST, 1500)]
    assert store.counted_only == 1500 - FIRST - NEWEST
    assert len(store.rejections(0, 5000)) == FIRST + NEWEST + 1
    (messages,) = store.connection.execute("SELECT COUNT(*) FROM messages").fetchone()
    assert messages == FIRST + NEWEST + 1


def test_bytes_are_bounded_too(tmp_path: Path) -> None:
    store = Store(tmp_path / "journal.db", most_bytes=1_000_000)
    for number in range(300):
        store.write([refusal(number, (f"tag-{number}",), b"x" * 10_000)])
    kept = store.rejections(0, 1000)
    assert 0 < len(kept) < 101
    assert kept[-1][1].tag == "tag-299"
    assert len(kept) + store.counted_only == 300


FLOODS: dict[str, Callable[[int], Refusal]] = {
    "tiny payloads": lambda each: refusal(each, (f"tag-{each}",), topic=f"plc/{each}"),
    "long addresses": lambda each: refusal(each, (f"tag-{each}",), topic=f"plc/{each}/{'x' * 20_000}"),
    "long tags": lambda each: refusal(each, (f"{each}{'é' * 1_000}", "a", "b")),
    "long findings": lambda each: refusal(each, ("t",), topic=f"plc/{each}", message="x" * 4_000),
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_of_causes_is_bounded_on_disk(tmp_path: Path, flood: str) -> None:
    store = Store(tmp_path / "journal.db", most_bytes=2_000_000)
    rejected = 0
    for at in range(0, 6_000 if flood != "long addresses" else 800, 40):
        some = [FLOODS[flood](each) for each in range(at, at + 40)]
        store.write(some)
        rejected += sum(len(each.rejections) for each in some)
    kept = store.rejections(0, 100_000)
    assert 50 < len(kept) < rejected // 2
    assert len(kept) + store.counted_only == rejected
    pages, size = (store.connection.execute(f"PRAGMA {each}").fetchone()[0] for each in ("page_count", "page_size"))
    assert pages * size < 1.25 * 2_000_000 + LARGEST_GROUP[flood]


LARGEST_GROUP = {"tiny payloads": 0, "long addresses": 40 * 41_000, "long tags": 0, "long findings": 0}
"""What is written comes before what goes."""


def test_causes_are_bounded_too(tmp_path: Path) -> None:
    store = Store(tmp_path / "journal.db", most_causes=200)
    for at in range(0, 1_000, 7):
        store.write([refusal(each, (f"tag-{each}",)) for each in range(at, at + 7)])
        assert len(store.causes) <= 200
    kept = store.rejections(0, 10_000)
    assert len(kept) > 150
    assert len(kept) + store.counted_only == 1_001


def test_what_is_counted_survives_a_restart_and_ends_at_nothing(tmp_path: Path, store: Store) -> None:
    store.write([refusal(each, (f"tag-{each}", "ü"), b"x" * each, topic=f"plc/ü/{each}") for each in range(50)])
    again = Store(tmp_path / "journal.db")
    assert (again.size, again.causes) == (store.size, store.causes)
    again.delete([number for number, _ in again.rejections(0, 1_000)], [])
    assert (again.size, again.causes) == (0, {})
    again.close()


def test_a_deletion_that_fails_is_tried_again_whole(store: Store) -> None:
    store.write([refusal(0, ("a", "b"))])
    before = (store.size, dict(store.causes))
    store.connection.execute(
        "CREATE TRIGGER full BEFORE DELETE ON rejections WHEN OLD.tag = 'b' BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    with pytest.raises(sqlite3.Error, match="full"):
        store.delete([1, 2], [])
    assert (store.size, store.causes) == before
    store.connection.execute("DROP TRIGGER full")
    store.delete([1, 2], [])
    assert (store.size, store.causes) == (0, {})


def test_large_messages_are_moved_a_few_at_a_time(store: Store) -> None:
    store.write([refusal(each, (f"tag-{each}",), b"x" * 1_000) for each in range(10)])
    assert [number for number, _ in store.rejections(0, 100, 3_000)] == [1, 2, 3]
    assert [number for number, _ in store.rejections(3, 100, 1)] == [4]


def test_what_the_registry_has_is_deleted(store: Store) -> None:
    store.write([refusal(), refusal(1), started("B-1")])
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
    eventually(lambda: "full" in journal.failing)
    assert done == []
    journal.store.connection.execute("PRAGMA max_page_count = 100000")
    eventually(lambda: done == ["big"])
    assert journal.failing == ""
    assert [bool(each) for each in said] == [True, False]
    journal.stop()


def test_who_writes_nothing_waits_for_what_was_handed_in_before(tmp_path: Path) -> None:
    committed: list[Any] = []
    journal = Journal(tmp_path, committed.extend)
    journal.store.connection.execute("PRAGMA busy_timeout = 10")
    lock = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    journal.put(started("B-1"), "says it first")
    journal.put(None, "says it again")
    eventually(lambda: journal.failing)
    assert not committed
    lock.execute("ROLLBACK")
    eventually(lambda: committed == ["says it first", "says it again"])
    assert len(journal.store.records(0, 10)) == 1
    lock.close()
    journal.stop()


def test_what_finds_no_room_together_is_written_in_parts(tmp_path: Path) -> None:
    """A disk that stays nearly full takes what it can: otherwise a thousand rejections would wait for room for all."""
    done: list[Any] = []
    journal = Journal(tmp_path, done.extend)
    pages = journal.store.connection.execute("PRAGMA page_count").fetchone()[0]
    journal.store.connection.execute(f"PRAGMA max_page_count = {pages}")
    journal.put(refusal(0, payload=b"x" * 100_000), 0)
    eventually(lambda: "full" in journal.failing)
    for number in range(1, 9):
        journal.put(refusal(number, payload=b"x" * 100_000), number)
    journal.store.connection.execute(f"PRAGMA max_page_count = {pages + 80}")
    eventually(lambda: done == [0, 1, 2], why=lambda: done)
    journal.store.connection.execute("PRAGMA max_page_count = 100000")
    eventually(lambda: done == list(range(9)), 20, lambda: done)
    journal.stop()


def test_what_is_kept_grows_old_also_where_nothing_is_rejected(tmp_path: Path) -> None:
    asked: list[Sequence[Rejection]] = []
    journal = Journal(tmp_path, lambda waits: None)
    mover = Mover(journal, asked.append, lambda records: [], (Away,), age_every=0.05)
    eventually(lambda: len(asked) >= 3)
    mover.stop()
    journal.stop()
    assert not any(asked)
    assert AGE_EVERY <= 3600


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

    def apply(records: Sequence[Announced]) -> list[tuple[Finding, ...]]:
        if away.is_set():
            raise Away("locked")
        applied.extend(each.record.fields["id"] for each in records)
        return [()] * len(records)

    journal = Journal(tmp_path, lambda waits: None)
    mover = Mover(journal, keep, apply, (Away,))
    for number in range(5):
        journal.put(refusal(number, (f"t{number}",)), None)
        journal.put(started(f"B-{number}"), None)
    eventually(lambda: mover.away)
    away.clear()
    eventually(lambda: len(kept) == len(applied) == 5)
    mover.stop()
    journal.stop()
    assert kept == [f"t{number}" for number in range(5)]
    assert applied == [f"B-{number}" for number in range(5)]
    assert mover.applied == 5
    store = Store(tmp_path / "journal.db")
    assert (store.rejections(0, 10), store.records(0, 10)) == ([], [])
    store.close()


def test_a_mover_that_cannot_read_the_journal_says_so_and_tries_again(tmp_path: Path) -> None:
    """As on a disk that is full at the start: opening the file writes a little."""
    kept: list[str | None] = []
    (tmp_path / "state").mkdir()
    journal = Journal(tmp_path / "state", lambda waits: None)
    (tmp_path / "state").rename(tmp_path / "elsewhere")

    def keep(rejections: Sequence[Rejection]) -> None:
        kept.extend(each.tag for each in rejections)

    mover = Mover(journal, keep, lambda records: [], (Away,))
    assert eventually(lambda: mover.away) == f"the journal {journal.path} cannot be read: unable to open database file"
    (tmp_path / "elsewhere").rename(tmp_path / "state")
    journal.put(refusal(), None)
    eventually(lambda: kept == ["t"] and not mover.away)
    mover.stop()
    journal.stop()


def test_a_journal_of_the_version_before_goes_on(tmp_path: Path) -> None:
    store = Store(tmp_path / "journal.db")
    store.write([refusal(0)])
    store.connection.executescript(
        f"{BEFORE_ANNOUNCEMENTS} ALTER TABLE rejections DROP COLUMN pointer;"
        "ALTER TABLE rejections DROP COLUMN elsewhere; PRAGMA user_version = 1;"
    )
    store.close()
    store = Store(tmp_path / "journal.db")
    ((_, kept),) = store.rejections(0, 10)
    store.close()
    assert (kept.raw, kept.pointer, kept.elsewhere) == (RAW, None, ())


def test_a_renewal_that_fails_halfway_locks_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "journal.db")
    store.connection.executescript(BEFORE_ANNOUNCEMENTS)
    store.close()
    with monkeypatch.context() as halfway:
        halfway.setitem(rows.RENEWALS, 3, f"{rows.RENEWALS[3]} INSERT INTO nowhere VALUES (1);")
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            Store(tmp_path / "journal.db")
    store = Store(tmp_path / "journal.db")
    store.write([started("B-1")])
    assert len(store.records(0, 10)) == 1
    store.close()


def test_a_journal_that_another_writes_is_not_waited_for_by_who_opens_it(tmp_path: Path) -> None:
    Store(tmp_path / "journal.db").close()
    with closing(sqlite3.connect(tmp_path / "journal.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        begun = time.monotonic()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            Store(tmp_path / "journal.db")
        assert time.monotonic() - begun < 15, "it would be thirty"
