"""What was believed at a moment is what was committed by then, however long a transaction waited and whatever the
clock of its writer said; on both engines."""

import time
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select
from support.registry import author_at, emptied

from uns.context.shifts import ShiftException, ShiftPattern
from uns.context.values import Product, Record
from uns.equipment import EquipmentPath
from uns.finding import SamplePlace
from uns.instant import SECOND, Instant
from uns.naming.standard import Standard
from uns.registry import batches
from uns.registry.corrections import Period, corrected
from uns.registry.engine import reading
from uns.registry.moments import Revision, Unmeant
from uns.registry.noun import Noun
from uns.registry.nouns import EQUIPMENT, PRODUCTS, SHIFT_EXCEPTIONS, SHIFT_PATTERNS, Equipment
from uns.registry.records import PlacedRecord, apply, apply_whole
from uns.registry.tables import RECORDINGS
from uns.registry.timeline import around
from uns.registry.writing import Author, anyway, writing

LINE, WHERE, NOON = EquipmentPath("dallas/packaging/line-3"), SamplePlace("mes"), date(2026, 11, 20)
BEGUN, NOW = 1_000 * SECOND, 10_000 * SECOND


@pytest.fixture
def engine(shared: Engine) -> Engine:
    emptied(shared)
    return shared


def waited(name: str, since: Instant, until: Instant) -> Author:
    """Looked at the clock, waited for the others, wrote for long, and was done then."""
    return Author(name, since, "waited", lambda: until)


def orders(engine: Engine, standard: Standard, order: str, author: Author) -> None:
    batch = Record("batch", LINE, 0, {"id": "B-1", "start": BEGUN, "stop": BEGUN + 100 * SECOND, "order": order})
    assert apply(engine, [PlacedRecord(batch, WHERE)], standard, author) == [()]


def recordings(engine: Engine) -> dict[int, Instant]:
    with reading(engine) as connection:
        return {row.revision: row.at for row in connection.execute(select(RECORDINGS))}


def test_what_waited_is_believed_once_it_was_committed(engine: Engine, standard: Standard) -> None:
    orders(engine, standard, "old", author_at("mes", 2_000 * SECOND))
    PRODUCTS.put(engine, [Product("P")], author_at("bob", 2_010 * SECOND))
    orders(engine, standard, "new", waited("ann", 1_990 * SECOND, 2_030 * SECOND))

    def order(moment: int) -> list[object]:
        then = around(engine, standard, BEGUN, moment).at(LINE, BEGUN).batch
        listed = [each.value.order for each in batches.listed(engine, as_of=moment).items]
        one = [each.value.order for each in batches.get(engine, "B-1", moment)]
        return [then and then.order, *listed, *one]

    assert order(1_995 * SECOND) == [None]
    assert order(2_029 * SECOND) == order(Revision(2)) == ["old"] * 3
    assert order(2_030 * SECOND) == order(Revision(3)) == ["new"] * 3
    told = corrected(engine, standard, Period(2_020 * SECOND), NOW).items
    assert [(each.was.members["batch"]["order"], each.word.at) for each in told] == [("old", 2_030 * SECOND)]
    assert corrected(engine, standard, Period(2_000 * SECOND, 2_029 * SECOND), NOW).items == ()
    history = [(each.recorded_at, each.superseded_at) for each in batches.history(engine, "B-1")]
    assert history == [(2_000 * SECOND, 2_030 * SECOND), (2_030 * SECOND, None)]


@pytest.mark.parametrize(
    ("noun", "old", "new"),
    [
        (EQUIPMENT, Equipment("dallas", "old"), Equipment("dallas", "new")),
        (PRODUCTS, Product("P", "old"), Product("P", "new")),
        (SHIFT_PATTERNS, *(ShiftPattern("dallas", "a", frozenset([1]), 360, 720, each) for each in ("old", "new"))),
        (SHIFT_EXCEPTIONS, *(ShiftException("dallas", NOON, "a", 360, 720, each) for each in ("old", "new"))),
    ],
)
def test_every_noun_is_asked_by_revision(engine: Engine, noun: Noun[Any], old: object, new: object) -> None:
    noun.put(engine, [old], author_at("ann", 20))
    held = noun.put_one(engine, new, waited("bob", 10, 30), anyway)
    assert (held.recorded_at, held.value) == (30, new)
    assert [[each.value for each in noun.listed(engine, as_of=then).items] for then in (19, 20, 29, 30)] == [
        [], [old], [old], [new],
    ]  # fmt: skip
    with pytest.raises(Unmeant, match="the registry is at revision 2, there is no 99 yet"):
        noun.listed(engine, as_of=Revision(99))


def test_a_clock_that_is_set_back_turns_nothing_round(engine: Engine) -> None:
    for name, clock in (("a", 30), ("b", 5), ("c", 31)):
        PRODUCTS.put(engine, [Product("P", name)], author_at("ann", clock))
    assert recordings(engine) == {1: 30, 2: 30, 3: 31}
    found = {then: PRODUCTS.get(engine, "P", as_of=then) for then in (29, 30, 31)}
    assert [each and each.value.name for each in found.values()] == [None, "b", "c"]
    assert [(each.recorded_at, each.superseded_at) for each in PRODUCTS.history(engine, "P")] == [
        (30, 30), (30, 31), (31, None),
    ]  # fmt: skip


def test_a_clock_that_was_years_ahead_for_a_while_hides_nothing_that_follows(engine: Engine) -> None:
    for name, clock in (("a", 30), ("b", 10**18), ("c", 40), ("d", 50)):
        PRODUCTS.put(engine, [Product("P", name)], author_at("ann", clock))
    found = [PRODUCTS.get(engine, "P", as_of=then) for then in (35, 40, 60, 10**18 + 1)]
    assert [each and each.value.name for each in found] == ["a", "c", "d", "d"]


def test_several_words_of_one_transaction_are_believed_at_once(engine: Engine) -> None:
    with writing(engine, waited("path", 10, 50)) as open_one:
        for name in ("ann", "bob", "ann"):
            open_one.author = Author(name, 10)
            PRODUCTS.put_in(open_one, [Product("P", name)])
    assert recordings(engine) == {1: 50, 2: 50, 3: 50}
    assert PRODUCTS.get(engine, "P", as_of=49) is None


def test_what_changes_nothing_and_what_fails_leaves_no_time(engine: Engine) -> None:
    PRODUCTS.put(engine, [Product("P")], author_at("ann", 10))
    PRODUCTS.put(engine, [Product("P")], author_at("ann", 20))
    with pytest.raises(ZeroDivisionError):
        PRODUCTS.put_one(engine, Product("Q"), author_at("ann", 30), lambda _: 1 // 0)
    assert recordings(engine) == {1: 10}


def test_clocks_of_writers_that_are_wrong_do_not_matter(engine: Engine, standard: Standard) -> None:
    """As machines have them that nobody set: what counts is the one of the database."""
    before = time.time_ns() // 1_000 * 1_000
    PRODUCTS.put(engine, [Product("P", "a")], Author("fast", before + 3_600 * SECOND))
    record = PlacedRecord(Record("batch-start", LINE, BEGUN, {"id": "B-1"}), WHERE)
    applied = apply_whole(engine, "B-1", lambda _: [record], Author("slow", 0))
    assert before <= recordings(engine)[1] <= recordings(engine)[2] <= time.time_ns()
    assert [each.recorded_at for each in applied.held] == [recordings(engine)[2]]
