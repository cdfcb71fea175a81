"""What corrections changed for readings, held against the answers of the timelines before and after each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from support.registry import author_at, emptied

from uns.context.corrections import Correction
from uns.context.shifts import ShiftException, ShiftPattern
from uns.context.timeline import Timeline
from uns.context.values import Batch, Context, Product, Record
from uns.equipment import EquipmentPath
from uns.finding import Malformed, SamplePlace
from uns.instant import LATEST, SECOND, from_datetime
from uns.naming.standard import Standard
from uns.registry.batches import row_of
from uns.registry.calendars import put_calendar
from uns.registry.changes import revision
from uns.registry.corrections import Period, corrected
from uns.registry.moments import Revision
from uns.registry.nouns import PRODUCTS, SHIFT_EXCEPTIONS, SHIFT_PATTERNS
from uns.registry.parallel import is_parallel
from uns.registry.records import PlacedRecord, apply
from uns.registry.removal import remove
from uns.registry.tables import BATCHES
from uns.registry.timeline import load
from uns.registry.writing import Author, writing

HOUR = 3600 * SECOND
DAY = date(2026, 11, 20)
BEGUN = from_datetime(datetime(2026, 11, 20, tzinfo=UTC))
HOURS = 36
NOW = BEGUN + 1000 * HOUR
AREA, LINE, TANK, OTHER = (
    EquipmentPath(f"dallas/{each}")
    for each in ("packaging", "packaging/line-3", "packaging/line-3/tank-1", "packaging/line-4")
)
FILLER = EquipmentPath(f"{LINE}/filler-01")
ASKED = (EquipmentPath("dallas"), AREA, LINE, TANK, OTHER, FILLER)
NAMES = ("A", "B", "C")
ALL = Period(Revision(0))

Change = Callable[[Engine, Standard, Author], object]
HOURLY = st.integers(0, HOURS).map(lambda hour: BEGUN + hour * HOUR)
NAMED, PLACED, MAYBE = st.sampled_from(NAMES), st.sampled_from([AREA, LINE, TANK, OTHER]), st.none() | HOURLY


def announced(kind: Any, where: EquipmentPath, at: int, **fields: Any) -> Change:
    record = Record(kind, where, at, {name: value for name, value in fields.items() if value is not None})
    return lambda engine, standard, author: apply(
        engine, [PlacedRecord(record, SamplePlace("mes"), is_parallel(standard, where))], standard, author
    )


def put(noun: Any, value: Any) -> Change:
    return lambda engine, standard, author: noun.put(engine, [value], author)


def pattern(name: str, start: int, crew: str) -> ShiftPattern:
    return ShiftPattern("dallas", name, frozenset(range(7)), start * 60, (start + 8) % 24 * 60, crew)


def planned(equipment: str, *patterns: ShiftPattern) -> Change:
    return lambda engine, standard, author: put_calendar(engine, equipment, patterns, [], author)


def taken_out(name: str) -> Change:
    return lambda engine, standard, author: remove(engine, "batches", [name], author)


CHANGES: st.SearchStrategy[Change] = st.one_of(
    st.builds(lambda e, at, name, p: announced("batch-start", e, at, id=name, product=p), PLACED, HOURLY, NAMED, NAMED),
    st.builds(lambda e, at, name: announced("batch-stop", e, at, id=name), PLACED, HOURLY, NAMED | st.none()),
    st.builds(lambda e, at, name: announced("batch-change", e, at, id=name), PLACED, HOURLY, NAMED | st.just("")),
    st.builds(lambda e, at, name, stop, p: announced("batch", e, at, id=name, start=at, stop=stop, product=p),
              PLACED, HOURLY, NAMED, MAYBE, NAMED),
    st.builds(lambda e, at, crew: announced("shift-change", e, at, crew=crew), PLACED, HOURLY, NAMED),
    st.builds(taken_out, NAMED),
    st.builds(lambda name, says: put(PRODUCTS, Product(name, says)), NAMED, NAMED),
    st.builds(lambda name, start, crew: put(SHIFT_PATTERNS, pattern(name, start, crew)),
              NAMED, st.integers(0, 23), NAMED),
    st.just(planned("dallas")),
    st.builds(lambda crew: planned(LINE, ShiftPattern(LINE, "own", frozenset([4]), 0, 0, crew)), NAMED),
    st.builds(lambda name, day, crew: put(SHIFT_EXCEPTIONS, ShiftException("dallas", day, name, 0, 720, crew)),
              NAMED, st.sampled_from([DAY, DAY + timedelta(days=1)]), NAMED),
)  # fmt: skip
PAUSES = st.integers(0, 4)
"""Hours between one change and the next."""

INSTANTS = [BEGUN + hour * HOUR + HOUR // 2 for hour in range(HOURS + 12)]
"""One within each hour, and everything begins and ends at a full hour."""


class Oracle:
    """The answers as they were after each revision, each timeline loaded whole by the time at which it was recorded."""

    def __init__(self, engine: Engine, standard: Standard, recorded: Sequence[int]) -> None:
        self.recorded = recorded
        self.lines: list[Timeline] = [Timeline.begin()]
        self.lines += [load(engine, standard, NOW - BEGUN, NOW, as_of=each) for each in recorded]

    def at(self, number: int, of: str, equipment: EquipmentPath, instant: int) -> Any:
        return said(of, self.lines[number].at(equipment, instant))

    def published(self, each: Correction, instants: Sequence[int]) -> int:
        """Hours whose readings, published at once, had what every revision since then said until it was corrected."""
        number = each.word.revision
        return sum(
            HOUR
            for instant in instants
            if instant < self.recorded[number - 1]
            and all(
                self.at(known, each.of, each.equipment, instant) == said(each.of, each.was)
                for known in range(sum(at <= instant for at in self.recorded), number)
            )
        )


def said(of: str, context: Context) -> Any:
    members = ("shift",) if of == "shift" else ("batch", "product")
    return [context.members.get(each) for each in members], () if of == "shift" else context.ambiguous


def history(engine: Engine, standard: Standard, changes: Sequence[tuple[int, Change]]) -> list[int]:
    """When each revision was recorded."""
    emptied(engine)
    at, recorded = BEGUN, []
    for number, (pause, change) in enumerate(changes):
        at += pause * HOUR + 1
        change(engine, standard, author_at(f"author {number}", at // HOUR * HOUR + number, f"why {number}"))
        if revision(engine) > len(recorded):
            recorded.append(at // HOUR * HOUR + number)
    return recorded


def told(each: Correction) -> Correction:
    """Without the gaps, which no correction tells: whether there were batches at all is not looked at."""
    return each._replace(was=each.was._replace(gaps=()), became=each.became._replace(gaps=()))


def pages(
    engine: Engine,
    standard: Standard,
    period: Period,
    equipment: EquipmentPath | None,
    limit: int = 10_000,
    at_once: int = 500,
) -> list[Correction]:
    """All of them, so many on a page; `at_once` rows are looked at together."""
    found: list[Correction] = []
    cursor: str | None = None
    with pytest.MonkeyPatch.context() as patch:
        for module in ("corrections", "batch_history"):
            patch.setattr(f"uns.registry.{module}.AT_ONCE", at_once)
        while True:
            part = corrected(engine, standard, period, NOW, equipment, cursor, limit)
            assert len(part.items) <= limit
            found, cursor = [*found, *map(told, part.items)], part.next
            if cursor is None:
                return found


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(PAUSES, CHANGES), max_size=9), st.data())
def test_corrections_are_where_the_answers_differ(
    shared: Engine, standard: Standard, changes: list[tuple[int, Change]], data: st.DataObject
) -> None:
    recorded = history(shared, standard, changes)
    oracle = Oracle(shared, standard, recorded)
    begin = data.draw(st.integers(0, len(recorded)))
    end = data.draw(st.integers(begin, len(recorded)))
    period = Period(Revision(begin), Revision(end))
    at_once, limit = data.draw(st.sampled_from([1, 2, 500])), data.draw(st.sampled_from([5, 1_000]))
    everywhere = pages(shared, standard, period, None, limit, at_once)
    assert [each.place for each in everywhere] == sorted(each.place for each in everywhere)
    assert everywhere == pages(shared, standard, period, None)
    for equipment in ASKED:
        below = pages(shared, standard, period, equipment, limit, at_once)
        told = [each for each in below if each.equipment == equipment]
        for each in ("batch", "shift"):
            own = [one for one in everywhere if (one.equipment, one.of) == (equipment, each)]
            assert own in ([], [one for one in told if one.of == each])
        for number in range(begin + 1, end + 1):
            for of in ("batch", "shift"):
                here = [each for each in told if (each.word.revision, each.of) == (number, of)]
                for instant in INSTANTS:
                    was, became = (oracle.at(each, of, equipment, instant) for each in (number - 1, number))
                    covering = [each for each in here if each.start <= instant < each.stop]
                    assert [(said(of, each.was), said(of, each.became)) for each in covering] == (
                        [] if was == became else [(was, became)]
                    )
        for each in told:
            inside = [instant for instant in INSTANTS if each.start <= instant < each.stop]
            if each.start >= BEGUN:
                assert (each.published.length + HOUR // 2) // HOUR * HOUR == oracle.published(each, inside)


LONG_AGO = BEGUN - 2000 * HOUR
ANN, MES = author_at("ann", BEGUN + 9 * HOUR, "the MES was late"), author_at("mes", BEGUN + HOUR)


def test_a_moved_end_is_one_line_with_who_and_why(engine: Engine, standard: Standard) -> None:
    announced("batch-start", LINE, BEGUN, id="A")(engine, standard, MES)
    announced("batch-stop", LINE, BEGUN + 4 * HOUR, id="A")(engine, standard, ANN)
    (each,) = corrected(engine, standard, Period(BEGUN + 2 * HOUR), NOW).items
    assert (each.equipment, each.start, each.stop) == (LINE, BEGUN + 4 * HOUR, LATEST)
    assert (each.was.members, each.became.members) == ({"batch": {"id": "A"}}, {})
    assert (each.word.by, each.word.why, each.word.at) == (ANN.name, ANN.why, ANN.at)
    assert each.published == (BEGUN + 4 * HOUR, 5 * HOUR)


@pytest.mark.parametrize(
    ("start", "stop", "recorded", "published"),
    [
        (0, 4, -1, (0, 4 * HOUR)),
        (0, 4, 3, (3, 1 * HOUR)),
        (0, 4, 6, (6, 0)),
        (6, 12, 1, (6, 3 * HOUR)),
        (12, 14, 1, (None, 0)),
    ],
    ids=["all of it", "since it was known", "late readings only", "until the correction", "nothing: it was to come"],
)
def test_for_how_long_readings_had_the_old_belief(
    engine: Engine, standard: Standard, start: int, stop: int, recorded: int, published: tuple[int | None, int]
) -> None:
    def batch(product: str, author: Author) -> None:
        times = {"start": BEGUN + start * HOUR, "stop": BEGUN + stop * HOUR}
        announced("batch", LINE, BEGUN, id="A", product=product, **times)(engine, standard, author)

    batch("P", author_at("mes", BEGUN + recorded * HOUR))
    batch("Q", ANN)
    (each,) = corrected(engine, standard, Period(Revision(1)), NOW).items
    since = None if published[0] is None else BEGUN + published[0] * HOUR
    assert each.published == (since, published[1])


def test_a_product_called_otherwise_touches_every_batch_of_it(engine: Engine, standard: Standard) -> None:
    put(PRODUCTS, Product("P", "Cola"))(engine, standard, MES)
    for line, hour in ((LINE, 0), (OTHER, 2)):
        times = {"start": BEGUN + hour * HOUR, "stop": BEGUN + 3 * HOUR}
        announced("batch", line, BEGUN, id=line[-1], product="P", **times)(engine, standard, MES)
    put(PRODUCTS, Product("P", "Cola 330"))(engine, standard, ANN)
    put(PRODUCTS, Product("P", "Cola 330", {"ml": 330}))(engine, standard, ANN)
    items = corrected(engine, standard, Period(Revision(3)), NOW).items
    assert [(each.equipment, each.start, each.stop) for each in items] == [
        (LINE, BEGUN, BEGUN + 3 * HOUR),
        (OTHER, BEGUN + 2 * HOUR, BEGUN + 3 * HOUR),
    ]
    assert {each.became.members["product"]["name"] for each in items} == {"Cola 330"}
    assert {each.word.revision for each in items} == {4}, "what no reading carries changes nothing"


def test_what_runs_nearer_keeps_its_own_batch(engine: Engine, standard: Standard) -> None:
    announced("batch", LINE, BEGUN, id="A", start=BEGUN + 2 * HOUR, stop=BEGUN + 3 * HOUR)(engine, standard, MES)
    announced("batch", AREA, BEGUN, id="W", start=BEGUN, stop=BEGUN + 5 * HOUR)(engine, standard, ANN)

    def told(equipment: EquipmentPath | None) -> list[tuple[str, int, int]]:
        items = corrected(engine, standard, Period(Revision(1)), NOW, equipment).items
        assert {each.became.properties for each in items} == {(("batch", "W"),)}
        return [(each.equipment, (each.start - BEGUN) // HOUR, (each.stop - BEGUN) // HOUR) for each in items]

    assert told(None) == [(AREA, 0, 5), (LINE, 0, 2), (LINE, 3, 5)]
    assert told(FILLER) == [(FILLER, 0, 2), (FILLER, 3, 5)]


def test_a_pattern_is_looked_at_around_its_correction(engine: Engine, standard: Standard) -> None:
    put(SHIFT_PATTERNS, pattern("early", 6, "A"))(engine, standard, author_at("mes", LONG_AGO))
    put(SHIFT_PATTERNS, pattern("early", 6, "B"))(engine, standard, author_at("ann", BEGUN))
    items = corrected(engine, standard, Period(Revision(1)), NOW).items
    crews = {(each.was.members["shift"]["crew"], each.became.members["shift"]["crew"]) for each in items}
    assert crews == {("A", "B")}
    days = [date.fromisoformat(str(each.was.members["shift"]["date"])) for each in items]
    assert days == [DAY + timedelta(days=each) for each in range(-31, 7)]


def test_it_is_told_in_parts(engine: Engine, standard: Standard) -> None:
    rows = [row_of(Batch(f"B-{each}", LINE, BEGUN + each, BEGUN + each + 1), False) for each in range(40)]
    with writing(engine, MES) as open_one:
        open_one.add(BATCHES, rows)
    announced("batch-start", LINE, BEGUN + HOUR, id="A")(engine, standard, ANN)
    assert len(pages(engine, standard, ALL, None)) == 41
    for limit in (1, 7, 40, 41, 42):
        assert pages(engine, standard, ALL, None, limit, at_once=5) == pages(engine, standard, ALL, None)


def test_what_is_looked_at_apart_is_told_as_one(engine: Engine, standard: Standard) -> None:
    put(PRODUCTS, Product("P", "Cola"))(engine, standard, MES)
    resumed = [Batch("A", LINE, BEGUN + each * HOUR, BEGUN + (each + 1) * HOUR, "P") for each in range(4)]
    with writing(engine, author_at("mes", BEGUN + 3 * HOUR)) as open_one:
        open_one.add(BATCHES, [row_of(each, False) for each in resumed])
    put(PRODUCTS, Product("P", "Cola 330"))(engine, standard, ANN)
    for at_once in (1, 3, 500):
        (each,) = pages(engine, standard, Period(Revision(2)), None, at_once=at_once)
        assert (each.start, each.stop, each.published) == (BEGUN, BEGUN + 4 * HOUR, (BEGUN + 3 * HOUR, HOUR))


def test_a_batch_that_moved_says_why_on_both_lines(engine: Engine, standard: Standard) -> None:
    with writing(engine, MES) as open_one:
        open_one.add(BATCHES, [row_of(Batch("A", LINE, BEGUN), False)])
    with writing(engine, ANN) as open_one:
        open_one.supersede(BATCHES, [1])
        open_one.add(BATCHES, [row_of(Batch("A", OTHER, BEGUN), False)])
    for equipment in (None, LINE, OTHER):
        items = corrected(engine, standard, Period(Revision(1)), NOW, equipment).items
        assert {(each.word.by, each.word.why) for each in items} == {(ANN.name, ANN.why)}, equipment


@pytest.mark.parametrize(
    ("period", "said"),
    [
        (Period(Revision(3)), "the registry is at revision 2, there is no 3 yet"),
        (Period(Revision(0), Revision(3)), "the registry is at revision 2, there is no 3 yet"),
        (Period(Revision(2), Revision(1)), "revision 2 is later than revision 1"),
        (Period(BEGUN + 3 * HOUR, BEGUN + 2 * HOUR), "T03:00:00.000Z is later than 2026-11-20T02:00"),
        (Period(NOW + 1), "is later than now"),
        (Period(BEGUN), "nothing was recorded before 2026-11-20T01:00:00.000Z"),
    ],
)
def test_moments_that_cannot_be_meant_are_refused(
    engine: Engine, standard: Standard, period: Period, said: str
) -> None:
    announced("batch-start", LINE, BEGUN, id="A")(engine, standard, MES)
    announced("batch-stop", LINE, BEGUN + HOUR, id="A")(engine, standard, ANN)
    with pytest.raises(Malformed, match=said):
        corrected(engine, standard, period, NOW)


def test_of_an_empty_registry_there_is_nothing_to_tell(engine: Engine, standard: Standard) -> None:
    assert corrected(engine, standard, ALL, NOW).items == ()
    with pytest.raises(Malformed, match="nothing has ever been recorded"):
        corrected(engine, standard, Period(BEGUN), NOW)
