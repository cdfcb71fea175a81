"""The publisher's memory: duplicates, late samples, and the collision guard."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from typing import Any, cast

import pytest

from uns.address import Step, Terms
from uns.context.values import EMPTY
from uns.convert import Meaning
from uns.decision import Publish, Reject
from uns.envelope import Provenance
from uns.finding import FilePlace
from uns.instant import LATEST
from uns.message import Clock, Quality, Reading, Sample
from uns.naming.pattern import Pattern
from uns.naming.resolve import Target
from uns.naming.rule import Rule
from uns.naming.standard import Name
from uns.publisher import Publisher
from uns.service.silence import AT_ONCE, Silence
from uns.topic import Topic

TOPIC = Topic("acme/dallas/packaging/_telemetry/temperature")
PLACE = FilePlace("dallas.yaml")
RULE = Rule("filler", "dallas", PLACE, cast(Pattern, None))


def reading(
    time: int, value: Any = 1.0, quality: str = "good", clock: Clock = "", source: str = "plc/a", identity: str = "x",
    name: Name | None = None,
) -> Publish:  # fmt: skip
    sample = Sample(source, None, value, time, clock, Quality(quality), None, None, Reading(value, value))
    target = Target(PLACE, None, TOPIC, None, name)
    step = Step(target, source, Terms(RULE, Meaning(name), Provenance()))
    return Publish(sample, step, b"{}", identity, (), True, value, quality, EMPTY)


def signals(**of: str | None) -> Any:
    """Which signal an address is; one that is not listed leads nowhere."""

    def identify(source: str, topic: str) -> Hashable | None:
        return of.get(source.replace("/", "_"))

    return identify


def verdicts(publisher: Publisher, readings: list[Publish]) -> str:
    """p: published, l: published without retain, d: duplicate, c: collision."""
    told = []
    for each in readings:
        verdict = publisher.judge(each)
        if verdict is None:
            told.append("d")
        elif isinstance(verdict, Reject):
            told.append("c")
        else:
            told.append("p" if verdict.retain else "l")
    return "".join(told)


@pytest.mark.parametrize(
    ("readings", "told"),
    [
        ([reading(1), reading(2)], "pp"),
        ([reading(1), reading(2, 1.0)], "pp"),  # later: never a duplicate
        ([reading(1), reading(1)], "pd"),
        ([reading(1), reading(1, 2.0)], "pp"),  # the same time, another value
        ([reading(1), reading(1, 1.0, "bad")], "pp"),
        ([reading(1), reading(1, 2.0), reading(1)], "ppp"),  # not the last one any more
        ([reading(5), reading(3)], "pl"),
        ([reading(3), reading(5), reading(3)], "ppd"),
        ([reading(3), reading(5), reading(3, 2.0)], "ppl"),
        ([reading(3), reading(5), reading(3, 1.0, "uncertain")], "ppl"),
        ([reading(5), reading(3), reading(3)], "pld"),
        ([*(reading(each) for each in range(1, 19)), reading(2)], "p" * 18 + "l"),  # beyond the last 16
        ([*(reading(each) for each in range(1, 18)), reading(2)], "p" * 17 + "d"),
        ([reading(3, "idle"), reading(5, "down"), reading(3, "idle"), reading(3, "down")], "ppdl"),
        ([reading(3, {"a": 1}), reading(5, {}), reading(3, {"a": 1}), reading(3, {"a": 2})], "ppdl"),
        ([reading(3, "\ud800"), reading(5, 2**70), reading(3, "\ud800"), reading(3, -(2**70))], "ppdl"),
        ([reading(3, True), reading(5, 1.5, "bad"), reading(6), reading(5, 1.5, "bad"), reading(3, True)], "pppdd"),
        ([*(reading(LATEST - each) for each in range(20)), reading(LATEST - 18)], "p" + "l" * 20),  # nobody notes it
        ([reading(1, clock="received"), reading(1, clock="received")], "pp"),
        ([reading(5), reading(4, clock="received")], "pl"),
        ([reading(1, None, "bad"), reading(1, None, "bad")], "pd"),
    ],
)
def test_what_repeats_is_dropped_and_what_is_late_does_not_become_current(readings: list[Publish], told: str) -> None:
    assert verdicts(Publisher(signals(plc_a="A")), readings) == told


@pytest.mark.parametrize(
    ("of", "told"),
    [
        ({"plc_a": "A", "plc_b": "B"}, "pc"),
        ({"plc_a": "A", "plc_b": "A"}, "pp"),  # differ only where the pattern has a wildcard
        ({"plc_b": "B"}, "pp"),  # the owner's address leads elsewhere now
    ],
)
def test_the_first_address_owns_a_topic(of: dict[str, str], told: str) -> None:
    publisher = Publisher(signals(**of))
    assert verdicts(publisher, [reading(1), reading(2, source="plc/b")]) == told


def test_each_publisher_remembers_for_itself() -> None:
    seen = reading(1)
    assert [verdicts(Publisher(signals()), [seen, seen]) for _ in range(2)] == ["pd", "pd"]


def test_a_collision_names_the_owner_and_how_to_end_the_claim() -> None:
    publisher = Publisher(signals(plc_a="A", plc_b="B"))
    publisher.judge(reading(1))
    verdict = publisher.judge(reading(2, source="plc/b"))
    assert isinstance(verdict, Reject)
    (finding,) = verdict.findings
    assert finding.code == "collision"
    assert "plc/a" in finding.message
    assert f"uns release {TOPIC}" in finding.remedy


def test_a_claim_ends_by_command() -> None:
    publisher = Publisher(signals(plc_a="A", plc_b="B"))
    publisher.judge(reading(1))
    assert publisher.release(TOPIC) == "plc/a"
    assert publisher.release(TOPIC) is None
    assert verdicts(publisher, [reading(2, source="plc/b"), reading(3)]) == "pc"


def test_another_bundle_asks_anew_who_shares_a_signal() -> None:
    publisher = Publisher(signals(plc_a="A", plc_b="A"))
    assert verdicts(publisher, [reading(1), reading(2, source="plc/b")]) == "pp"
    publisher.swap(signals(plc_a="A", plc_b="B"))
    assert verdicts(publisher, [reading(3, source="plc/b")]) == "c"


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (reading(5, identity="same"), "d"),
        (reading(5, identity="other"), "p"),
        (reading(5, 1.0, "bad", identity="same"), "p"),
        (reading(4, identity="same"), "l"),
        (reading(6, source="plc/b"), "c"),
    ],
)
def test_memory_comes_back_from_retained_values(seen: Publish, told: str) -> None:
    publisher = Publisher(signals(plc_a="A", plc_b="B"))
    publisher.restore(TOPIC, "plc/a", "same", 5, "good")
    assert verdicts(publisher, [seen]) == told


def test_what_was_refused_after_all_may_be_tried_again() -> None:
    publisher = Publisher(signals(plc_a="A"))
    refused = reading(1)
    publisher.judge(refused)
    publisher.forget(refused.topic, refused.sample.time)
    assert verdicts(publisher, [reading(1), reading(1)]) == "pd"


def test_signals_are_silent_after_three_times_the_time_that_the_dictionary_expects() -> None:
    name = Name("temperature", "number", PLACE, every=10)
    publisher = Publisher(signals(plc_a="a"))
    one = reading(100, name=name)
    publisher.judge(one)
    publisher.restore("acme/dallas/_telemetry/temperature", "plc/b", "x", 90, "good", name)
    publisher.restore("acme/dallas/_telemetry/label", "plc/c", "x", 1, "good", None)
    other = "acme/dallas/_telemetry/temperature"
    assert [silent(publisher, now) for now in (120, 121, 130, 131)] == [[], [other], [other], [other, one.topic]]


def test_messages_have_their_turn_while_thousands_of_signals_are_looked_at() -> None:
    name = Name("temperature", "number", PLACE, every=10)
    publisher = Publisher(signals())
    topics = [f"acme/dallas/line-{number}/_telemetry/temperature" for number in range(3 * AT_ONCE)]
    for topic in topics:
        publisher.restore(topic, topic, "x", 0, "good", name)
    turns = []

    async def look() -> list[str]:
        silence = Silence(publisher, lambda: 31)
        looking = asyncio.ensure_future(silence.look())
        while not looking.done():
            turns.append(len(turns))
            publisher.release(topics[0])
            publisher.judge(reading(len(turns), source=f"plc/{len(turns)}"))
            await asyncio.sleep(0)
        return silence.topics

    assert asyncio.run(look()) == sorted(topics)
    assert len(turns) > 3


def test_each_part_of_many_signals_is_judged_by_the_time_at_which_it_is_looked_at() -> None:
    name = Name("temperature", "number", PLACE, every=10)
    publisher = Publisher(signals())
    topics = [f"acme/dallas/line-{number:04}/_telemetry/temperature" for number in range(3 * AT_ONCE)]
    for topic in topics:
        publisher.restore(topic, topic, "x", 0, "good", name)
    times = iter((29, 30, 31, 32))
    silence = Silence(publisher, lambda: next(times))
    asyncio.run(silence.look())
    assert silence.topics == topics[2 * AT_ONCE :]


def silent(publisher: Publisher, now: int) -> list[str]:
    silence = Silence(publisher, lambda: now)
    asyncio.run(silence.look())
    return silence.topics


def test_the_topics_of_a_branch_are_found_among_all_whenever_they_came() -> None:
    publisher = Publisher(signals(plc_a="a"))
    line = "acme/dallas/line-3"
    for topic in (f"{line}/_telemetry/a", "acme/dallas/line-30/_telemetry/a", "acme/dallas/line-2/_telemetry/a"):
        publisher.restore(topic, "plc/x", "x", 1, "good")
    assert dict(publisher.below(f"{line}/")) == {f"{line}/_telemetry/a": publisher.topics[f"{line}/_telemetry/a"]}
    publisher.restore(f"{line}/filler/_telemetry/a", "plc/y", "x", 1, "good")
    publisher.judge(reading(1))
    assert [topic for topic, _ in publisher.below(f"{line}/")] == [
        f"{line}/_telemetry/a",
        f"{line}/filler/_telemetry/a",
    ]
    assert [topic for topic, _ in publisher.below("acme/dallas/packaging/")] == [TOPIC]


def test_after_one_was_refused_the_last_sixteen_are_still_the_last() -> None:
    publisher = Publisher(signals(plc_a="A"))
    assert verdicts(publisher, [reading(time) for time in range(1, 21)]) == "p" * 20
    publisher.forget(TOPIC, 20)
    assert verdicts(publisher, [reading(21), reading(22)]) == "pp"
    assert verdicts(publisher, [reading(time) for time in (*range(6, 20), 5)]) == "d" * 14 + "l"


def test_equal_in_value_is_a_duplicate_however_a_number_is_written_and_nothing_else_is() -> None:
    publisher = Publisher(signals(plc_a="A"))
    told = [(1, 21), (2, 2**53 + 1), (3, "21.0"), (4, True), (5, {"a": 1.5}), (6, None)]
    assert verdicts(publisher, [reading(time, value) for time, value in told]) == "p" * 6
    again = [(1, 21.0), (2, 2.0**53), (2, 2**53 + 1), (3, 21.0), (3, "21.0"), (4, 1), (4, True), (5, {"a": 1.5})]
    assert verdicts(publisher, [reading(time, value) for time, value in again]) == "dldldldd"
    assert verdicts(publisher, [reading(6, None, "bad"), reading(6, None), reading(6, None)]) == "ppd"


@pytest.mark.parametrize(
    ("one", "other"), [(-1, -2), (-1.0, -2.0), (1.0, -1.0), (0.5, 2.0**60), (0, 2**61 - 1), (256, 2.0**-53), (True, 1)]
)
def test_numbers_that_python_hashes_alike_are_told_apart(one: float, other: float) -> None:
    publisher = Publisher(signals(plc_a="A"))
    readings = [reading(2), *(reading(1, value) for value in (one, other, one, other))]
    assert verdicts(publisher, readings) == "plldd"


def test_a_time_centuries_away_is_published_and_not_remembered() -> None:
    publisher = Publisher(signals(plc_a="A"))
    assert verdicts(publisher, [reading(LATEST), reading(LATEST), reading(5), reading(5)]) == "pdld"
