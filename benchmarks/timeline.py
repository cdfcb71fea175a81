"""What a look-up on the timeline costs, and what a change costs, however much the registry holds.

python -m benchmarks.timeline
"""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable
from random import Random
from zoneinfo import ZoneInfo

from uns.context.shifts import Calendar, ShiftPattern
from uns.context.timeline import Timeline
from uns.context.values import Batch, Record
from uns.equipment import EquipmentPath
from uns.instant import SECOND

NOW = 1_795_000_000 * SECOND
HOUR = 3600 * SECOND
SIZES = (10, 100, 1_000, 10_000, 100_000)
LINES = 100


def plant(batches: int, assets_of_line: int = 10) -> tuple[Timeline, list[EquipmentPath]]:
    """That many batches, one after the other, spread over a hundred lines (or as many as there are batches)."""
    lines = [EquipmentPath(f"dallas/packaging/line-{number}") for number in range(min(LINES, batches))]
    each = batches // len(lines)
    runs = [
        Batch(f"B-{place}-{number}", line, NOW - (each - number) * HOUR, NOW - (each - number - 1) * HOUR or None)
        for place, line in enumerate(lines)
        for number in range(each)
    ]
    days = frozenset(range(7))
    hours = (("early", 6, 14), ("late", 14, 22), ("night", 22, 6))
    patterns = [ShiftPattern("dallas", name, days, begin * 60, end * 60) for name, begin, end in hours]
    calendar = Calendar("dallas", ZoneInfo("America/Chicago"), patterns)
    assets = [EquipmentPath(f"{line}/filler-{number}") for line in lines for number in range(assets_of_line)]
    return Timeline.build("1", runs, (), {"dallas": calendar}), assets


def nanoseconds(work: Callable[[], object], times: int) -> float:
    """Of one call, the best of five rounds."""
    gc.collect()
    best = float("inf")
    for _ in range(5):
        begun = time.perf_counter_ns()
        for _ in range(times):
            work()
        best = min(best, (time.perf_counter_ns() - begun) / times)
    return best


def main() -> None:
    print(f"{'batches':>8} {'again ns':>9} {'elsewhen ns':>12} {'a change µs':>12} {'build ms':>9} {'MB':>6}")
    for size in SIZES:
        tracemalloc.start()
        timeline, assets = plant(size)
        held = tracemalloc.get_traced_memory()[0] / 1e6
        tracemalloc.stop()
        begun = time.perf_counter()
        plant(size)
        built = (time.perf_counter() - begun) * 1e3
        print(f"{size:>8} {again(timeline, assets):>9.0f} {elsewhen(timeline, assets):>12.0f} "
              f"{change(timeline, assets):>12.1f} {built:>9.1f} {held:>6.1f}")  # fmt: skip
    print(f"{'assets':>8} {'in turn ns':>11}")
    for size in SIZES:
        timeline, assets = plant(10, size // 10)
        Random(2).shuffle(assets)
        print(f"{size:>8} {in_turn(timeline, assets):>11.0f}")


def again(timeline: Timeline, assets: list[EquipmentPath]) -> float:
    """The equipment's last answer still holds: what nearly every reading meets."""
    some, instant = assets[:100], NOW - HOUR // 2

    def work() -> None:
        for each in some:
            timeline.at(each, instant)

    return nanoseconds(work, 2_000) / len(some)


def elsewhen(timeline: Timeline, assets: list[EquipmentPath]) -> float:
    """Readings of one asset from two batches in turn, so that nothing remembered helps."""
    early, late = NOW - 3 * HOUR // 2, NOW - HOUR // 2

    def work() -> None:
        timeline.at(assets[0], early)
        timeline.at(assets[0], late)

    return nanoseconds(work, 5_000) / 2


def in_turn(timeline: Timeline, assets: list[EquipmentPath]) -> float:
    """Readings of all assets one after the other, in a random order: no neighbour in time is one in memory."""
    instant = NOW - HOUR // 2

    def work() -> None:
        for each in assets:
            timeline.at(each, instant)

    return nanoseconds(work, max(1, 200_000 // len(assets))) / len(assets)


def change(timeline: Timeline, assets: list[EquipmentPath]) -> float:
    """A record takes effect: one batch starts."""
    line = EquipmentPath(assets[0].rpartition("/")[0])
    start = Record("batch-start", line, NOW + HOUR, {"id": "B-new"})
    after, findings = timeline.take(start)
    assert after is not timeline, findings
    return nanoseconds(lambda: timeline.take(start), 200) / 1e3


if __name__ == "__main__":
    main()
