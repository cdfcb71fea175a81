"""Replays in the plant of `support.plant`: what is kept, changed rules, and a request until it is through."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import Engine

from support.plant import RULES, Client, Service, now
from support.waiting import eventually
from uns.registry import replays
from uns.registry.entries import Filter, count
from uns.registry.replays import Replay
from uns.registry.writing import Author

ADMITTED = RULES.replace("  - id: start", "  - {id: temp, from: 'plc/L{line}/{machine}/temp', unit: Cel, "
                         "to: 'line-{line}/{machine}/_telemetry/temperature'}\n  - id: start")  # fmt: skip


def kept(engine: Engine, number: int) -> None:
    eventually(lambda: count(engine) == number, why=lambda: count(engine))


def left_behind(engine: Engine, client: Client, service: Service) -> None:
    """One reading in quarantine, and nobody who could replay it."""
    client.publish("plc/L1/filler/temp", {"Val": 1, "ts": now()})
    kept(engine, 1)
    service.stop()


def change(folder: Path, service: Service, rules: str, file: str = "dallas.yaml") -> None:
    before = service.get("/status")["bundle"]["revision"]
    (folder / "naming_rules" / file).write_text(rules, encoding="utf-8")
    eventually(lambda: service.get("/status")["bundle"]["revision"] != before, why=service.said)


def asked(engine: Engine, wanted: Filter = Filter()) -> int:  # noqa: B008 - it cannot be changed
    return replays.ask(engine, wanted, Author("ann", time.time_ns())).id


def through(engine: Engine, number: int, service: Service) -> Replay:
    def ended() -> Replay | None:
        now = replays.replay(engine, number)
        return now if now is not None and not now.waiting else None

    ended_so: Replay = eventually(ended, 30, lambda: f"{replays.replay(engine, number)}\n{service.said()}")
    return ended_so


def balanced(service: Service) -> dict[str, int]:
    _, decisions = service.settled()
    outcomes = ("published", "quarantined", "ignored", "observed", "recorded", "duplicate")
    assert decisions["made"] == sum(decisions[each] for each in outcomes)
    assert not any("balance" in each for each in service.get("/readyz")["reasons"])
    return decisions
