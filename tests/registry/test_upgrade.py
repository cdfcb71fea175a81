"""Up and down again with data in it, on both engines: what a revision can hold is neither lost nor changed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, delete, insert, select
from sqlalchemy.exc import IntegrityError
from support.postgres import binaries, postgres

from uns.bundle import Documents
from uns.context.shifts import ShiftException, ShiftPattern
from uns.context.values import Product, Record
from uns.equipment import EquipmentPath
from uns.finding import SamplePlace, found
from uns.message import RawMessage
from uns.naming.standard import Standard
from uns.quarantine import Rejection
from uns.registry import batches, replays, submissions
from uns.registry.bounds import Bounds
from uns.registry.csv import KINDS, export
from uns.registry.engine import connect, transaction
from uns.registry.entries import Filter
from uns.registry.migrate import head, migrate, packaged
from uns.registry.nouns import EQUIPMENT, PRODUCTS, SHIFT_EXCEPTIONS, SHIFT_PATTERNS, Equipment
from uns.registry.quarantine import keep
from uns.registry.records import PlacedRecord, apply
from uns.registry.removal import remove
from uns.registry.timeline import load
from uns.registry.writing import Author

HOUR = 3_600 * 10**9
LINE = EquipmentPath("dallas/packaging/line-3")
MES, ANN = Author("mes", 1), Author("ann", 2, "the MES had it wrong")
WHERE = SamplePlace("mes/dallas")
REVISIONS = packaged()
ONCE_CALLED = {"shift_pattern": {"equipment": "site"}, "shift_exception": {"equipment": "site"}}
POSTGRES = pytest.mark.skipif(binaries() is None, reason="no PostgreSQL server is installed (apt install postgresql)")

NO_REPLAY = {"revision": 0}

Rows = list[dict[str, Any]]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=POSTGRES)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Without any table."""
    if request.param == "postgresql":
        with postgres() as url:
            engine = connect(url)
            yield engine
            engine.dispose()
    else:
        engine = connect(f"sqlite:///{tmp_path}/uns.db")
        yield engine
        engine.dispose()


def fill(engine: Engine, standard: Standard, number: str | None = None) -> None:
    """Something in every table, with corrections in those that are bitemporal; `number` is an id of equipment."""

    def record(kind: str, at: int, **fields: object) -> None:
        assert apply(engine, [PlacedRecord(Record(kind, LINE, at, fields), WHERE)], standard, MES) == [()]  # type: ignore[arg-type]

    EQUIPMENT.put(
        engine, [Equipment(LINE, "Filling line", id=number), Equipment("dallas", steward="ot@acme.example")], MES
    )
    PRODUCTS.put(engine, [Product("SKU-42", "Cola", {"litres": 0.33})], MES)
    PRODUCTS.put(engine, [Product("SKU-42", "Cola 330", {"litres": 0.33})], ANN)
    days = frozenset(range(5))
    SHIFT_PATTERNS.put(engine, [ShiftPattern("dallas", "day", days, 360, 1080, "A", date(2026, 1, 1), None)], MES)
    SHIFT_PATTERNS.put(engine, [ShiftPattern("dallas", "night", days, 1080, 360, "B", None, date(2027, 1, 1))], MES)
    SHIFT_EXCEPTIONS.put(engine, [ShiftException("dallas", date(2026, 12, 25), "day", None, None, None)], MES)
    record("batch-start", HOUR, id="A", product="SKU-42")
    record("batch-change", 2 * HOUR, id="B", order="O-7")
    record("batch-stop", 3 * HOUR, id="B")
    record("shift-change", 4 * HOUR, id="day", crew="C")
    documents = Documents({"standard.yaml": b"\x00\xff"}, {"telemetry/1.json": b"{}"})
    assert submissions.submit(engine, documents, "r1", ANN)
    submissions.note_schemas(engine, {"telemetry/1.json": "f"}, ANN)
    raw = RawMessage("plc/a", b"\x00\xff", HOUR)
    finding = found("value-type", "is not a number", "decimal", SamplePlace("plc/a"))
    some = [Rejection(f"u-{each}", f"m-{each}", raw, None, None, (finding,), "b", "1") for each in range(3)]
    keep(engine, some, 0, Bounds(first=1, newest=1))
    replays.ask(engine, Filter(code="value-type"), ANN)


def content(engine: Engine) -> dict[str, Rows]:
    """Every table's rows, by column."""
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        return {
            name: [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for name, table in tables.tables.items()
            if name != "alembic_version"
        }


def only(rows: dict[str, Rows], held: dict[str, Rows]) -> dict[str, Rows]:
    """What of it was held: the same rows, and of each the columns that there were."""
    return {table: [as_then(row, set(held[table][0]), table) for row in rows[table]] for table in held}


def said(engine: Engine, standard: Standard) -> list[object]:
    """As the program reads it: sheets, histories, and answers of the timeline."""
    line = load(engine, standard, 0, 5 * HOUR)
    asked = [line.at(LINE, hour * HOUR // 2) for hour in range(10)]
    history = [each.value for name in "AB" for each in batches.history(engine, name)]
    return [*(export(engine, kind) for kind in sorted(KINDS)), history, [(a.batch, a.shift, a.product) for a in asked]]


def test_what_a_revision_can_hold_outlives_the_step_there_and_back(empty: Engine, standard: Standard) -> None:
    migrate(empty)
    fill(empty, standard, "EQ-4711")
    whole = content(empty)
    assert all(whole.values()), f"nothing is in {[table for table, rows in whole.items() if not rows]}"
    for revision in reversed(REVISIONS[:-1]):
        migrate(empty, revision)
        held = content(empty)
        migrate(empty)
        if "replay" not in held:
            whole["revision"] = [each | NO_REPLAY if each["part"] == "replay" else each for each in whole["revision"]]
        assert only(content(empty), held) == only(whole, held), revision


def test_a_registry_of_the_first_revision_says_the_same_under_the_last(empty: Engine, standard: Standard) -> None:
    """As old versions wrote it: rows in tables of before, read by the program of now."""
    migrate(empty)
    fill(empty, standard)
    before, whole = said(empty, standard), content(empty)
    migrate(empty, "base")
    migrate(empty, REVISIONS[0])
    tables = MetaData()
    tables.reflect(empty)
    parts = {each["part"] for each in content(empty)["revision"]}
    whole["revision"] = [each for each in whole["revision"] if each["part"] in parts]
    with transaction(empty) as connection:
        connection.execute(delete(tables.tables["revision"]))
        for name, table in tables.tables.items():
            if name != "alembic_version":
                connection.execute(insert(table), [as_then(row, {*table.columns.keys()}, name) for row in whole[name]])
    assert migrate(empty)
    assert said(empty, standard) == before
    migrate(empty, REVISIONS[1])
    assert migrate(empty)
    assert said(empty, standard) == before, f"and once more from {REVISIONS[1]} to {head()}"


def as_then(row: dict[str, Any], columns: set[str], table: str) -> dict[str, Any]:
    """The row under the names that its columns had."""
    was = ONCE_CALLED[table] if table in ONCE_CALLED and "site" in columns else {}
    then = {was.get(name, name): value for name, value in row.items()}
    return {name: value for name, value in then.items() if name in columns}


def test_what_goes_with_the_states_of_batches_is_the_states(empty: Engine, standard: Standard) -> None:
    migrate(empty)
    told = [
        Record("batch", LINE, 0, {"id": "A", "start": 0, "stop": 5 * HOUR, "state": "aborted"}),
        Record("batch", LINE, 0, {"id": "Z", "start": HOUR, "stop": HOUR}),
    ]
    assert apply(empty, [PlacedRecord(each, WHERE) for each in told], standard, MES) == [(), ()]
    before, line = content(empty)["batch"], load(empty, standard, 0, 5 * HOUR)
    migrate(empty, "0011")
    assert apply_then(empty) == ["batch-overlap"] * (empty.dialect.name == "sqlite")
    migrate(empty)
    assert content(empty)["batch"] == [row | {"state": None} for row in before]
    assert load(empty, standard, 0, 5 * HOUR).at(LINE, 2 * HOUR).members == line.at(LINE, 2 * HOUR).members


def apply_then(engine: Engine) -> list[str]:
    """Another batch without length within another, into the tables of before, and out again."""
    tables = MetaData()
    tables.reflect(engine)
    batch = tables.tables["batch"]
    row = {"id": "Y", "equipment": str(LINE), "start": HOUR, "stop": HOUR, "attributes": "{}", "parallel": False}
    stamp = {"recorded_at": 3, "recorded_in": 3, "recorded_by": "sql"}
    with engine.connect() as connection:
        try:
            connection.execute(insert(batch).values({**row, **stamp}))
        except IntegrityError as error:
            return ["batch-overlap"] if "batch-overlap" in str(error) else [str(error)]
        finally:
            connection.rollback()
    return []


def test_revisions_of_before_get_the_best_time_that_rows_tell(empty: Engine) -> None:
    """Whoever wrote in a revision looked at the clock before its turn came: not before the revisions below it."""
    migrate(empty)
    PRODUCTS.put(empty, [Product("P", "a"), Product("Q")], Author("ann", 20))
    PRODUCTS.put(empty, [Product("P", "b")], Author("import", 10))
    SHIFT_EXCEPTIONS.put(
        empty, [ShiftException("dallas", date(2026, 12, 25), "day", None, None, None)], Author("mes", 40)
    )
    assert remove(empty, "products", ["Q"], Author("bob", 35)) == 1
    EQUIPMENT.put(empty, [Equipment("dallas")], Author("ann", 50))
    migrate(empty, "0015")
    assert "recording" not in content(empty)
    migrate(empty)
    told = {row["revision"]: row["at"] for row in content(empty)["recording"]}
    assert told == {1: 20, 2: 20, 3: 40, 4: 40, 5: 50}
