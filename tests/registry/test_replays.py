"""Requests to replay: who takes up what, and that nothing is taken up by two."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from uns.finding import SamplePlace, found
from uns.instant import SECOND
from uns.message import RawMessage
from uns.quarantine import Rejection
from uns.registry import entries, replays
from uns.registry.entries import Filter
from uns.registry.quarantine import discard, keep
from uns.registry.replays import Settlement
from uns.registry.writing import Author

ANN = Author("ann", 10)
FINDING = found("value-type", "is not a number", "map it", SamplePlace("plc/a", "T1", "/v"))
DAY = 86_400 * SECOND


def everything(topic: str, key: str) -> bool:
    return True


@pytest.fixture
def kept(engine: Engine) -> Engine:
    """Five entries, of plc/0 to plc/4."""
    raw = [RawMessage(f"plc/{at}", b"x" * 9, at * SECOND) for at in range(5)]
    some = [Rejection(f"j-{at}", f"m-{at}", each, "T1", "d/x", (FINDING,), "b", "1") for at, each in enumerate(raw)]
    keep(engine, some, 0)
    return engine


def taken(engine: Engine, instance: str = "one", most: int = 2) -> list[int]:
    found = replays.take(engine, instance, everything, most)
    return [each.id for each in found.entries] if found is not None else []


def settle(engine: Engine, number: int, ids: list[int], *findings: object) -> None:
    some = [entries.entry(engine, each) for each in ids]
    settled = [Settlement(each, findings, "d/y", "b2", "2") for each in some if each is not None]  # type: ignore[arg-type]
    replays.settle(engine, number, settled, ANN)


def test_what_was_taken_up_and_not_settled_is_taken_up_again_by_nobody_else(kept: Engine) -> None:
    number = replays.ask(kept, Filter(), ANN).id
    assert (taken(kept, "one"), taken(kept, "two"), taken(kept, "one")) == ([1, 2], [3, 4], [1, 2])
    again = replays.take(kept, "one", everything, 3)
    assert again is not None
    assert [each.id for each in again.entries] == [1, 2, 5]
    settle(kept, number, [1, 2])
    assert (taken(kept, "one"), taken(kept, "two")) == ([5], [3, 4])
    settle(kept, number, [3, 4, 5])
    done = replays.replay(kept, number)
    assert done is not None
    assert (done.waiting, done.replayed, done.instances) == (0, 5, ("one", "two"))
    assert taken(kept) == []


def test_a_request_says_what_it_was_about_also_where_that_is_empty(kept: Engine) -> None:
    asked = replays.ask(kept, Filter(site="", since=0), ANN)
    assert (asked.entries, asked.wanted) == (0, {"site": "", "since": 0})


def test_an_instance_takes_up_what_it_serves_however_much_lies_before_it(kept: Engine) -> None:
    replays.ask(kept, Filter(), ANN)
    found = replays.take(kept, "one", lambda topic, key: topic == "plc/4" and key == "j-4")
    assert found is not None
    assert [each.raw.topic for each in found.entries] == ["plc/4"]


def test_what_is_refused_again_stays_with_what_is_against_it_now(kept: Engine) -> None:
    number = replays.ask(kept, Filter(ids=(1,)), ANN).id
    settle(kept, number, taken(kept), found("rule-none", "no rule", "add one", SamplePlace("plc/0")))
    entry = entries.entry(kept, 1)
    assert entry is not None
    assert (entry.state, entry.rule, entry.bundle, entry.context) == ("kept", "d/y", "b2", "2")
    assert [each.code for each in entry.findings] == ["rule-none"]
    assert entries.count(kept, Filter(code="rule-none")) == 1
    assert entries.stock(kept)[:3] == (5, 0, 5), "it is counted where it was"
    assert taken(kept) == [], "once a request"


def test_what_was_settled_otherwise_before_its_turn_is_gone(kept: Engine) -> None:
    first, second = (replays.ask(kept, Filter(ids=(1, 2)), ANN).id for _ in range(2))
    discard(kept, Filter(ids=(1,)), ANN)
    assert taken(kept) == [2]
    settle(kept, first, [2])
    assert taken(kept) == []
    for number, replayed, gone in ((first, 1, 1), (second, 0, 2)):
        done = replays.replay(kept, number)
        assert done is not None
        assert (done.entries, done.waiting, done.replayed, done.gone) == (2, 0, replayed, gone)


def test_requests_are_forgotten_with_what_they_are_about(kept: Engine) -> None:
    old = replays.ask(kept, Filter(), ANN).id
    replays.ask(kept, Filter(code="time-missing"), Author("bob", 10 + 31 * DAY))
    assert replays.replay(kept, old) is None
    assert [each.asked_by for each in replays.replays(kept).items] == ["bob"]
