"""Readings without a time of their own that waited at the broker: none claims a batch that it cannot know."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from support.beside import every
from support.mosquitto import Mosquitto, mosquitto
from support.plant import GOVERNED, RULES, STANDARD, Client, Service, now, properties, reasons
from support.proxy import Proxy
from support.waiting import eventually

FILLER = GOVERNED.format("filler")
DOSE = FILLER.replace("_telemetry", "_batched")
BATCHED = "contracts:\n  batched: {schema: telemetry/1.json, version: 1, shape: value, require: [batch]}"
TO_DOSE = (
    "  - {id: dose, from: 'plc/L{line}/{machine}/dose', unit: Cel, to: 'line-{line}/{machine}/_batched/temperature'}\n"
)
OLDEST = 6_000
"""Milliseconds: three that a message may be on its way unnoticed, one between two looks, and a busy machine."""
QUEUED = 1_000
"""Messages that wait at the broker at the end of an outage; half of them come with a contract that wants a batch."""


def rules_of_this_plant() -> str:
    return RULES.replace("  - id: start", f"{TO_DOSE}  - id: start").replace("batch-start", "batch-change")


@pytest.fixture
def folder(folder: Path) -> Path:
    rules = folder / "naming_rules"
    (rules / "standard.yaml").write_text(STANDARD.replace("contracts:", BATCHED), encoding="utf-8")
    (rules / "dallas.yaml").write_text(rules_of_this_plant(), encoding="utf-8")
    return folder


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """All but twenty messages wait there, not in our memory."""
    with mosquitto(tmp_path / "mosquitto", extra="max_inflight_messages 20\n") as running:
        yield running


def asleep(service: Service, proxy: Proxy, wait: Callable[[], None]) -> None:
    service.process.send_signal(signal.SIGSTOP)
    wait()
    service.process.send_signal(signal.SIGCONT)


def away(service: Service, proxy: Proxy, wait: Callable[[], None]) -> None:
    """What waited comes slowly: it takes longer than the marker may."""
    assert service.stop() == 0
    wait()
    proxy.pace = 30_000
    service.start()
    eventually(lambda: "messages come late" in reasons(service), why=service.said)
    proxy.pace = 0


def slow(service: Service, proxy: Proxy, wait: Callable[[], None]) -> None:
    proxy.pace = 2_000
    wait()
    eventually(lambda: "messages come late" in reasons(service), why=service.said)
    proxy.pace = 0


def through(service: Service) -> int:
    return service.log.read_text(encoding="utf-8").count("the backlog is through")


def age(body: dict[str, Any], begun: int) -> float:
    """How much earlier the machine sent it, in ms: its value is when that was."""
    stamp = datetime.fromisoformat(str(body["timestamp"])).timestamp() * 1000
    return stamp - begun - float(body["value"])


def test_who_sleeps_right_behind_the_connect_knows_it_when_he_wakes_up(
    folder: Path, broker: Mosquitto, client: Client, machines: Client
) -> None:
    """Before the first look of all, a second behind the start, which these never have."""
    with Service(folder, broker.url, "from uns.service.own import Own\nOwn.look = lambda own: None") as service:
        service.ready()
        begun = now()
        service.process.send_signal(signal.SIGSTOP)
        with every(0.1, lambda _: machines.publish("plc/L1/filler/temperature", {"Val": now() - begun})):
            eventually(lambda: now() - begun > OLDEST)
        machines.flush()
        service.process.send_signal(signal.SIGCONT)
        eventually(lambda: len(client.bodies(FILLER)) == machines.accepted, why=service.said)
    clocks = {properties(each)["clock"] for each in client.messages if each.topic == FILLER}
    assert clocks == {"backlog"}


def test_no_untimed_reading_claims_a_batch_that_it_cannot_know(
    folder: Path, broker: Mosquitto, client: Client, machines: Client
) -> None:
    begun, numbers = now(), count(1)

    def announce() -> str:
        name = f"B-{next(numbers)}"
        client.publish("mes/orders", {"event": "START", "line": "L1", "order": name, "at": now()})
        return name

    def send(_: int) -> None:
        for kind in ("temperature", "dose"):
            machines.publish(f"plc/L1/filler/{kind}", {"Val": now() - begun})

    def last_batch() -> object:
        newest = (each.payload for each in reversed(client.messages) if each.topic == FILLER)
        return json.loads(next(newest, b"{}")).get("batch")

    with Proxy(broker.port) as proxy, Service(folder, proxy.url) as service, every(0.01, send):
        service.ready()
        for number, outage in enumerate((asleep, away, slow), 1):
            name = announce()
            eventually(lambda name=name: last_batch() == {"id": name}, 30, service.said)
            waited, name = machines.accepted + QUEUED, announce()
            outage(service, proxy, lambda waited=waited: eventually(lambda: machines.accepted > waited))
            eventually(lambda number=number: through(service) == number, 30, service.said)
            eventually(lambda name=name: last_batch() == {"id": name}, 30, service.said)
        assert service.get("/status")["findings"]["context-missing"] > QUEUED // 4
        assert service.log.read_text(encoding="utf-8").count("messages come late: readings without") >= 3
    governed = [
        (properties(each)["clock"], json.loads(each.payload))
        for each in client.messages
        if each.topic in (FILLER, DOSE)
    ]
    queued = [body for clock, body in governed if clock == "backlog"]
    claimed = [body for clock, body in governed if clock == "received" and "batch" in body]
    assert len(queued) > QUEUED
    assert not any({"batch", "shift", "product"} & body.keys() or body["quality"] != "uncertain" for body in queued)
    assert max(age(body, begun) for body in claimed) < OLDEST
