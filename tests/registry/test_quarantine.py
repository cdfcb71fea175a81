"""Rejections are kept once, the raw message once beside them, and no noisy device fills the disk."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text

from uns.cursor import BadCursor, cursor_of
from uns.finding import SamplePlace, found
from uns.instant import SECOND
from uns.message import RawMessage
from uns.quarantine import Rejection
from uns.registry import batches, changes, entries, submissions
from uns.registry.bounds import Bounds
from uns.registry.entries import Filter
from uns.registry.nouns import PRODUCTS
from uns.registry.quarantine import discard, keep
from uns.registry.tables import CAUSES, MESSAGES
from uns.registry.writing import Author

DAY = 86_400 * SECOND


def rejection(
    number: int, *, message: int | None = None, topic: str = "plc/a", size: int = 3, **more: str
) -> Rejection:
    code = more.get("code", "value-type")
    finding = found(code, "is not a number", "`decimal: ','`", SamplePlace(topic, more.get("tag"), "/v"))
    raw = RawMessage(topic, b"x" * size, number * SECOND, 7, 1, True, False, True)
    key = number if message is None else message
    return Rejection(
        f"uns-{number}", f"m-{key}", raw, more.get("tag"), more.get("rule"), (finding,), "b1", "7", "dallas"
    )


def alone(number: int, size: int = 10, topic: str = "", message: str = "is not a number") -> Rejection:
    """A rejection with a cause of its own."""
    one = rejection(number, topic=topic or f"plc/{number}", size=size)
    return one._replace(findings=(replace(one.findings[0], message=message),))


def causes_of(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(CAUSES)) or 0


def kept(engine: Engine, rejections: Iterable[Rejection], now: int = 0, **bounds: int) -> list[int]:
    keep(engine, rejections, now, Bounds(**bounds))
    return [each.raw.received // SECOND for each in reversed(entries.entries(engine, limit=10_000).items)]


def test_an_entry_comes_back_as_it_was(engine: Engine) -> None:
    one = rejection(1, tag="T1", rule="dallas/filler")
    keep(engine, [one], 99, instance="uns-berlin")
    entry = entries.entries(engine).items[0]
    assert (entry.raw, entry.findings, entry.rule, entry.tag) == (one.raw, one.findings, one.rule, one.tag)
    assert (entry.bundle, entry.context, entry.site, entry.kept_at) == ("b1", "7", "dallas", 99)
    assert entry.instance == "uns-berlin"
    assert entries.entry(engine, entry.id) == entry
    assert entries.entry(engine, entry.id + 1) is None


def test_what_is_kept_twice_is_kept_and_counted_once(engine: Engine) -> None:
    assert keep(engine, [rejection(1), rejection(1), rejection(2)], 0).quarantined == 2
    assert keep(engine, [rejection(2), rejection(3)], 0).quarantined == 1
    assert entries.stock(engine)[:3] == (3, 0, 3)


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize(
    ("again", "kept"),
    [({}, 1), ({"tag": "T2"}, 2), ({"code": "value-missing"}, 2), ({"rule": "d/r"}, 2), ({"topic": "plc/b"}, 2)],
)
def test_what_the_broker_sends_again_is_not_kept_again(
    again: dict[str, str], kept: int, at_once: bool, engine: Engine
) -> None:
    first, second = rejection(1), rejection(2, **again)._replace(repeated=True)
    for group in [[first, second]] if at_once else [[first], [second]]:
        keep(engine, group, 0)
    assert entries.stock(engine)[:3] == (kept, 0, kept)


def test_two_alike_in_one_message_that_is_sent_again_are_both_kept(engine: Engine) -> None:
    twice = [rejection(1, message=1), rejection(2, message=1)]
    again = [rejection(3, message=2), rejection(4, message=2)]
    keep(engine, [each._replace(repeated=True) for each in twice], 0)
    keep(engine, [each._replace(repeated=True) for each in again], 0)
    assert entries.stock(engine)[:3] == (2, 0, 2)


def test_the_raw_message_is_kept_once_beside_its_samples(engine: Engine) -> None:
    keep(engine, [rejection(each, message=1, tag=str(each)) for each in range(50)], 0)
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(MESSAGES)) == 1
    assert len(entries.entries(engine).items) == 50


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


ONE_GROUP = {"long addresses": 50 * 65_000}
"""What is kept comes before what goes."""


def test_a_shared_raw_message_stays_while_one_of_its_samples_does(engine: Engine) -> None:
    both = [rejection(1, message=1, tag="a"), rejection(2, message=1, tag="b")]
    keep(engine, both, 0)
    keep(engine, [rejection(3, message=3, tag="a")], 0, Bounds(first=0, newest=1))
    assert [each.message for each in entries.entries(engine).items] == ["m-3", "m-1"]


def test_lists_go_on_where_they_stopped(engine: Engine) -> None:
    keep(engine, map(rejection, range(7)), 0)
    seen, cursor = [], None
    while True:
        page = entries.entries(engine, cursor=cursor, limit=3)
        seen += [each.raw.received // SECOND for each in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [6, 5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize("cursor", ["x", "!!", "W10", "eyJhIjoxfQ", "W251bGxd"])
def test_a_foreign_cursor_is_refused(engine: Engine, cursor: str) -> None:
    with pytest.raises(BadCursor):
        entries.entries(engine, cursor=cursor)


@pytest.mark.parametrize("position", [["a"], [2**63], [1.0], [True], ["a", "b"], [1, "b\0"], [1, None]])
def test_a_position_that_no_list_has_is_refused(engine: Engine, position: list[Any]) -> None:
    cursor = cursor_of(*position)
    for listed in (entries.entries, batches.listed, PRODUCTS.listed, submissions.listed):
        if (listed, position) != (PRODUCTS.listed, ["a"]):
            with pytest.raises(BadCursor):
                listed(engine, cursor=cursor)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(topic="plc/b"), [2]),
        (Filter(code="time-missing"), [3]),
        (Filter(rule="dallas/x"), [4]),
        (Filter(tag="T"), [5]),
        (Filter(since=4 * SECOND), [5, 4]),
        (Filter(site="berlin"), []),
        (Filter(instance="uns"), [4, 3, 2, 1]),
        (Filter(state="replayed"), []),
    ],
)
def test_entries_are_found_by_what_they_are(engine: Engine, wanted: Filter, expected: list[int]) -> None:
    others = [rejection(2, topic="plc/b"), rejection(3, code="time-missing"), rejection(4, rule="dallas/x")]
    keep(engine, [rejection(1), *others], 0, instance="uns")
    keep(engine, [rejection(5, tag="T")], 0)
    assert [each.raw.received // SECOND for each in entries.entries(engine, wanted).items] == expected


def test_a_code_is_that_of_any_finding_and_of_no_text_in_one(engine: Engine) -> None:
    one, two, three = rejection(1), rejection(2), rejection(3)
    also = found("context-missing", "no batch", "start one", SamplePlace("plc/a"))
    alike = replace(two.findings[0], message='"code": "context-missing", "severity"', remedy="context_missing")
    keep(engine, [one._replace(findings=(*one.findings, also)), two._replace(findings=(alike,)), three], 0)
    for code, expected in (
        ("context-missing", [1]),
        ("value-type", [3, 2, 1]),
        ("context_missing", []),
        ("%", []),
        ('"', []),
    ):
        found_there = entries.entries(engine, Filter(code=code)).items
        assert [each.raw.received // SECOND for each in found_there] == expected, code
    assert entries.count(engine, Filter(code="context-missing")) == 1
    assert discard(engine, Filter(code="context-missing"), Author("ann", 5)) == 1
    assert (entries.stock(engine).kept, entries.count(engine)) == (3, 2)


def test_discarding_settles_an_entry_once(engine: Engine) -> None:
    keep(engine, [rejection(1)], 0)
    number = entries.entries(engine).items[0].id
    assert discard(engine, Filter(ids=(number,)), Author("ann", 5)) == 1
    assert discard(engine, Filter(ids=(number,)), Author("bob", 6)) == 0
    assert entries.entries(engine).items == ()
    entry = entries.entry(engine, number)
    assert entry is not None
    assert entry.state == "discarded"


def test_quarantine_leaves_the_context_revision_alone(engine: Engine) -> None:
    keep(engine, [rejection(1)], 0)
    assert (changes.revision(engine), changes.revision(engine, "quarantine")) == (0, 1)


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "é" * 30_000, "日本", ""])
def test_whatever_a_machine_calls_things_can_be_kept(engine: Engine, name: str) -> None:
    keep(engine, [rejection(1, topic=f"plc/{name}", tag=name), rejection(2, topic=f"plc/{name}", tag=name)], 0)
    found = entries.entries(engine, Filter(topic=f"plc/{name}")).items
    assert [each.raw.received // SECOND for each in found] == [2, 1]
    assert entries.counts(engine)[0].quarantined == 2
