"""A clock, rules and a machine that misbehave under load: nothing is lost, and the service says what it was."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from random import Random

from support.beside import every
from support.load import UNTIMED, Load, nothing_is_lost
from support.mosquitto import Mosquitto
from support.plant import GOVERNED, RULES, Client, Service
from support.waiting import eventually

STEPPING = """
import pathlib, time
from uns.service.path import Path
step = pathlib.Path("step")
Path.__init__.__kwdefaults__["clock"] = lambda: time.time_ns() + int(step.read_text() or 0) * 10**9
"""
"""Its clock is as many seconds off as the file says."""


def test_a_clock_that_steps_an_hour_back_and_forth(
    folder: Path, broker: Mosquitto, watcher: Client, overheard: Client, machines: Client,
    client_of: Callable[..., Client],
) -> None:  # fmt: skip
    """Nor does a reading that is timed by receipt wait for an hour until it is the current value again."""
    step, new, newcomer = folder / "step", folder / "step.new", client_of("newcomer")
    step.write_text("0")

    def current() -> float:
        newcomer.subscribe(GOVERNED.format(UNTIMED))
        return max((json.loads(each.payload)["value"] for each in list(newcomer.messages) if each.retain), default=0.0)

    with Service(folder, broker.url, STEPPING) as service:
        service.ready()
        load = Load(machines, 300)
        eventually(current)
        for number, seconds in enumerate((3600, 0, -3600, 0), 1):
            new.write_text(str(seconds))
            new.replace(step)
            eventually(lambda number=number: service.log.read_text().count("the clock of this machine") == number)
            behind = current()
            eventually(lambda behind=behind: current() > behind, why=service.said)
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
        before = len(watcher.messages)
        eventually(lambda before=before: len(watcher.messages) > before, why=service.said)
        threading.Event().wait(chance.uniform(0, 1))
        service.kill()
        service.start()
    service.ready("ready", "degraded")
    nothing_is_lost(load.stop(), service, watcher, overheard)
