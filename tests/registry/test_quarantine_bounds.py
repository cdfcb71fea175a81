"""Quarantine is bounded: per cause, in causes, in bytes and in age, and no noisy device fills the disk."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text
from support.rejections import alone, causes_of, kept, rejection

from uns.instant import SECOND
from uns.quarantine import Rejection
from uns.registry import changes, entries
from uns.registry.bounds import Bounds
from uns.registry.entries import Filter
from uns.registry.quarantine import keep

DAY = 86_400 * SECOND


def test_of_each_cause_the_first_and_the_newest_stay(engine: Engine) -> None:
    assert kept(engine, map(rejection, range(1, 8)), first=2, newest=3) == [1, 2, 5, 6, 7]
    assert kept(engine, map(rejection, range(8, 10)), first=2, newest=3) == [1, 2, 7, 8, 9]
    assert entries.stock(engine)[:3] == (9, 4, 5)
    count = entries.counts(engine)[0]
    assert (count.quarantined, count.counted_only) == (9, 4)
    assert (count.first, count.last) == (1 * SECOND, 9 * SECOND)


def test_one_noisy_cause_leaves_the_others_alone(engine: Engine) -> None:
    quiet = [rejection(1000, topic="plc/quiet"), rejection(1001, code="time-missing"), rejection(1002, tag="T2")]
    keep(engine, quiet, 0)
    kept(engine, map(rejection, range(1, 30)), first=1, newest=1)
    others = {(each.raw.topic, each.findings[0].code, each.tag) for each in entries.entries(engine).items}
    assert others >= {("plc/quiet", "value-type", None), ("plc/a", "time-missing", None), ("plc/a", "value-type", "T2")}


def test_what_was_counted_only_is_not_counted_again(engine: Engine) -> None:
    batch = [rejection(each) for each in range(1, 20)]
    assert kept(engine, batch, first=1, newest=2) == kept(engine, batch, first=1, newest=2) == [1, 18, 19]
    assert entries.stock(engine)[:3] == (19, 16, 3)


def test_what_is_too_old_goes(engine: Engine) -> None:
    keep(engine, [rejection(1)], 0)
    assert kept(engine, [rejection(2)], now=31 * DAY) == [2]
    assert entries.stock(engine)[:3] == (2, 1, 1)


def test_bytes_are_bounded_at_the_cost_of_the_biggest_cause(engine: Engine) -> None:
    small = [rejection(each, topic="plc/small", size=10) for each in range(1, 11)]
    big = [rejection(each, topic="plc/big", size=10_000) for each in range(11, 31)]
    keep(engine, [*small, *big], 0, Bounds(max_bytes=80_000))
    stock = entries.stock(engine)
    assert stock.bytes <= 80_000
    assert stock.quarantined == stock.kept + stock.counted_only == 30
    assert len(entries.entries(engine, Filter(topic="plc/small")).items) == 10
    newest = entries.entries(engine, Filter(topic="plc/big")).items
    assert newest[0].raw.received == 30 * SECOND
    assert newest[-1].raw.received == 11 * SECOND


def test_where_every_reading_has_a_cause_of_its_own_the_oldest_go_many_at_once(engine: Engine) -> None:
    keep(engine, [alone(each) for each in range(1_000)], 0)
    room = entries.stock(engine).bytes + 1_000
    left = kept(engine, [alone(1_000), alone(1_001)], max_bytes=room)
    assert left == list(range(50, 1_002))
    holds = entries.stock(engine)
    assert (holds.quarantined, holds.kept, holds.counted_only) == (1_002, 952, 50)
    assert len(kept(engine, map(alone, range(1_002, 1_040)), max_bytes=room)) == 990, "there is room again"


def test_a_few_big_ones_do_not_make_all_others_go(engine: Engine) -> None:
    assert len(kept(engine, [alone(each, size=50_000) for each in range(300)], max_bytes=10_000_000)) > 150


ONE_GROUP = {"long addresses": 50 * 65_000}
"""What is kept comes before what goes."""


FLOODS: dict[str, Callable[[int], Rejection]] = {
    "tiny payloads": lambda each: alone(each, size=1),
    "long findings": lambda each: alone(each, message="x" * 4_000),
    "rows that share no page": lambda each: alone(each, size=2_200, message="x" * 2_200),
    "long addresses": lambda each: alone(each, topic=f"plc/{each}/{'x' * 20_000}"),
    "long tags": lambda each: rejection(each, message=each // 50, tag=f"{each}{'é' * 1_000}"),
}


@pytest.mark.parametrize("flood", FLOODS)
def test_the_file_itself_is_bounded(engine: Engine, flood: str) -> None:
    bound, kept_before = 3_000_000, 0
    for at in range(0, 3_000 if flood != "long addresses" else 500, 50):
        keep(engine, [FLOODS[flood](each) for each in range(at, at + 50)], 0, Bounds(max_bytes=bound))
        stock = entries.stock(engine)
        assert stock.bytes <= bound
        assert stock.quarantined == stock.kept + stock.counted_only == at + 50
        kept_before = max(kept_before, stock.kept)
    assert stock.kept > kept_before // 2
    with engine.connect() as connection:
        pages, size = (connection.scalar(text(f"PRAGMA {each}")) for each in ("page_count", "page_size"))
    assert pages * size < 1.4 * bound + 600 * causes_of(engine) + ONE_GROUP.get(flood, 0)


@pytest.mark.parametrize("at_once", [1, 60])
def test_causes_are_bounded_and_what_they_counted_stays_counted(engine: Engine, at_once: int) -> None:
    bounds = Bounds(max_causes=100, max_bytes=100_000)
    for at in range(0, 600, at_once):
        keep(engine, [alone(each) for each in range(at, at + at_once)], 0, bounds)
        stock = entries.stock(engine)
        assert stock.quarantined == stock.kept + stock.counted_only == at + at_once
        assert causes_of(engine) <= 101
    told = entries.counts(engine)
    assert (told[0].topic, told[0].code, told[0].quarantined) == ("", "", stock.forgotten)
    assert stock.forgotten == told[0].counted_only == 600 - sum(each.quarantined for each in told[1:]) > 400
    assert told[0].first < told[0].last < 600 * SECOND
    assert {each.topic for each in told[1:]} >= {each.raw.topic for each in entries.entries(engine).items}


def test_causes_are_bounded_also_where_each_keeps_something(engine: Engine) -> None:
    left = kept(engine, map(alone, range(200)), max_causes=100)
    assert left == list(range(105, 200))
    assert causes_of(engine) == 96
    assert entries.stock(engine)[:3] == (200, 105, 95)


def test_a_cause_that_was_forgotten_begins_anew(engine: Engine) -> None:
    kept(engine, map(alone, range(20)), max_causes=10)
    again = replace(alone(1).raw, received=100 * SECOND)
    assert kept(engine, [alone(100)._replace(raw=again)], max_causes=10)[-1] == 100
    assert {each.topic: each.quarantined for each in entries.counts(engine)}["plc/1"] == 1
    assert entries.stock(engine)[:3] == (21, 11, 10)


def test_the_texts_of_a_cause_are_cut(engine: Engine) -> None:
    keep(engine, [alone(1, topic="x" * 60_000), alone(2, topic="x" * 60_001)], 0)
    assert [(each.topic, each.quarantined) for each in entries.counts(engine)] == [("x" * 299 + "…", 1)] * 2


def test_age_needs_nothing_new(engine: Engine) -> None:
    keep(engine, [rejection(1)], 0)
    keep(engine, [], 30 * DAY)
    assert entries.stock(engine).kept == 1
    keep(engine, [], 30 * DAY + 1)
    assert entries.stock(engine)[:3] == (1, 1, 0)
    assert changes.revision(engine, "quarantine") == 2
