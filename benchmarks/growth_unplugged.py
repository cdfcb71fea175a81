"""What a message costs in a plant that grows: `python -m benchmarks.growth_unplugged`, and with
`PYTHONSAFEPATH=1 PYTHONPATH=build/compiled:.` that of the wheel.

In one process and without sockets, each plant in a process of its own: messages of all its assets in a random order;
the first of each, which is resolved, and those after it. Memory is what the process grows by for each topic.
"""

from __future__ import annotations

import gc
import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from random import Random
from typing import Final, NamedTuple

from mqtt5 import PublishPacket, QoS

from benchmarks.load import memory_of
from benchmarks.sizes import SIZES, Size, context, documents, site
from benchmarks.unplugged import plugged_into_nothing, pubacks
from uns.judge import judge
from uns.service.signals import identify_by

WINDOW: Final = 100
ROUNDS: Final = 3
LEAST: Final = 20_000


class Grown:
    """A plant of some size, and messages of its assets."""

    def __init__(self, size: Size) -> None:
        now = time.time_ns()
        bundle = judge(documents(size.rules), now, {}, proven=True).bundle
        assert bundle is not None
        self.size, self.spent, self.done = size, 0, 0
        self.path, self.connection = plugged_into_nothing(bundle, context(size, now))
        self.path.publisher.swap(identify_by(bundle))
        self.order = list(range(size.assets))
        Random(2).shuffle(self.order)

    def feed(self, messages: int) -> float:
        """Microseconds of processor time of one of so many messages."""
        spent = 0
        for _ in range(max(1, messages // WINDOW)):
            raw = b"".join(self._packet(packet_id) for packet_id in range(1, WINDOW + 1))
            begun = time.process_time_ns()
            self.connection.data_received(raw)
            self.connection.data_received(pubacks(self.path))
            spent += time.process_time_ns() - begun
        assert self.path.ledger.outcomes["published"] == self.done
        return spent / 1e3 / (max(1, messages // WINDOW) * WINDOW)

    def _packet(self, packet_id: int) -> bytes:
        asset = self.order[self.done % len(self.order)]
        line, self.done = asset % self.size.rules, self.done + 1
        topic, stamp = f"plc/{site(line)}/L{line}/Filler_{asset}/TT101", time.time_ns() // 1_000_000 + self.done // 1000
        payload = b'{"Val": %d.5, "ts": %d}' % (60 + self.done % 30, stamp)
        return PublishPacket(topic, payload, qos=QoS.AT_LEAST_ONCE, packet_id=packet_id).write()


class Cost(NamedTuple):
    """Microseconds of a first message and of those behind it, and bytes for each topic."""

    first: float
    then: float
    memory: float


def measure(size: Size) -> Cost:
    plant = Grown(size)
    gc.collect()
    gc.freeze()
    before = memory_of(os.getpid())
    first = plant.feed(size.assets)
    grown = (memory_of(os.getpid()) - before) * 2**20 / size.assets
    return Cost(first, min(plant.feed(max(size.assets, LEAST)) for _ in range(3)), grown)


def main() -> None:
    """The best of rounds: what else the machine does comes and goes, and would speak for one size or another."""
    found: dict[Size, list[Cost]] = {size: [] for size in SIZES}
    for _ in range(ROUNDS):
        for size in SIZES:
            with ProcessPoolExecutor(1, get_context("spawn")) as alone:
                found[size].append(alone.submit(measure, size).result())
    print("| rules | assets | batches | first, µs | then, µs | bytes for each topic |\n|---|---|---|---|---|---|")
    for size, costs in found.items():
        first, then, memory = (min(each) for each in zip(*costs, strict=True))
        shown = f"{memory:,.0f}" if size.assets >= 1_000 else ""
        print(f"| {size.rules:,} | {size.assets:,} | {size.batches:,} | {first:.0f} | {then:.1f} | {shown} |")


if __name__ == "__main__":
    main()
