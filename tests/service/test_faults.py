"""Whatever breaks, no sample is lost: counted at an independent subscriber that uses another client library."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.mosquitto import Mosquitto
from support.plant import Client, Service, properties
from support.waiting import eventually

ASSETS = 20


class Load:
    """A machine hall that publishes numbered readings at a steady rate until it is told to stop."""

    def __init__(self, client: Client, rate: int) -> None:
        self.client, self.pause = client, 10 / rate
        self.sent: set[int] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        start, number = time.time_ns() // 1_000_000, 0
        while not self._stop.wait(self.pause):
            for _ in range(10):
                number += 1
                topic = f"plc/L1/asset-{number % ASSETS}/temperature"
                self.client.publish(topic, {"Val": number, "ts": start + number})
                self.sent.add(number)

    def stop(self) -> set[int]:
        """What the broker has accepted: all of it."""
        self._stop.set()
        self._thread.join()
        self.client.flush()
        return self.sent


@pytest.fixture
def watcher(client_of: Callable[..., Client]) -> Client:
    return client_of("watcher", "acme/dallas/#")


@pytest.fixture
def overheard(client_of: Callable[..., Client]) -> Client:
    """What the broker took from the machines, in its order: a client in trouble may send in another one."""
    return client_of("overheard", "plc/L1/#")


@pytest.fixture
def machines(client_of: Callable[..., Client]) -> Client:
    return client_of("machines", at_once=1)


def arrived(watcher: Client) -> set[int]:
    return {int(body["value"]) for body in watcher.bodies("acme/dallas/")}


def after(seconds: float) -> None:
    threading.Event().wait(seconds)


def restart_broker(broker: Mosquitto, service: Service, folder: Path) -> None:
    broker.restart()


def kill_service(broker: Mosquitto, service: Service, folder: Path) -> None:
    service.kill()
    after(0.5)
    service.start()


def stop_service(broker: Mosquitto, service: Service, folder: Path) -> None:
    """It finishes what is on its way, says so, and leaves the rest at the broker."""
    with Client(broker.port, "state", "acme/_uns/uns") as client:
        begun = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - begun < 10
        eventually(lambda: client.bodies("acme/_uns/uns")[-1]["state"] == "stopped")
        messages, decisions = (client.bodies("acme/_uns/uns")[-1][each] for each in ("messages", "decisions"))
    assert messages["received"] == messages["acknowledged"] + messages["in_flight"] > 0
    assert decisions["in_flight"] == 0
    service.start()


def lock_registry(broker: Mosquitto, service: Service, folder: Path) -> None:
    lock = sqlite3.connect(folder / "uns.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    after(10)
    lock.execute("ROLLBACK")
    lock.close()


@pytest.mark.parametrize("fault", [restart_broker, kill_service, stop_service, lock_registry])
def test_not_one_sample_is_lost(
    fault: Callable[[Mosquitto, Service, Path], None],
    broker: Mosquitto,
    service: Service,
    watcher: Client,
    overheard: Client,
    machines: Client,
    tmp_path: Path,
) -> None:
    load = Load(machines, 1000)
    after(1)
    machines.publish("plc/L1/asset-1/pressure", {"Val": 1})
    fault(broker, service, tmp_path / "plant")
    machines.publish("plc/L1/asset-2/pressure", {"Val": 1})
    after(1)
    sent = load.stop()
    eventually(lambda: arrived(watcher) >= sent, 40, lambda: (len(sent), len(arrived(watcher)), service.said()))
    assert arrived(watcher) == sent
    for asset in range(ASSETS):
        _in_order(watcher, overheard, f"asset-{asset}/")
    _ids_tell_repetitions(watcher)
    messages, decisions = service.settled()
    ended = messages["acknowledged"] + messages["qos0"] + messages["cut_off"]
    assert messages["received"] == ended + messages["in_flight"]
    made = decisions.pop("made")
    assert made == sum(decisions.values())
    eventually(lambda: _quarantined(tmp_path / "plant") >= {"plc/L1/asset-1/pressure", "plc/L1/asset-2/pressure"})
    assert service.get("/readyz")["status"] in ("ready", "degraded")


@pytest.mark.parametrize("serving", [True, False])
def test_a_killed_broker_loses_nothing_of_what_it_had_saved(
    serving: bool, broker: Mosquitto, service: Service, watcher: Client, overheard: Client,
    machines: Client, tmp_path: Path,
) -> None:  # fmt: skip
    """The shipped configuration saves every five seconds: what it accepted before its last save comes back with it."""
    if not serving:
        assert service.stop() == 0
    load = Load(machines, 1000)
    eventually(lambda: machines.accepted > 500)
    accepted, at = machines.accepted, time.time()
    eventually(lambda: _saved(tmp_path / "mosquitto") > at, why=broker.log.read_text)
    after(0.5)
    broker.kill()
    broker.start()
    if not serving:
        service.start()
    service.ready("ready", "degraded")
    after(0.5)
    sent = load.stop()
    promised = {number for number in sent if number <= accepted} | {max(sent)}
    eventually(lambda: arrived(watcher) >= promised, 40, lambda: (promised - arrived(watcher), service.said()))
    messages, decisions = service.settled()
    assert arrived(watcher) <= sent
    assert messages["received"] == messages["acknowledged"] + messages["cut_off"]
    assert decisions.pop("made") == sum(decisions.values())
    for asset in range(ASSETS):
        _in_order(watcher, overheard, f"asset-{asset}/")
    _ids_tell_repetitions(watcher)


def _saved(folder: Path) -> float:
    """When the broker last wrote down what it holds."""
    database = folder / "data" / "mosquitto.db"
    return database.stat().st_mtime if database.exists() else 0.0


def _in_order(watcher: Client, overheard: Client, asset: str) -> None:
    """Of what both clients got, the first arrivals are in the same order, governed as raw."""
    raw = dict.fromkeys(body["Val"] for body in overheard.bodies(f"plc/L1/{asset}temperature"))
    governed = dict.fromkeys(body["value"] for body in watcher.bodies(f"acme/dallas/line-1/{asset}"))
    assert [each for each in governed if each in raw] == [each for each in raw if each in governed] != []


def _ids_tell_repetitions(watcher: Client) -> None:
    values: dict[str, bytes] = {}
    for message in list(watcher.messages):
        identity = properties(message)["id"]
        assert values.setdefault(identity, message.payload) == message.payload
    assert len(values) == len({message.payload for message in list(watcher.messages)})


def _quarantined(folder: Path) -> set[str]:
    with sqlite3.connect(folder / "uns.db") as registry:
        return {topic for (topic,) in registry.execute("SELECT topic FROM quarantine_entry")}
