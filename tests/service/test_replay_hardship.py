"""Replays under what is in their way: a broker that does not answer the witness, and a clock that was set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.mosquitto import Mosquitto
from support.plant import GOVERNED, STANDARD, Client, Service, now, properties, write_project
from support.proxy import Proxy
from support.replays import ADMITTED, asked, balanced, change, kept, through
from support.stepping import STEPPING, set_clock
from support.waiting import eventually

from uns.registry.engine import connect
from uns.registry.replays import AT_ONCE

FILLER = GOVERNED.format("filler")
IMPATIENT = "import uns.service.witness as witness; witness.ANSWER_WITHIN = 1.5"


def test_without_its_witness_a_replay_goes_on_and_says_so(tmp_path: Path, broker: Mosquitto) -> None:
    """Killed halfway it may publish again what the broker had taken, under the same id; nothing is left out."""
    folder, many = tmp_path / "plant", 400
    write_project(folder)
    with (
        Client(broker.port, "client", "acme/#") as client,
        Proxy(broker.port) as proxy,
        Service(folder, proxy.url, IMPATIENT) as service,
    ):
        service.ready()
        at = now()
        for number in range(many):
            client.publish(f"plc/L1/m{number % 7}/temp", {"Val": number, "ts": at + number})
        engine = connect(f"sqlite:///{folder / 'uns.db'}")
        kept(engine, many)
        change(folder, service, ADMITTED)
        proxy.deaf = True
        number = asked(engine)
        eventually(lambda: "a replay goes on without its witness" in service.said(), why=service.said)
        eventually(lambda: len(client.bodies("acme/dallas/line-1/")) > many // 4, why=service.said)
        service.kill()
        proxy.deaf = False
        service.start()
        done = through(engine, number, service)
        engine.dispose()
        assert (done.entries, done.replayed, done.refused) == (many, many, 0)
        eventually(lambda: client.numbers() == set(range(many)), why=client.numbers)
        sent = [each for each in client.messages if each.topic.startswith("acme/dallas/line-1/")]
        assert len({properties(each)["id"] for each in sent}) == many
        assert len(sent) <= many + AT_ONCE, "more than the step that was under way went out again"
        balanced(service)


@pytest.mark.parametrize(("seconds", "noticed"), [(3600, False), (-3600, False), (-3600, True)])
def test_a_reading_timed_by_its_receipt_keeps_time_and_id_though_the_clock_was_set_since(
    tmp_path: Path, broker: Mosquitto, seconds: int, noticed: bool
) -> None:
    folder = tmp_path / "plant"
    write_project(folder)
    set_clock(folder, 0)
    with Client(broker.port, "client", "acme/#") as client, Service(folder, broker.url, STEPPING) as service:
        service.ready()
        client.publish("plc/L1/filler/temperature", {"Val": -200})
        engine = connect(f"sqlite:///{folder / 'uns.db'}")
        kept(engine, 1)
        client.publish("plc/L1/filler/temperature", {"Val": 2})
        eventually(lambda: len(client.bodies(FILLER)) == 1)
        set_clock(folder, seconds)
        if noticed:
            eventually(lambda: "the clock of this machine was set" in service.said(), why=service.said)
        change(folder, service, STANDARD.replace("-100", "-300"), "standard.yaml")
        assert through(engine, asked(engine), service).replayed == 1
        engine.dispose()
        eventually(lambda: len(client.bodies(FILLER)) == 2)
        live, replayed = (each for each in client.messages if each.topic == FILLER)
        assert properties(replayed)["clock"] == "received"
        assert json.loads(replayed.payload)["timestamp"] < json.loads(live.payload)["timestamp"]
        with Client(broker.port, "newcomer", FILLER) as newcomer:
            eventually(lambda: newcomer.bodies(FILLER))
            assert [each["value"] for each in newcomer.bodies(FILLER)] == [2.0]
            client.publish("plc/L1/filler/temperature", {"Val": 3})
            eventually(lambda: newcomer.bodies(FILLER)[-1]["value"] == 3.0)
        if noticed:
            with Client(broker.port, "late", FILLER) as late:
                eventually(lambda: late.bodies(FILLER))
                assert [each["value"] for each in late.bodies(FILLER)] == [3.0], "and what comes now is current"
        balanced(service)
