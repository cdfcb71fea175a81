"""What happens to the cable between service and broker: nothing is lost, and the service says what it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random

import pytest
from support.load import Load, nothing_is_lost
from support.mosquitto import Mosquitto
from support.plant import Client, Service
from support.proxy import Proxy
from support.waiting import eventually

IMPATIENT = """
import uns.broker.session as session
session.Session.__init__.__kwdefaults__["keep_alive"] = 2
session.ANSWER_WITHIN = 1.0
session.LONGEST_WAIT = 0.05
from uns.service.neighbours import Neighbours
Neighbours.start = lambda self: None
"""
"""What is cut is to be the path's own connection."""
EXCHANGE = 6_000
"""Bytes from CONNECT until readings have come and gone, both ways."""


@pytest.fixture
def proxy(broker: Mosquitto) -> Iterator[Proxy]:
    with Proxy(broker.port) as running:
        yield running


@pytest.fixture
def service(folder: Path, proxy: Proxy) -> Iterator[Service]:
    with Service(folder, proxy.url, IMPATIENT) as running:
        running.ready()
        yield running


def test_cut_at_any_byte_of_an_exchange(
    proxy: Proxy, service: Service, watcher: Client, overheard: Client, machines: Client, chance: Random, soak: bool
) -> None:
    every = range(1, EXCHANGE)
    budgets = chance.sample(every, len(every) if soak else 25)
    load = Load(machines, 150)
    eventually(lambda: watcher.messages)
    proxy.budgets.extend(budgets)
    proxy.cut()
    eventually(lambda: proxy.cuts == len(budgets), 1800 if soak else 40, lambda: (proxy.cuts, service.said()))
    nothing_is_lost(load.stop(), service, watcher, overheard)
    assert service.log.read_text().count("no link to the broker") >= len(budgets) // 2, "it says what it noticed"
    assert service.get("/status")["possible_gaps"] == 0
    print(f"{proxy.cuts} cuts")


def end_stall(proxy: Proxy) -> None:
    proxy.cut()
    proxy.go_on()


def deafen(proxy: Proxy, deaf: bool) -> None:
    proxy.deaf = deaf
    proxy.cut()


@pytest.mark.parametrize(
    ("begin", "end", "said"),
    [
        pytest.param(Proxy.stall, end_stall, "nothing was heard for", id="half-open"),
        pytest.param(
            partial(deafen, deaf=True), partial(deafen, deaf=False),
            "accepted the connection and does not answer", id="never-answers",
        ),
    ],
)  # fmt: skip
def test_a_broker_that_falls_silent_is_noticed_and_said(
    begin: Callable[[Proxy], None], end: Callable[[Proxy], None], said: str,
    proxy: Proxy, service: Service, watcher: Client, overheard: Client, machines: Client,
) -> None:  # fmt: skip
    load = Load(machines, 300)
    eventually(lambda: watcher.messages)
    begin(proxy)
    eventually(lambda: said in service.said(), why=service.said)
    service.ready("hold")
    end(proxy)
    service.ready("ready", "degraded")
    nothing_is_lost(load.stop(), service, watcher, overheard)


def test_a_slow_broker_is_waited_for(
    proxy: Proxy, service: Service, watcher: Client, overheard: Client, machines: Client
) -> None:
    proxy.pace = 20_000
    load = Load(machines, 500)
    eventually(lambda: len(load.sent) > 1000)
    assert len(watcher.messages) < 800, "it was no slow one"
    sent = load.stop()
    proxy.pace = 0
    nothing_is_lost(sent, service, watcher, overheard)
    assert "no link to the broker" not in service.said()
