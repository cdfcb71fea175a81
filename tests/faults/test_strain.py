"""A clock, rules and a machine that misbehave under load: nothing is lost, and the service says what it was."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from random import Random

from support.beside import every
from support.load import Load, nothing_is_lost
from support.mosquitto import Mosquitto
from support.plant import RULES, Client, Service
from support.waiting import eventually

STEPPING = """
import time
from uns.service.path import Path
start = time.monotonic()
def stepping():
    step = (0, 3600, -3600)[int((time.monotonic() - start) * 2) % 3]
    return time.time_ns() + step * 10**9
Path.__init__.__kwdefaults__["clock"] = stepping
"""


def test_a_clock_that_steps_an_hour_back_and_forth(
    folder: Path, broker: Mosquitto, watcher: Client, overheard: Client, machines: Client
) -> None:
    with Service(folder, broker.url, STEPPING) as service:
        service.ready()
        load = Load(machines, 300)
        eventually(lambda: len(watcher.messages) > 1000, why=service.said)
        nothing_is_lost(load.stop(), service, watcher, overheard)


def test_rules_that_are_loaded_again_ten_times_a_second(
    folder: Path, service: Service, watcher: Client, overheard: Client, machines: Client
) -> None:
    rules, new = folder / "naming_rules" / "dallas.yaml", folder / "dallas.new"

    def change(number: int) -> None:
        new.write_text(f"{RULES}# {number}\n", encoding="utf-8")
        new.replace(rules)
        service.process.send_signal(signal.SIGHUP)

    load = Load(machines, 300)
    with every(0.1, change):
        eventually(lambda: service.log.read_text().count("new rules are in force") >= 5, 40, service.said)
    nothing_is_lost(load.stop(), service, watcher, overheard)
    service.ready()


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


def test_killed_at_random_moments(
    service: Service, watcher: Client, overheard: Client, machines: Client, chance: Random, soak: bool
) -> None:
    load = Load(machines, 300)
    for _ in range(200 if soak else 3):
        eventually(lambda: watcher.messages)
        threading.Event().wait(chance.uniform(0, 2))
        service.kill()
        service.start()
    service.ready("ready", "degraded")
    nothing_is_lost(load.stop(), service, watcher, overheard)
