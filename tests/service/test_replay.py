"""Replay: what was rejected goes down the same line once more, by the rules and the context of now."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine
from support.mosquitto import Mosquitto, mosquitto
from support.plant import GOVERNED, RULES, STANDARD, Client, Service, now, properties, write_project
from support.replays import ADMITTED, asked, balanced, change, kept, left_behind, through
from support.waiting import eventually

from uns.registry.engine import connect
from uns.registry.entries import Filter, entries
from uns.registry.quarantine import discard
from uns.registry.writing import Author

FILLER = GOVERNED.format("filler")


def test_once_a_rule_admits_them_they_are_published_under_the_id_that_they_always_had(
    service: Service, client: Client, folder: Path, registry: Engine
) -> None:
    at = now()
    client.publish("mes/orders", {"event": "START", "line": "L1", "order": "B-1", "at": at - 5000})
    for number in range(3):
        client.publish("plc/L1/filler/temp", {"Val": number, "ts": at + number})
    client.publish("plc/L1/filler/pressure", {"Val": 1, "ts": at})
    kept(registry, 4)
    still = through(registry, asked(registry), service)
    assert (still.entries, still.replayed, still.refused) == (4, 0, 4)
    change(folder, service, ADMITTED)
    done = through(registry, asked(registry), service)
    assert (done.entries, done.replayed, done.refused, done.instances) == (4, 3, 1, ("uns",))
    eventually(lambda: len(client.bodies(FILLER)) == 3)
    assert [(each["value"], each["batch"]["id"]) for each in client.bodies(FILLER)] == [
        (0.0, "B-1"), (1.0, "B-1"), (2.0, "B-1"),
    ]  # fmt: skip
    (left,) = entries(registry).items
    assert (left.raw.topic, left.bundle) == ("plc/L1/filler/pressure", service.get("/status")["bundle"]["revision"])
    decisions = balanced(service)
    assert (decisions["published"], decisions["quarantined"], decisions["recorded"]) == (3, 4, 1)
    assert service.get("/status")["replay"] == {"replayed": 3, "refused": 5}


def test_a_retained_value_does_not_move_backwards(
    service: Service, client: Client, folder: Path, registry: Engine, broker: Mosquitto
) -> None:
    at = now()
    client.publish("plc/L1/filler/temperature", {"Val": -200, "ts": at - 60_000})
    client.publish("plc/L1/filler/temperature", {"Val": 2, "ts": at})
    kept(registry, 1)
    eventually(lambda: len(client.bodies(FILLER)) == 1)
    change(folder, service, STANDARD.replace("-100", "-300"), "standard.yaml")
    assert through(registry, asked(registry), service).replayed == 1
    eventually(lambda: [each["value"] for each in client.bodies(FILLER)] == [2.0, -200.0])
    with Client(broker.port, "newcomer", FILLER) as newcomer:
        eventually(lambda: newcomer.bodies(FILLER))
        assert [each["value"] for each in newcomer.bodies(FILLER)] == [2.0]


GROUP = """
site: dallas
steward: ot@acme.example
sources:
  - {topic: gw/#, each: /r/*, tag: ./n, value: ./v, time: ./t}
rules:
  - {id: gw, from: 'gw/{machine}', tag: filler, unit: Cel, to: 'line-1/{machine}/_telemetry/temperature'}
"""


def test_good_neighbours_are_not_published_again(
    service: Service, client: Client, folder: Path, registry: Engine
) -> None:
    change(folder, service, GROUP)
    at = now()
    read = [("filler", 1), ("filler", "x"), ("other", 3), ("filler", 4)]
    client.publish("gw/mixer", {"r": [{"n": name, "v": value, "t": at + n} for n, (name, value) in enumerate(read)]})
    kept(registry, 2)
    service.kill()  # so that the publisher does not remember the neighbours either
    other = (
        "  - {id: other, from: 'gw/{machine}', tag: other, unit: Cel, to: 'line-2/{machine}/_telemetry/temperature'}"
    )
    (folder / "naming_rules" / "dallas.yaml").write_text(GROUP + other + "\n", encoding="utf-8")
    service.start()
    service.ready()
    done = through(registry, asked(registry), service)
    assert (done.replayed, done.refused) == (1, 1)
    eventually(lambda: client.bodies("acme/dallas/line-2/"))
    assert [each["value"] for each in client.bodies("acme/dallas/line-1/mixer/")] == [1.0, 4.0]
    (left,) = entries(registry).items
    assert (left.pointer, left.findings[0].code) == ("/r/1/v", "value-type")
    assert balanced(service)["published"] == 1


def test_a_topic_that_no_source_takes_and_a_reading_that_is_gone_are_told_in_words(
    service: Service, client: Client, folder: Path, registry: Engine
) -> None:
    change(folder, service, GROUP)
    client.publish("gw/mixer", {"r": [{"n": "other", "v": 1, "t": now()}]})
    kept(registry, 1)
    change(folder, service, GROUP.replace("tag: ./n", "tag: ./v").replace("./v, value: ./v", "./v, value: ./n"))
    assert through(registry, asked(registry), service).refused == 1
    assert entries(registry).items[0].findings[0].message == (
        "as it is read now, the message does not hold a reading `other` any more"
    )
    change(folder, service, RULES)
    assert through(registry, asked(registry), service).refused == 1
    assert entries(registry).items[0].findings[0].code == "source-none"


@pytest.mark.parametrize("seed", range(3))
def test_a_replay_that_is_killed_goes_on_where_it_was_and_publishes_nothing_twice(
    seed: int, service: Service, client: Client, folder: Path, registry: Engine, broker: Mosquitto
) -> None:
    """Every other one strikes before the broker has read all that it was sent, and drops the rest; one is a SIGTERM."""
    at, many, chance = now(), 600, Random(seed)
    for number in range(many):
        client.publish(f"plc/L1/m{number % 7}/temp", {"Val": number, "ts": at + number})
    client.flush()
    kept(registry, many)
    change(folder, service, ADMITTED)
    number = asked(registry)
    for kill in range(4):
        heard = min(len(client.messages) + chance.randrange(1, 90), many - 1)
        if kill:
            service.start()
        eventually(lambda heard=heard: len(client.messages) > heard)
        if kill % 2:
            os.kill(broker.pid, signal.SIGSTOP)
        eventually(lambda: chance.random() < 0.5)
        service.stop() if kill == 2 else service.kill()
        os.kill(broker.pid, signal.SIGCONT)
        client.publish(f"acme/{kill}", "all that went out before this has been heard")
        eventually(lambda kill=kill: any(each.topic == f"acme/{kill}" for each in client.messages))
    service.start()
    service.ready()
    done = through(registry, number, service)
    assert (done.entries, done.replayed) == (many, many)
    client.publish("plc/L9/fence/temperature", {"Val": 0, "ts": now()})
    eventually(lambda: client.bodies("acme/dallas/line-9/"))
    sent = [each for each in client.messages if each.topic.startswith("acme/dallas/line-1/")]
    assert sorted(json.loads(each.payload)["value"] for each in sent) == [float(each) for each in range(many)]
    assert Counter(Counter(properties(each)["id"] for each in sent).values()) == {1: many}
    eventually(lambda: not (folder / ".uns" / "replayed.jsonl").exists())
    balanced(service)


def test_what_the_broker_refuses_stays_with_what_it_said(tmp_path: Path) -> None:
    write_project(tmp_path / "plant", ADMITTED.replace("/temp',", "/none',"))
    acl = tmp_path / "acl"
    acl.write_text("topic readwrite acme/_uns/#\ntopic readwrite plc/#\ntopic read acme/#\ntopic read $SYS/#\n"
                   "topic read mes/#\ntopic readwrite acme/dallas/line-2/#\n")  # fmt: skip
    with (
        mosquitto(tmp_path / "mosquitto", extra=f"acl_file {acl}") as broker,
        Service(tmp_path / "plant", broker.url) as service,
        Client(broker.port, "client", "acme/#") as client,
    ):
        service.ready()
        at = now()
        client.publish("plc/L1/filler/temp", {"Val": 1, "ts": at})
        client.publish("plc/L2/filler/temp", {"Val": 2, "ts": at})
        engine = connect(f"sqlite:///{tmp_path / 'plant' / 'uns.db'}")
        kept(engine, 2)
        change(tmp_path / "plant", service, ADMITTED)
        done = through(engine, asked(engine), service)
        assert (done.replayed, done.refused) == (1, 1)
        (left,) = entries(engine).items
        assert (left.raw.topic, left.findings[0].code) == ("plc/L1/filler/temp", "publish-refused")
        assert balanced(service)["quarantined"] == 2
        engine.dispose()


def test_discarded_ones_and_other_instances_ones_are_left_alone(
    service: Service, client: Client, folder: Path, registry: Engine
) -> None:
    left_behind(registry, client, service)
    number = asked(registry)
    assert discard(registry, Filter(code="rule-none"), Author("ann", 1)) == 1
    service.start()
    service.ready()
    done = through(registry, number, service)
    assert (done.entries, done.gone, done.replayed) == (1, 1, 0)


TWO = RULES.replace("  - id: start", "  - {id: both, from: 'plc/L{line}/{machine}/both', unit: Cel, to: ["
                    "'line-{line}/{machine}/_telemetry/temperature', 'line-{line}/{machine}/_telemetry/narrow']}\n"
                    "  - id: start")  # fmt: skip
NARROW = "  narrow: {type: number, unit: Cel, range: [-1, 1]}\ncontracts:"


def test_where_one_of_two_targets_refused_a_sample_only_that_one_gets_it(
    service: Service, client: Client, folder: Path, registry: Engine
) -> None:
    change(folder, service, STANDARD.replace("contracts:", NARROW), "standard.yaml")
    change(folder, service, TWO)
    at = now()
    for number in range(20):  # more than the publisher remembers
        client.publish("plc/L1/filler/both", {"Val": number + 2, "ts": at + number})
    kept(registry, 20)
    change(folder, service, STANDARD.replace("contracts:", NARROW.replace("[-1, 1]", "[-1, 15]")), "standard.yaml")
    done = through(registry, asked(registry), service)
    assert (done.replayed, done.refused) == (14, 6)
    eventually(lambda: len(client.bodies(FILLER.replace("temperature", "narrow"))) == 14)
    assert len(client.bodies(FILLER)) == 20
    assert balanced(service)["duplicate"] == 0
    assert {each.findings[0].code for each in entries(registry).items} == {"value-out-of-range"}
