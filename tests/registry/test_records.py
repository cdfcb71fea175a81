"""Records in the registry: the same judgement as on the timeline, and nothing is ever erased."""

from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError
from support.registry import author_at

from uns.context.shifts import ShiftPattern
from uns.context.timeline import Timeline
from uns.context.values import Batch, Product, Record
from uns.equipment import EquipmentPath
from uns.finding import SamplePlace
from uns.naming.standard import Standard
from uns.registry import batches, changes
from uns.registry.batches import row_of
from uns.registry.engine import transaction
from uns.registry.nouns import PRODUCTS, SHIFT_PATTERNS
from uns.registry.records import PlacedRecord, apply
from uns.registry.tables import BATCHES, REVISIONS, SHIFT_CHANGES
from uns.registry.timeline import load
from uns.registry.writing import Author

SECOND = 10**9
LINE = EquipmentPath("dallas/packaging/line-3")
WHERE = SamplePlace("mes/dallas/orders")
LONG = 10**18


def author(at: int = 1) -> Author:
    return author_at("mes", at * SECOND)


def record(kind: Any, at: int, equipment: EquipmentPath | None = LINE, **fields: Any) -> Record:
    return Record(
        kind, equipment, at * SECOND, {k: v * SECOND if k in ("start", "stop") else v for k, v in fields.items()}
    )


def announce(engine: Engine, standard: Standard, *records: Record, parallel: bool = False) -> list[str]:
    found = apply(engine, [PlacedRecord(each, WHERE, parallel) for each in records], standard, author())
    return [finding.code for findings in found for finding in findings]


def test_what_was_recorded_is_on_the_next_timeline(engine: Engine, standard: Standard) -> None:
    announce(
        engine, standard,
        record("product", 5, None, id="P", name="Cola", attributes={"litres": 0.33, "serial": 2**80}),
        record("batch-start", 10, id="A", product="P", order="O", quantity=2**70),
        record("batch-change", 20, id="B"),
    )  # fmt: skip
    line = load(engine, standard, LONG, 30 * SECOND)
    then, now = line.at(LINE, 15 * SECOND), line.at(LINE, 20 * SECOND)
    assert then.batch == Batch("A", LINE, 10 * SECOND, 20 * SECOND, "P", "O", 2**70)
    assert then.product == Product("P", "Cola", {"litres": 0.33, "serial": 2**80})
    assert now.batch == Batch("B", LINE, 20 * SECOND)
    assert line.revision == "1"


def test_nothing_that_changes_nothing_raises_the_revision(engine: Engine, standard: Standard) -> None:
    start = record("batch-start", 10, id="A")
    announce(engine, standard, start)
    before = changes.revision(engine)
    assert announce(engine, standard, start, record("batch-start", 20, id="B")) == ["batch-overlap"]
    assert changes.revision(engine) == before


def test_a_correction_supersedes_and_erases_nothing(engine: Engine, standard: Standard) -> None:
    apply(engine, [PlacedRecord(record("batch", 10, id="A", start=10, stop=20), WHERE)], standard, author(100))
    apply(engine, [PlacedRecord(record("batch", 10, id="A", start=10, stop=30), WHERE)], standard, author(200))
    past, now = batches.history(engine, "A")
    assert (past.value.stop, past.superseded_at, past.superseded_by) == (20 * SECOND, 200 * SECOND, "mes")
    assert (now.value.stop, now.superseded_at) == (30 * SECOND, None)
    believed = {at: load(engine, standard, LONG, 0, at * SECOND).at(LINE, 25 * SECOND).batch for at in (99, 150, 200)}
    assert [each.id if each else None for each in believed.values()] == [None, None, "A"]
    assert len(batches.get(engine, "A", 150 * SECOND)) == 1


@pytest.mark.parametrize(
    ("start", "stop", "parallel", "refused"),
    [
        (15, 25, False, True),
        (5, 11, False, True),
        (0, None, False, True),
        (12, 13, False, True),
        (20, 30, False, False),
        (0, 10, False, False),
        (12, 13, True, False),
        (12, 12, False, False),
    ],
)
def test_the_database_itself_refuses_an_overlap(
    engine: Engine, standard: Standard, start: int, stop: int | None, parallel: bool, refused: bool
) -> None:
    announce(engine, standard, record("batch", 10, id="A", start=10, stop=20))
    stamp = {"recorded_at": 0, "recorded_in": 1, "recorded_by": "sql"}
    row = row_of(Batch("B", LINE, start * SECOND, None if stop is None else stop * SECOND), parallel)
    with engine.connect() as connection:
        if refused:
            with pytest.raises(IntegrityError, match="batch-overlap"):
                connection.execute(insert(BATCHES).values({**row, **stamp}))
        else:
            connection.execute(insert(BATCHES).values({**row, **stamp}))


@given(st.lists(st.tuples(st.integers(0, 12), st.none() | st.integers(0, 4)), max_size=12))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_refuses_just_what_shares_an_instant(shared: Engine, spans: list[tuple[int, int | None]]) -> None:
    """Against a look at all that were taken; a batch without length shares no instant with anybody."""
    stamp = {"recorded_at": 0, "recorded_in": 1, "recorded_by": "sql"}
    taken: list[tuple[int, float]] = []
    with shared.connect() as connection:
        for number, (start, length) in enumerate(spans):
            stop = None if length is None else start + length
            until = float("inf") if stop is None else stop
            refused = start < until and any(start < other_until and other < until for other, other_until in taken)
            row = row_of(Batch(f"B-{number}", LINE, start, stop), parallel=False)
            attempt = connection.begin_nested()
            try:
                connection.execute(insert(BATCHES).values({**row, **stamp}))
            except IntegrityError:
                attempt.rollback()
                assert refused
            else:
                assert not refused
                taken += [(start, until)] * (start < until)
        connection.rollback()


def test_the_database_refuses_to_bring_an_overlap_back(engine: Engine, standard: Standard) -> None:
    announce(engine, standard, record("batch", 1, id="A", start=10, stop=20))
    announce(engine, standard, record("batch", 1, id="A", start=30, stop=40))
    announce(engine, standard, record("batch", 1, id="B", start=10, stop=20))
    with engine.connect() as connection, pytest.raises(IntegrityError, match="batch-overlap"):
        connection.execute(BATCHES.update().where(BATCHES.c.id == "A").values(superseded_at=None))


def test_parallel_equipment_runs_several(engine: Engine, standard: Standard) -> None:
    both = [record("batch-start", 10, id="A"), record("batch-start", 11, id="B")]
    assert announce(engine, standard, *both, parallel=True) == []
    assert load(engine, standard, LONG, 0).at(LINE, 12 * SECOND).ambiguous == ("A", "B")


def test_of_writers_at_the_same_time_one_wins_and_the_others_are_told(engine: Engine, standard: Standard) -> None:
    writers, told = 8, []
    together = Barrier(writers)

    def start(name: str) -> None:
        together.wait()
        told.append(announce(engine, standard, record("batch-start", 10, id=name)))

    threads = [Thread(target=start, args=(f"B-{each}",)) for each in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [[], *[["batch-overlap"]] * (writers - 1)]
    with engine.connect() as connection:
        assert len(connection.execute(select(BATCHES)).all()) == 1


def test_a_crew_that_takes_over_is_the_same_from_both(engine: Engine, standard: Standard) -> None:
    pattern = ShiftPattern("dallas", "day", frozenset(range(7)), 0, 0, "A")
    SHIFT_PATTERNS.put(engine, [pattern], author())
    taken, _ = load(engine, standard, LONG, 0).take(record("shift-change", 100, crew="Z"))
    announce(engine, standard, record("shift-change", 100, crew="Z"), record("shift-change", 100, crew="Z"))
    loaded = load(engine, standard, LONG, 0)
    for at in (99, 100, 6 * 3600 - 1, 6 * 3600):
        assert loaded.at(LINE, at * SECOND) == taken.at(LINE, at * SECOND)
    assert PRODUCTS.listed(engine).items == ()


NAMES = st.sampled_from(["A", "B", "C"])
TIMES = st.integers(0, 40)
PLACES = st.sampled_from([LINE, EquipmentPath("dallas/packaging")])
RECORDS = st.one_of(
    st.builds(lambda at, where, name: record("batch-start", at, where, id=name), TIMES, PLACES, NAMES),
    st.builds(lambda at, where, name: record("batch-stop", at, where, id=name), TIMES, PLACES, NAMES),
    st.builds(lambda at, where: record("batch-stop", at, where), TIMES, PLACES),
    st.builds(lambda at, where, name: record("batch-change", at, where, id=name), TIMES, PLACES, NAMES | st.just("")),
    st.builds(
        lambda start, length, where, name: record("batch", start, where, id=name, start=start, stop=start + length),
        TIMES, st.integers(0, 20), PLACES, NAMES,
    ),
    st.builds(lambda start, where, name: record("batch", start, where, id=name, start=start), TIMES, PLACES, NAMES),
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(RECORDS, max_size=12), parallel=st.booleans())
def test_the_timeline_that_takes_records_is_the_one_that_the_registry_tells(
    engine: Engine, standard: Standard, records: list[Record], parallel: bool
) -> None:
    with transaction(engine) as connection:
        connection.execute(delete(BATCHES))
        connection.execute(delete(SHIFT_CHANGES))
    line, said = Timeline.build(), []
    for each in records:
        line, findings = line.take(each, parallel, WHERE)
        said.append(findings)
    announced = [PlacedRecord(each, WHERE, parallel) for each in records]
    assert apply(engine, announced, standard, author()) == said
    loaded = load(engine, standard, LONG, 0)
    for at in range(-1, 70):
        for equipment in (LINE, EquipmentPath("dallas/packaging"), EquipmentPath("dallas/packaging/line-3/filler")):
            assert loaded.at(equipment, at * SECOND) == line.at(equipment, at * SECOND)


def test_revisions_only_rise(engine: Engine, standard: Standard) -> None:
    seen = []
    for at in range(5):
        announce(engine, standard, record("batch-change", at + 1, id=f"B-{at}"))
        seen.append(changes.revision(engine))
    assert seen == [1, 2, 3, 4, 5]
    with engine.connect() as connection:
        parts = {row.part: row.revision for row in connection.execute(select(REVISIONS))}
    assert parts == {"context": 5, "quarantine": 0, "submissions": 0, "replay": 0}
