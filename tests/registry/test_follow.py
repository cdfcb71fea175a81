"""A timeline that follows the registry change by change is the one that would be loaded whole, and reads only them."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from support.registry import emptied

from uns.context.shifts import ShiftException, ShiftPattern
from uns.context.timeline import Timeline
from uns.context.values import Batch, Product, Record
from uns.equipment import EquipmentPath
from uns.finding import SamplePlace
from uns.instant import SECOND, from_datetime
from uns.naming.standard import Standard
from uns.registry.batches import row_of
from uns.registry.csv.kinds import Kind
from uns.registry.nouns import EQUIPMENT, PRODUCTS, SHIFT_EXCEPTIONS, SHIFT_PATTERNS, Equipment
from uns.registry.parallel import is_parallel
from uns.registry.records import PlacedRecord, apply
from uns.registry.removal import StillNamed, remove
from uns.registry.tables import BATCHES
from uns.registry.timeline import follow, load
from uns.registry.writing import Author, writing

HOUR = 3600 * SECOND
DAY = date(2026, 11, 20)
BEGUN = from_datetime(datetime(2026, 11, 20, tzinfo=UTC))
HOURS = 30
SINCE, NOW = BEGUN + 4 * HOUR, BEGUN + HOURS * HOUR
ANN = Author("ann", 1)
WHERE = SamplePlace("mes")
AREA, LINE, TANK, OTHER = (
    EquipmentPath(f"dallas/{each}")
    for each in ("packaging", "packaging/line-3", "packaging/line-3/tank-1", "packaging/line-4")
)
ASKED = (AREA, LINE, TANK, OTHER, EquipmentPath(f"{LINE}/filler-01"), EquipmentPath("berlin/brewing"))
NAMES = ("A", "B", "C")

Change = Callable[[Engine, Standard], object]
HOURLY = st.integers(0, HOURS).map(lambda hour: BEGUN + hour * HOUR)
NAMED, PLACED = st.sampled_from(NAMES), st.sampled_from([AREA, LINE, TANK, OTHER])
MAYBE = st.none() | HOURLY


def announced(kind: Any, where: EquipmentPath, at: int, **fields: Any) -> Change:
    record = Record(kind, where, at, {name: value for name, value in fields.items() if value is not None})
    return lambda engine, standard: apply(
        engine, [PlacedRecord(record, WHERE, is_parallel(standard, where))], standard, ANN
    )


def put(noun: Any, value: Any) -> Change:
    return lambda engine, standard: noun.put(engine, [value], ANN)


def removed(kind: Kind, *key: str) -> Change:
    def taken_out(engine: Engine, standard: Standard) -> None:
        with suppress(StillNamed):
            remove(engine, kind, key, ANN)

    return taken_out


def together(names: list[str], at: int) -> Change:
    """Records of several authors that come in one transaction."""

    def take(engine: Engine, standard: Standard) -> None:
        records = [Record("batch-change", LINE, at + number % 2, {"id": name}) for number, name in enumerate(names)]
        given = [PlacedRecord(each, WHERE, author=Author(f"ann {each.at % 2}", 1)) for each in records]
        apply(engine, given, standard, ANN)

    return take


def pattern(name: str, start: int, crew: str) -> ShiftPattern:
    return ShiftPattern("dallas", name, frozenset(range(7)), start * 60, (start + 8) % 24 * 60, crew)


CHANGES: st.SearchStrategy[Change] = st.one_of(
    st.builds(lambda e, at, name, p: announced("batch-start", e, at, id=name, product=p), PLACED, HOURLY, NAMED, NAMED),
    st.builds(lambda e, at, name: announced("batch-stop", e, at, id=name), PLACED, HOURLY, NAMED | st.none()),
    st.builds(lambda e, at, name: announced("batch-change", e, at, id=name), PLACED, HOURLY, NAMED | st.just("")),
    st.builds(lambda e, at, name, stop: announced("batch", e, at, id=name, start=at, stop=stop),
              PLACED, HOURLY, NAMED, MAYBE),
    st.builds(lambda e, at, crew: announced("shift-change", e, at, crew=crew), PLACED, HOURLY, NAMED),
    st.builds(lambda name, says: put(PRODUCTS, Product(name, says)), NAMED, NAMED),
    st.builds(lambda name: removed("products", name), NAMED),
    st.builds(lambda name: removed("batches", name), NAMED),
    st.builds(lambda name, where: removed("batches", name, where), NAMED, PLACED),
    st.builds(together, st.lists(NAMED, max_size=4), HOURLY),
    st.builds(lambda path, start, stop: put(EQUIPMENT, Equipment(path, start=start, stop=stop)), PLACED, MAYBE, MAYBE),
    st.builds(lambda path: removed("equipment", path), PLACED),
    st.builds(lambda name, start, crew: put(SHIFT_PATTERNS, pattern(name, start, crew)),
              NAMED, st.integers(0, 23), NAMED),
    st.builds(lambda name: removed("shifts", "dallas", name), NAMED),
    st.builds(lambda name, day, crew: put(SHIFT_EXCEPTIONS, ShiftException("dallas", day, name, 0, 720, crew)),
              NAMED, st.sampled_from([DAY, DAY + timedelta(days=1)]), NAMED),
)  # fmt: skip
SEVERAL = st.lists(st.lists(CHANGES, min_size=1, max_size=4), max_size=6)
"""What happens between one look at the registry and the next."""


def whole(engine: Engine, standard: Standard) -> Timeline:
    return load(engine, standard, NOW - SINCE, NOW)


def answers(line: Timeline) -> Any:
    """All that a timeline says, in an order that does not depend on how it came to be."""
    contexts = [
        (context.batch, context.shift, context.product, context.ambiguous)
        for equipment in ASKED
        for hour in range(HOURS + 1)
        for context in (line.at(equipment, BEGUN + hour * HOUR), line.of_batch("A", equipment, BEGUN + hour * HOUR))
        if context is not None
    ]
    named = {name: sorted(batches, key=str) for name, batches in line.ids}
    return line.revision, contexts, named, dict(line.products), [line.knows(each) for each in ASKED]


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(SEVERAL)
def test_following_gives_what_loading_gives(shared: Engine, standard: Standard, several: list[list[Change]]) -> None:
    emptied(shared)
    followed: Timeline | None = whole(shared, standard)
    for changes in several:
        for change in changes:
            change(shared, standard)
        assert followed is not None
        followed = follow(shared, standard, followed, NOW)
        assert followed is not None
        assert answers(followed) == answers(whole(shared, standard))


def test_following_reads_what_changed_and_nothing_else(engine: Engine, standard: Standard) -> None:
    runs = [Batch(f"B-{hour}", LINE, NOW + hour, NOW + hour + 1) for hour in range(2_000)]
    with writing(engine, ANN) as open_one:
        open_one.add(BATCHES, [row_of(each, False) for each in runs])
        open_one.add(PRODUCTS.table, [PRODUCTS.to_row(Product(each.id)) for each in runs])
        open_one.add(EQUIPMENT.table, [EQUIPMENT.to_row(Equipment(f"dallas/{each.id}")) for each in runs])
    rows = rows_fetched(engine)
    known = whole(engine, standard)
    assert len(rows) > 3 * len(runs)
    announced("batch-change", LINE, NOW + 1_000, id="C")(engine, standard)
    rows.clear()
    followed = follow(engine, standard, known, NOW)
    assert followed is not None
    assert followed.at(LINE, NOW + 1_000).members["batch"] == {"id": "C"}
    assert len(rows) < 10, "what changed, and the revision"


def rows_fetched(engine: Engine) -> list[object]:
    """Grows with every row that SQLite hands over from now on."""
    rows: list[object] = []

    def count(connection: Any, record: Any) -> None:
        connection.row_factory = lambda cursor, row: (rows.append(row), row)[1]

    event.listen(engine, "connect", count)
    engine.dispose()
    return rows


def test_what_no_change_touches_is_shared(engine: Engine, standard: Standard) -> None:
    for line in (LINE, OTHER):
        announced("batch-start", line, NOW, id="A")(engine, standard)
    known = whole(engine, standard)
    announced("batch-stop", LINE, NOW + 1)(engine, standard)
    followed = follow(engine, standard, known, NOW)
    assert followed is not None
    assert followed.batches.get(OTHER) is known.batches.get(OTHER)
    assert followed.batches.get(LINE) is not known.batches.get(LINE)
    assert followed.calendars is known.calendars


def test_a_registry_that_went_backwards_is_not_followed(engine: Engine, standard: Standard) -> None:
    announced("batch-start", LINE, NOW, id="A")(engine, standard)
    known = whole(engine, standard)
    emptied(engine)
    assert follow(engine, standard, known, NOW) is None


def test_another_registry_is_not_followed(engine: Engine, standard: Standard) -> None:
    """A backup was restored, and has been written to since."""
    announced("batch-start", LINE, NOW, id="A")(engine, standard)
    known = whole(engine, standard)
    emptied(engine)
    announced("batch-start", LINE, NOW, id="B")(engine, standard)
    announced("batch-stop", LINE, NOW + 1, id="B")(engine, standard)
    assert follow(engine, standard, known, NOW) is None
