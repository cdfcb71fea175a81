"""A clock, rules and a machine that misbehave under load: nothing is lost, and the service says what it was."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from random import Random

from support.beside import every
from support.load import MOST_MEMORY, UNTIMED, Load, nothing_is_lost
from support.mosquitto import Mosquitto
from support.plant import GOVERNED, RULES, Client, Service, now
from support.stepping import STEPPING, set_clock
from support.waiting import eventually


def test_a_clock_that_steps_an_hour_back_and_forth(
    folder: Path, broker: Mosquitto, watcher: Client, overheard: Client, machines: Client,
    client_of: Callable[..., Client], soak: bool,
) -> None:  # fmt: skip
    """Nor does a reading that is timed by receipt wait for an hour until it is the current value again."""
    newcomer, others = client_of("newcomer"), client_of("others")
    steps = [3600, 0, -3600, 0] * (10 if soak else 1)
    set_clock(folder, 0)

    def current() -> float:
        newcomer.subscribe(GOVERNED.format(UNTIMED))
        return max((json.loads(each.payload)["value"] for each in list(newcomer.messages) if each.retain), default=0.0)

    with Service(folder, broker.url, STEPPING) as service:
        service.ready()
        load = Load(machines, 300)
        eventually(current)
        for number, seconds in enumerate(steps, 1):
            set_clock(folder, seconds)
            others.publish("plc/L1/asset-1/pressure", {"Val": number})
            others.publish("mes/orders", {"event": "START", "line": f"L{number}", "order": "B", "at": now()})
            eventually(lambda number=number: service.log.read_text().count("the clock of this machine") == number)
            behind = current()
            eventually(lambda behind=behind: current() > behind, why=service.said)
        nothing_is_lost(load.stop(), service, watcher, overheard)
        _, decisions = service.counters()
        assert decisions["quarantined"] + decisions["recorded"] == 2 * len(steps)
        assert decisions["recorded"] >= len(steps) // 2, "an order of an hour ahead is not believed"
        eventually(lambda: service.get("/status")["quarantine"]["kept"] == decisions["quarantined"], why=service.said)
        service.ready()
        print(f"{len(steps)} steps")


def test_rules_that_are_loaded_again_ten_times_a_second(
    folder: Path, service: Service, watcher: Client, overheard: Client, machines: Client, soak: bool
) -> None:
    rules, new, changes = folder / "naming_rules" / "dallas.yaml", folder / "dallas.new", 600 if soak else 10
    changed = []

    def change(number: int) -> None:
        changed.append(number)
        new.write_text(f"{RULES}# {number}\n", encoding="utf-8")
        new.replace(rules)
        service.process.send_signal(signal.SIGHUP)

    def in_force() -> int:
        return service.log.read_text().count("new rules are in force")

    load = Load(machines, 300)
    with every(0.1, change):
        eventually(lambda: len(changed) >= changes and in_force() >= changes // 2, 40 + changes, service.said)
    nothing_is_lost(load.stop(), service, watcher, overheard)
    service.ready()
    print(f"{len(changed)} changes, {in_force()} in force")


def test_a_process_that_the_machine_stops_for_a_while(
    service: Service, watcher: Client, overheard: Client, machines: Client, soak: bool
) -> None:
    load = Load(machines, 300)
    eventually(lambda: watcher.messages)
    service.process.send_signal(signal.SIGSTOP)
    before = len(load.sent)
    eventually(lambda: len(load.sent) > before + 300 * (60 if soak else 3), 90)
    service.process.send_signal(signal.SIGCONT)
    nothing_is_lost(load.stop(), service, watcher, overheard)
    assert not soak or "messages come late" in service.log.read_text()


def test_killed_at_random_moments(
    service: Service, watcher: Client, overheard: Client, machines: Client, chance: Random, soak: bool
) -> None:
    load, kills = Load(machines, 300), 200 if soak else 3
    for _ in range(kills):
        before = len(watcher.messages)
        eventually(lambda before=before: len(watcher.messages) > before, why=service.said)
        threading.Event().wait(chance.uniform(0, 1))
        assert service.memory() < MOST_MEMORY
        service.kill()
        service.start()
    service.ready("ready", "degraded")
    nothing_is_lost(load.stop(), service, watcher, overheard)
    assert service.log.read_text().count("session=new") == 1
    assert service.get("/status")["possible_gaps"] == 0
    print(f"{kills} kills")
