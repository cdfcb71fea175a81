"""Two processes of one instance: one serves, the other stands by, and whatever ends the first, nothing is lost."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from support.load import Load, nothing_is_lost
from support.mosquitto import Mosquitto
from support.plant import RULES, Client, Service, now, reasons, write_project
from support.postgres import binaries, postgres
from support.uns import uns
from support.waiting import eventually

TAKEN_WITHIN = 5.0
OLDER = "import uns.journal.store as store; store.VERSION, store.RENEWALS = 1, {}"
"""A version whose journal was another."""


def stands_by(service: Service) -> None:
    service.ready("standby")
    assert "pid " in reasons(service)


def soon() -> float:
    """Five seconds; as many times longer as the machine has more to do than it can."""
    return TAKEN_WITHIN * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@contextmanager
def taken_over(by: Service) -> Iterator[None]:
    """Whatever ends the one that serves, the other serves soon."""
    stands_by(by)
    yield
    by.ready("ready", "degraded", within=soon())


def is_ready(service: Service) -> bool:
    return (service.get("/readyz") or {}).get("status") in ("ready", "degraded")


def kept(service: Service) -> int:
    """Entries of quarantine, as the one that serves knows them."""
    status = service.get("/status") or {}
    return int(status.get("quarantine", {}).get("kept", 0))


def test_one_of_two_serves_whatever_ends_the_other(
    folder: Path, service: Service, broker: Mosquitto, watcher: Client, overheard: Client, machines: Client,
    tmp_path: Path,
) -> None:  # fmt: skip
    """kill -9 with rejections that only the journal has, SIGTERM, and SIGSTOP, which frees no lock."""
    write_project(tmp_path / "other", RULES + "# other rules\n")
    with Service(folder, broker.url, rules=str(tmp_path / "other" / "naming_rules")) as second:
        load = Load(machines, 300)
        eventually(lambda: len(watcher.messages) > 300)
        before = service.get("/status")["bundle"]["revision"]
        with taken_over(second), closing(sqlite3.connect(folder / "uns.db", isolation_level=None)) as database:
            database.execute("BEGIN EXCLUSIVE")
            # with a time of its own: where it comes again, its acknowledgement having been cut off, it is known
            machines.publish("plc/L1/asset-1/pressure", {"Val": 1, "ts": now()})
            eventually(lambda: service.counters()[1]["quarantined"] == 1)
            service.kill()
        eventually(lambda: kept(second) == 1, why=second.said)
        assert second.get("/status")["bundle"]["revision"] != before
        service.start()
        with taken_over(service):
            assert second.stop() == 0
        second.start()
        stands_by(second)
        service.process.send_signal(signal.SIGSTOP)
        eventually(lambda: "does not answer" in reasons(second), why=second.said)
        with taken_over(second):
            service.kill()
        nothing_is_lost(load.stop(), second, watcher, overheard)
        assert second.get("/status")["possible_gaps"] == 0


@pytest.mark.skipif(binaries() is None, reason="apt install postgresql")
def test_a_standby_takes_over_beside_postgresql(
    folder: Path, broker: Mosquitto, watcher: Client, overheard: Client, machines: Client
) -> None:
    with postgres() as registry, Service(folder, broker.url, registry=registry) as service:
        service.ready()
        with Service(folder, broker.url, registry=registry) as second:
            load = Load(machines, 300)
            machines.publish("plc/L1/asset-1/pressure", {"Val": 1})
            eventually(lambda: len(watcher.messages) > 300)
            with taken_over(second):
                service.kill()
            eventually(lambda: kept(second) == 1, why=second.said)
            nothing_is_lost(load.stop(), second, watcher, overheard)


def test_killed_again_and_again_at_random_moments(
    folder: Path, service: Service, broker: Mosquitto, watcher: Client, overheard: Client, machines: Client,
    chance: Random, soak: bool,
) -> None:  # fmt: skip
    """Now and then also before the one that follows has taken over whole; who is quicker then may be either."""
    turns, taken = 120 if soak else 2, 0
    with Service(folder, broker.url) as second:
        load = Load(machines, 300)
        eventually(lambda: watcher.messages)
        for _ in range(turns):
            serving, standing = eventually(lambda: paired(service, second), 30, second.said)
            threading.Event().wait(chance.uniform(0, 0.5))
            serving.kill()
            if chance.random() < 0.2:
                threading.Event().wait(chance.uniform(0, 1))
                standing.kill()
                standing.start()
            else:
                standing.ready("ready", "degraded", within=soon())
                taken += 1
            serving.start()
        serving, _ = eventually(lambda: paired(service, second), 30, second.said)
        nothing_is_lost(load.stop(), serving, watcher, overheard)
        assert service.log.read_text().count("taking over") >= taken
        assert silence(watcher) < 2 * soon()
        assert serving.get("/status")["possible_gaps"] == 0
        print(f"{taken} of {turns} times taken over at once, silent for {silence(watcher):.1f} s at most")


def paired(*both: Service) -> tuple[Service, Service] | None:
    """Which of the two serves and which stands by, once it is so."""
    statuses = {(each.get("/readyz") or {}).get("status"): each for each in both}
    serving, standing = statuses.get("ready") or statuses.get("degraded"), statuses.get("standby")
    return (serving, standing) if serving and standing else None


def silence(watcher: Client) -> float:
    """The longest time in seconds in which nothing came."""
    return max(after.timestamp - before.timestamp for before, after in pairwise(watcher.messages))


def test_a_standby_with_the_same_settings_leaves_port_and_broker_to_the_one_that_serves(
    folder: Path, service: Service, broker: Mosquitto
) -> None:
    with Service(folder, broker.url, health=service.health) as second:
        eventually(lambda: "answers once it serves" in second.said(), why=second.said)
        assert second.said().count("standing by: another process serves this instance") == 1
        assert f"pid={service.process.pid}" in second.said()
        assert service.get("/readyz")["status"] == "ready"
        assert second.stop() == 0
        second.start()
        eventually(lambda: second.said().count("answers once it serves") == 2, why=second.said)
        connections = broker.log.read_text().count(" as uns (")
        assert connections == 1, "only the one that serves was ever connected under the instance's name"
        service.process.send_signal(signal.SIGSTOP)
        told = f"(pid {service.process.pid}) serves uns here, and does not answer at {service.health}"
        assert told in uns(folder, "doctor", broker=broker.url)[1]
        service.kill()
        second.health = service.health
        second.ready(within=soon())


def test_a_standby_of_an_older_version_gives_up_and_spoils_nothing(
    folder: Path, service: Service, broker: Mosquitto, client: Client
) -> None:
    """Whether the newer one had changed the journal or the registry."""
    with Service(folder, broker.url, OLDER) as second:
        stands_by(second)
        service.kill()
        client.publish("plc/L1/filler/pressure", {"Val": 1})
        assert second.process.wait(20) == 3
        assert "is the journal of another version of uns" in second.said()
        current = schema_becomes(folder, "9999")
        second.start()
        assert second.process.wait(20) == 3
        assert "the registry was made by a newer version of uns (schema 9999)" in second.said()
    schema_becomes(folder, current)
    service.start()
    eventually(lambda: kept(service) == 1, why=service.said)


def schema_becomes(folder: Path, version: str) -> str:
    """Which it was before."""
    with closing(sqlite3.connect(folder / "uns.db", isolation_level=None)) as database:
        ((before,),) = database.execute("SELECT version_num FROM alembic_version").fetchall()
        database.execute("UPDATE alembic_version SET version_num = ?", (version,))
    return str(before)
