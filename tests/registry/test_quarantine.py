"""Rejections are kept once, the raw message once beside them."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from support.rejections import rejection

from uns.cursor import BadCursor, cursor_of
from uns.finding import SamplePlace, found
from uns.instant import SECOND
from uns.registry import batches, changes, entries, submissions
from uns.registry.bounds import Bounds
from uns.registry.entries import Filter
from uns.registry.nouns import PRODUCTS
from uns.registry.quarantine import discard, keep
from uns.registry.tables import MESSAGES
from uns.registry.writing import Author


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
