"""The same registry on PostgreSQL: one schema, one behaviour, and the database itself refuses overlaps."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError
from support.postgres import binaries, postgres

from uns.bundle import Documents
from uns.context.shifts import ShiftPattern
from uns.context.values import Batch, Product, Record
from uns.equipment import EquipmentPath
from uns.finding import SamplePlace, found
from uns.message import RawMessage
from uns.naming.standard import Standard
from uns.quarantine import Rejection
from uns.registry import batches, changes, entries, replays, submissions
from uns.registry.batches import row_of
from uns.registry.bounds import Bounds
from uns.registry.changes import Watch
from uns.registry.csv import export, take
from uns.registry.engine import RegistryAway, connect
from uns.registry.entries import Filter
from uns.registry.migrate import is_current, migrate
from uns.registry.nouns import PRODUCTS, SHIFT_PATTERNS
from uns.registry.quarantine import discard, keep
from uns.registry.records import PlacedRecord, apply
from uns.registry.tables import BATCHES, METADATA
from uns.registry.timeline import load
from uns.registry.writing import Author

pytestmark = pytest.mark.skipif(binaries() is None, reason="no PostgreSQL server is installed (apt install postgresql)")

SECOND = 10**9
LINE = EquipmentPath("dallas/packaging/line-3")
WHERE = SamplePlace("mes/dallas")
MES = Author("mes", 1)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture
def engine(server: str) -> Iterator[Engine]:
    engine = connect(server)
    migrate(engine)
    yield engine
    migrate(engine, "base")
    engine.dispose()


def record(kind: str, at: int, **fields: object) -> PlacedRecord:
    return PlacedRecord(Record(kind, LINE, at * SECOND, fields), WHERE)  # type: ignore[arg-type]


def test_the_migrated_schema_is_what_the_tables_say(engine: Engine) -> None:
    assert is_current(engine)
    assert not migrate(engine)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), METADATA)
    assert [each for each in found if "ex_batch_overlap" not in str(each)] == []


def test_records_make_the_next_timeline(engine: Engine, standard: Standard) -> None:
    records = [record("batch-start", 10, id="A", product="P"), record("batch-start", 20, id="B")]
    findings = apply(engine, records, standard, MES)
    assert [[each.code for each in some] for some in findings] == [[], ["batch-overlap"]]
    apply(engine, [record("batch-change", 20, id="B"), record("shift-change", 25, crew="Z")], standard, MES)
    PRODUCTS.put(engine, [Product("P", "Cola", {"a": 1})], MES)
    SHIFT_PATTERNS.put(engine, [ShiftPattern("dallas", "day", frozenset(range(7)), 0, 0, "A")], MES)
    line = load(engine, standard, 10**18, 0)
    assert line.at(LINE, 15 * SECOND).product == Product("P", "Cola", {"a": 1})
    assert line.at(LINE, 30 * SECOND).members["batch"] == {"id": "B"}
    assert line.at(LINE, 30 * SECOND).members["shift"]["crew"] == "Z"
    assert line.revision == "4"
    assert [each.value.stop for each in batches.history(engine, "A")] == [None, 20 * SECOND]


def test_the_database_itself_refuses_an_overlap(engine: Engine, standard: Standard) -> None:
    apply(engine, [record("batch-start", 10, id="A")], standard, MES)
    stamp = {"recorded_at": 0, "recorded_in": 1, "recorded_by": "sql"}
    with engine.connect() as connection, pytest.raises(IntegrityError, match="ex_batch_overlap"):
        connection.execute(insert(BATCHES).values({**row_of(Batch("B", LINE, 20 * SECOND), False), **stamp}))
    with engine.connect() as connection:
        connection.execute(insert(BATCHES).values({**row_of(Batch("B", LINE, 0, 10 * SECOND), False), **stamp}))


def test_of_writers_at_the_same_time_one_wins(engine: Engine, standard: Standard) -> None:
    told: list[int] = []

    def start(name: str) -> None:
        told.append(len(apply(engine, [record("batch-start", 10, id=name)], standard, MES)[0]))

    threads = [threading.Thread(target=start, args=(f"B-{each}",)) for each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [0, 1, 1, 1]


def test_a_change_is_heard_at_once(engine: Engine) -> None:
    with Watch(engine) as watch:
        assert watch.wait(0, 0.1) == 0
        writer = threading.Timer(0.2, lambda: PRODUCTS.put(engine, [Product("P")], MES))
        writer.start()
        assert watch.wait(0, 20) == 1
        writer.join()
    assert changes.revision(engine) == 1


def test_a_connection_that_is_cut_off_is_away_and_the_next_one_works(engine: Engine) -> None:
    with Watch(engine) as watch:
        cut = threading.Timer(0.3, lambda: _cut_off(engine))
        cut.start()
        with pytest.raises(RegistryAway):
            watch.wait(0, 20)
        cut.join()
    assert changes.revision(engine) == 0


def _cut_off(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )


def test_a_database_whose_machine_goes_without_a_word_is_given_up_within_seconds(engine: Engine) -> None:
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        with socket.socket(fileno=os.dup(driver.fileno())) as line:
            assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 20_000
            assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10


def test_quarantine_keeps_within_its_bounds(engine: Engine) -> None:
    finding = found("value-type", "is not a number", "decimal", SamplePlace("plc/a"))
    raw = [RawMessage("plc/a", bytes([each]), each * SECOND) for each in range(20)]
    some = [Rejection(f"u-{at}", f"m-{at}", each, None, None, (finding,), "b", "1") for at, each in enumerate(raw)]
    keep(engine, some, 0, Bounds(first=2, newest=3))
    keep(engine, some, 0, Bounds(first=2, newest=3))
    assert entries.stock(engine)[:3] == (20, 15, 5)
    assert [entries.count(engine, entries.Filter(code=code)) for code in ("value-type", "value_type")] == [5, 0]
    first = entries.entries(engine, limit=2)
    assert [each.raw.payload[0] for each in first.items] == [19, 18]
    assert [each.raw.payload[0] for each in entries.entries(engine, cursor=first.next).items] == [17, 1, 0]
    keep(engine, [], 0, Bounds(max_bytes=2 * entries.stock(engine).bytes // 5))
    assert entries.stock(engine)[:3] == (20, 18, 2)
    others = [each._replace(key=f"o-{at}", raw=replace(raw[at], topic=f"plc/{at}")) for at, each in enumerate(some)]
    keep(engine, others, 0, Bounds(max_causes=5))
    stock = entries.stock(engine)
    assert stock.quarantined == stock.kept + stock.counted_only == 40
    assert len(entries.counts(engine)) == 6


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "é" * 30_000, ""])
def test_whatever_a_machine_calls_things_can_be_kept(engine: Engine, text: str) -> None:
    where = SamplePlace(f"plc/{text}", text)
    raw = RawMessage(f"plc/{text}", b"\0\xff", SECOND)
    keep(engine, [Rejection("u-1", "m-1", raw, text, None, (found("value-type", text, "x", where),), "b", "1")], 0)
    assert entries.entries(engine, Filter(topic=f"plc/{text}")).items[0].raw.payload == b"\0\xff"


def test_a_replay_is_taken_up_once_and_settled(engine: Engine) -> None:
    finding = found("value-type", "is not a number", "decimal", SamplePlace("plc/a"))
    raw = [RawMessage(f"plc/{at}", b"1", at * SECOND) for at in range(1_200)]
    some = [Rejection(f"u-{at}", f"m-{at}", each, None, None, (finding,), "b", "1") for at, each in enumerate(raw)]
    keep(engine, some, 0)
    with Watch(engine, "replay") as watch:
        number = replays.ask(engine, Filter(code="value-type"), MES).id
        assert watch.wait(0, 5) == 1
    one = replays.take(engine, "one", lambda topic, key: topic == "plc/1199")
    assert one is not None
    both = [replays.take(engine, instance, lambda topic, key: True, 600) for instance in ("one", "two")]
    assert [len(each.entries) for each in both if each is not None] == [600, 599]
    for each in both:
        assert each is not None
        settled = [
            replays.Settlement(entry, (finding,) if entry.id % 2 else (), "d/r", "b2", "2") for entry in each.entries
        ]
        replays.settle(engine, number, settled, MES)
    done = replays.replay(engine, number)
    assert done is not None
    assert (done.entries, done.waiting, done.replayed + done.refused) == (1_200, 1, 1_199)
    assert discard(engine, Filter(), MES) == done.refused + 1


def test_sheets_and_submissions(engine: Engine, standard: Standard) -> None:
    sheet = b"id,equipment,start,stop\nA,dallas/packaging/line-3,2026-11-20T10:00Z,\n"
    assert take(engine, "batches", sheet, "b.csv", standard, MES).tally.added == 1
    assert take(engine, "batches", export(engine, "batches").encode(), "b.csv", standard, MES).tally.unchanged == 1
    documents = Documents({"standard.yaml": b"\x00\xff"}, {})
    assert submissions.submit(engine, documents, "r1", MES)
    assert (submissions.in_force(engine) or (None, None))[1] == documents
    assert len(submissions.listed(engine).items) == 1
    assert [each.value.id for each in batches.listed(engine).items] == ["A"]


def test_a_server_that_is_not_there_is_away() -> None:
    before = time.monotonic()
    with pytest.raises(RegistryAway, match="cannot be reached"):
        changes.revision(connect("postgresql://uns@127.0.0.1:1/none"))
    assert time.monotonic() - before < 20
