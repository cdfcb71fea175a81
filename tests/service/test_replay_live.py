"""Replays beside live messages, other requests and discards: nobody waits for a replay, and nothing goes out twice."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import Engine
from support.mosquitto import Mosquitto
from support.plant import RULES, Client, Service, now, properties
from support.replays import ADMITTED, asked, balanced, change, kept, through
from support.waiting import eventually

from uns.registry import replays
from uns.registry.entries import Filter, entries
from uns.registry.quarantine import discard
from uns.registry.writing import Author

MANY = 4_000


def rejected(client: Client, engine: Engine, many: int) -> int:
    """So many, on topics of their own, since of one cause not all are kept; the event time of the last."""
    at = now()
    for number in range(many):
        client.publish(f"plc/L1/m{number % 40}/temp", {"Val": number, "ts": at - 2 * many + number})
    client.flush()
    kept(engine, many)
    return at


def test_live_messages_overtake_a_replay_of_thousands_and_keep_their_order(
    service: Service, client: Client, folder: Path, registry: Engine, broker: Mosquitto
) -> None:
    rejected(client, registry, MANY)
    change(folder, service, ADMITTED)
    number = asked(registry)
    before = len(client.messages)
    waits: list[float] = []
    with Client(broker.port, "live", "acme/dallas/line-2/#") as live:
        for value in range(100):
            sent = time.monotonic()
            client.publish("plc/L2/press/temperature", {"Val": value, "ts": now()})
            while len(live.messages) <= value:
                assert time.monotonic() - sent < 5
                time.sleep(0.001)
            waits.append(time.monotonic() - sent)
        halfway = replays.replay(registry, number)
        assert [each["value"] for each in live.bodies("acme/")] == [float(each) for each in range(100)]
    assert halfway is not None
    assert halfway.waiting, "the replay was through before the live messages were"
    assert len(client.messages) > before, "the replay stood still meanwhile"
    assert sorted(waits)[50] < 0.1
    done = through(registry, number, service)
    assert (done.replayed, done.refused) == (MANY, 0)
    assert balanced(service)["published"] == MANY + 100
    assert service.get("/status")["replay"] == {"replayed": MANY, "refused": 0}


def test_a_live_value_that_comes_during_the_replay_stays_the_current_one(
    service: Service, client: Client, folder: Path, registry: Engine, broker: Mosquitto
) -> None:
    rejected(client, registry, 1200)
    change(folder, service, ADMITTED)
    number = asked(registry)
    eventually(lambda: len(client.messages) > 100)
    for machine in range(40):
        client.publish(f"plc/L1/m{machine}/temp", {"Val": -1, "ts": now()})
    assert through(registry, number, service).replayed == 1200
    assert balanced(service)["published"] == 1240
    with Client(broker.port, "newcomer", "acme/dallas/line-1/#") as newcomer:
        eventually(lambda: len(newcomer.messages) == 40)
        assert {each["value"] for each in newcomer.bodies("acme/")} == {-1.0}


def test_who_owns_a_topic_by_now_keeps_it(service: Service, client: Client, folder: Path, registry: Engine) -> None:
    rejected(client, registry, 1)
    client.publish("plc/L1/m0/temperature", {"Val": 7, "ts": now()})
    eventually(lambda: client.bodies("acme/dallas/line-1/m0/"))
    change(folder, service, ADMITTED)
    assert through(registry, asked(registry), service).refused == 1
    (left,) = entries(registry).items
    assert (left.findings[0].code, left.rule) == ("collision", "dallas/temp")
    assert len(client.bodies("acme/dallas/line-1/m0/")) == balanced(service)["published"] == 1


def test_two_requests_at_once_and_a_discard_settle_each_entry_once(
    service: Service, client: Client, folder: Path, registry: Engine
) -> None:
    rejected(client, registry, 400)
    change(folder, service, ADMITTED)
    one, two = asked(registry), asked(registry)
    gone = discard(registry, Filter(topic="plc/L1/m7/temp"), Author("ann", 1))
    first, second = through(registry, one, service), through(registry, two, service)
    assert (first.entries, second.entries, first.waiting, second.waiting) == (400, 400, 0, 0)
    assert (second.replayed, second.gone) == (0, 400)
    assert first.replayed + first.gone == 400
    assert first.gone <= gone <= 10
    ids = [properties(each)["id"] for each in client.messages if each.topic.startswith("acme/dallas/line-1/")]
    assert len(ids) == len(set(ids))
    assert {each.state for each in entries(registry, Filter(state=None), limit=1000).items} <= {"replayed", "discarded"}
    balanced(service)


def test_what_a_rule_ignores_by_now_is_through_and_published_nowhere(
    service: Service, client: Client, folder: Path, registry: Engine
) -> None:
    rejected(client, registry, 1)
    gone = "  - {id: gone, from: 'plc/L{line}/{machine}/temp', ignore: true}\n  - id: start"
    change(folder, service, RULES.replace("  - id: start", gone))
    assert through(registry, asked(registry), service).replayed == 1
    assert balanced(service)["ignored"] == 1
    assert client.bodies("acme/dallas/line-1/") == []
