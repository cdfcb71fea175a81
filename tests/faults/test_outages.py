"""Whatever breaks, no sample is lost: counted at an independent subscriber that uses another client library."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.load import Load, arrived, ids_tell_repetitions, in_order, nothing_is_lost
from support.mosquitto import Mosquitto
from support.plant import Client, Service
from support.waiting import eventually


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
    nothing_is_lost(load.stop(), service, watcher, overheard)
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
    in_order(watcher, overheard)
    ids_tell_repetitions(watcher)


def _saved(folder: Path) -> float:
    """When the broker last wrote down what it holds."""
    database = folder / "data" / "mosquitto.db"
    return database.stat().st_mtime if database.exists() else 0.0


def _quarantined(folder: Path) -> set[str]:
    with sqlite3.connect(folder / "uns.db") as registry:
        return {topic for (topic,) in registry.execute("SELECT topic FROM quarantine_entry")}
