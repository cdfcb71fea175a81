"""Whether a raw message is acknowledged before what was made of it is safe: seen where the PUBACKs are withheld."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from benchmarks.peers.exchange import PATIENCE, plant, probe
from benchmarks.peers.peer import Missing
from benchmarks.peers.withholding import DOWN, PUBACK, PUBLISH, UP, Withholding

MESSAGES = 20
WATCHED = 3.0
"""Seconds after its first publish in which it may give itself away; less than the peers' own timeouts."""


class Acknowledged(NamedTuple):
    """Raw messages that were acknowledged while no publish was, of so many sent."""

    early: int
    sent: int = MESSAGES

    def __str__(self) -> str:
        return f"yes, {self.early} of {self.sent}" if self.early else "no"


def acknowledged(broker: int, between: Withholding, watched: float = WATCHED) -> Acknowledged:
    """Of a peer that is connected to the broker through `between`."""
    passed = between.passed
    with plant(broker) as one:
        _wait(lambda: passed[UP, PUBACK] == passed[DOWN, PUBLISH], PATIENCE, "it never acknowledged anything")
        between.withhold = True
        before, published = passed[UP, PUBACK], passed[UP, PUBLISH]
        one.say([probe(f"Filler_{number:03d}", datetime.now(UTC)) for number in range(MESSAGES)])
        _wait(lambda: passed[UP, PUBLISH] > published, PATIENCE, "it published nothing")
        _wait(lambda: passed[UP, PUBACK] == before + MESSAGES, watched)
        return Acknowledged(passed[UP, PUBACK] - before)


def _wait(condition: Callable[[], bool], within: float, otherwise: str = "") -> None:
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            if otherwise:
                raise Missing(otherwise)
            return
        time.sleep(0.01)
