"""The machines at a real broker: two runs say the same, byte for byte, to a client that listens."""

from __future__ import annotations

import asyncio
from itertools import takewhile

from paho.mqtt.subscribeoptions import SubscribeOptions
from support.mosquitto import Mosquitto
from support.plant import Client
from support.waiting import eventually

from uns.demo.plant import messages
from uns.demo.simulate import Simulation

START = 1_763_600_000 * 1_000_000_000
Said = list[tuple[str, bytes, bool]]


def run(broker: Mosquitto, name: str, seed: int, seconds: float) -> Said:
    """What somebody hears of a run that lasts so long."""
    with Client(broker.port, name) as listener:
        listener.client.subscribe("#", options=SubscribeOptions(qos=1, retainAsPublished=True, retainHandling=2))
        assert listener.subscribed.wait(10)
        run = takewhile(lambda message: message.after < seconds, messages(seed, START))
        simulation = Simulation(broker.port, run)
        asyncio.run(simulation.run())
        eventually(lambda: len(listener.messages) == simulation.sent)
        return [(each.topic, each.payload, each.retain) for each in listener.messages]


def test_the_same_seed_runs_the_same_and_another_does_not(broker: Mosquitto) -> None:
    one, two = run(broker, "one", 1, 1.5), run(broker, "two", 1, 1.5)
    assert len(one) > 30
    assert one == two
    assert run(broker, "three", 2, 1.5) != one
