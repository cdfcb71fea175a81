"""What the simulated machines have in common: messages at moments, values that wander, clocks of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from uns.instant import MILLISECOND, SECOND, Instant, to_datetime


class Message(NamedTuple):
    """One MQTT message, `after` seconds from the start of the simulation."""

    after: float
    topic: str
    payload: bytes
    retain: bool = False


class Clock(NamedTuple):
    """The time of day in the simulation, in the notations that machines use."""

    start: Instant

    def milliseconds(self, after: float) -> int:
        return self.instant(after) // MILLISECOND

    def instant(self, after: float) -> Instant:
        return self.start + round(after * 1000) * MILLISECOND

    def local(self, after: float, zone: str) -> datetime:
        return to_datetime(self.instant(after) // SECOND * SECOND).astimezone(ZoneInfo(zone))


class Wandering:
    """A value that drifts around its middle as process values do."""

    def __init__(self, random: Random, middle: float, spread: float) -> None:
        self.random, self.middle, self.spread = random, middle, spread
        self.value = middle

    def next(self, decimals: int = 1) -> float:
        pull = (self.middle - self.value) * 0.1
        self.value += pull + self.random.gauss(0, self.spread / 10)
        self.value = min(max(self.value, self.middle - self.spread), self.middle + self.spread)
        return round(self.value, decimals)


def every(random: Random, seconds: float, first: float = 0.2) -> Iterator[float]:
    """Moments about so many seconds apart, never quite regular, to the millisecond."""
    after = first + random.random() * seconds
    while True:
        yield round(after, 3)
        after += seconds * random.uniform(0.95, 1.05)


def written(value: Any) -> bytes:
    """JSON as devices write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
