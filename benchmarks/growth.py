"""What a message costs in a plant that grows: `python -m benchmarks.growth`, and with
`PYTHONSAFEPATH=1 PYTHONPATH=build/compiled:.` that of the wheel.

In one process and without sockets, each plant in a process of its own: messages of all its assets in a random order;
the first of each, which is resolved, and those after it. Memory is what the process grows by for each topic.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from random import Random
from typing import Final, NamedTuple

from mqtt5 import PublishPacket, QoS

from benchmarks import service
from benchmarks.load import memory_of
from benchmarks.unplugged import plugged_into_nothing, pubacks
from uns.bundle import Documents
from uns.context.timeline import Timeline
from uns.context.values import Batch, Product, Shift
from uns.equipment import EquipmentPath
from uns.instant import SECOND
from uns.judge import judge
from uns.service.signals import identify_by

RULES_A_FILE: Final = 500
WINDOW: Final = 100
ROUNDS: Final = 3
LEAST: Final = 20_000
HOUR: Final = 3600 * SECOND


class Size(NamedTuple):
    rules: int
    assets: int
    batches: int


SIZES: Final = (
    Size(10, 10, 10), Size(10, 1_000, 10), Size(10, 10_000, 10), Size(10, 100_000, 10),
    Size(1_000, 1_000, 10), Size(10_000, 10_000, 10), Size(10, 1_000, 100_000),
)  # fmt: skip


def documents(rules: int) -> Documents:
    """Files of at most 500 rules, one for each line of a site; any number of assets stands on a line."""
    files = range((rules + RULES_A_FILE - 1) // RULES_A_FILE)
    sites = "".join(f"  s{number}: {{zone: UTC}}\n" for number in files)
    standard = (service.PLANT / "naming_rules" / "standard.yaml").read_text()
    before, _, behind = standard.partition("  dallas: {zone: America/Chicago}\n")
    standard = f"{before}{sites}{behind}".replace("{1,2}", "{1,5}")
    written = {"standard.yaml": standard.encode()}
    for number in files:
        lines = range(number * RULES_A_FILE, min(rules, (number + 1) * RULES_A_FILE))
        written[f"f{number}.yaml"] = "\n".join(_file(number, lines)).encode()
    folder = service.PLANT / "schemas"
    return Documents(written, {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*.json")})


def _file(number: int, lines: Sequence[int]) -> Iterator[str]:
    yield f"site: s{number}\nsteward: ot@acme.example"
    yield f"sources: [{{topic: plc/s{number}/#, value: /Val, time: /ts}}]\nrules:"
    for line in lines:
        to = f"packaging/line-{line}/{{asset|kebab}}/_telemetry/temperature"
        yield f"  - {{id: r{line}, from: 'plc/s{number}/L{line}/{{asset}}/TT101', to: '{to}', unit: '[degF]'}}"


def site(line: int) -> str:
    return f"s{line // RULES_A_FILE}"


def context(size: Size, now: int) -> Timeline:
    """Batches one after the other on every line, the last of them still runs."""
    lines = min(size.rules, size.batches)
    batches = [
        Batch(
            f"B-{line}-{ago}", EquipmentPath(f"{site(line)}/packaging/line-{line}"), now - (ago + 1) * HOUR,
            now - ago * HOUR if ago else None, "SKU-42", "O-7",
        )
        for line in range(lines)
        for ago in range(size.batches // lines)
    ]  # fmt: skip
    day = [
        Shift("day", "2026-01-01", now - HOUR, now + HOUR, "A", EquipmentPath(each))
        for each in {site(line) for line in range(lines)}
    ]
    return Timeline.build("7", batches, [Product("SKU-42", "Cola 330")], shift_changes=day)


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
