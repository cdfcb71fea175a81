"""How soon a change by another process is on the message path, however much the registry holds.

python -m benchmarks.follow [--registry postgresql://user@host/an_empty_database]
"""

from __future__ import annotations

import argparse
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Final

from sqlalchemy import Engine

from benchmarks.load import memory_of
from benchmarks.stages import plant
from benchmarks.timeline import nanoseconds
from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.context.values import Batch, Record
from uns.equipment import EquipmentPath
from uns.finding import SamplePlace
from uns.instant import SECOND
from uns.registry.batches import row_of
from uns.registry.engine import connect
from uns.registry.migrate import migrate
from uns.registry.records import PlacedRecord, apply
from uns.registry.tables import BATCHES
from uns.registry.writing import Author, writing
from uns.service.hearing import Heard, Hearing

SIZES: Final = (10, 1_000, 100_000)
LINES: Final = 100
CHANGES: Final = 20
MINUTE: Final = 60 * SECOND
TICK: Final = 0.001


def line_of(number: int) -> EquipmentPath:
    return EquipmentPath(f"dallas/packaging/line-{number % LINES}")


def runs(count: int, now: int) -> Iterator[Batch]:
    """That many, a minute each, one after the other on every line, the newest first; it still runs."""
    for number in reversed(range(count)):
        behind = (count - 1 - number) // LINES
        start = now - (behind + 1) * MINUTE
        yield Batch(f"B-{number}", line_of(number), start, start + MINUTE if behind else None)


def fill(engine: Engine, count: int) -> None:
    now = time.time_ns()
    with writing(engine, Author("import", now)) as open_one:
        open_one.add(BATCHES, [row_of(each, False) for each in runs(count, now)])


def write(url: str) -> None:
    """The other process: for every line that it reads one change, and the moment at which it was there for all."""
    engine, (bundle, _) = connect(url), plant(time.time_ns())
    for number, _ in enumerate(sys.stdin):
        now = time.time_ns()
        record = Record("batch-change", line_of(number), now, {"id": f"N-{now}"})
        apply(engine, [PlacedRecord(record, SamplePlace("mes"))], bundle.standard, Author("mes", now))
        print(time.monotonic(), flush=True)


@contextmanager
def another_process(url: str) -> Iterator[Callable[[], float]]:
    """Makes a change, and says when it was committed."""
    command = [sys.executable, "-m", "benchmarks.follow", "--write", url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield lambda: _asked(process.stdin, process.stdout)  # type: ignore[arg-type]
        process.stdin.close()


def _asked(to: IO[str], of: IO[str]) -> float:
    to.write("\n")
    to.flush()
    return float(of.readline())


class Pulse(threading.Thread):
    """A thread that wants to run every millisecond, as the message path does; `longest` it had to wait, in seconds."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.longest = 0.0
        self._over = threading.Event()

    def run(self) -> None:
        before = time.monotonic()
        while not self._over.wait(TICK):
            now = time.monotonic()
            self.longest, before = max(self.longest, now - before - TICK), now

    def __enter__(self) -> Pulse:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()


def soon(engine: Engine, url: str, bundle: Bundle, count: int) -> str:
    """A line of the table."""
    heard: queue.Queue[tuple[float, Heard]] = queue.Queue()
    before = memory_of(os.getpid())
    hearing = Hearing(
        engine, lambda: bundle, lambda: 0, lambda each: heard.put((time.monotonic(), each)), lambda why: None
    )
    begun = time.monotonic()
    hearing.start()
    at, first = heard.get()
    whole, memory = at - begun, memory_of(os.getpid()) - before
    assert sum(len(list(each)) for _, each in first.timeline.batches) == count
    with another_process(url) as change, Pulse() as pulse:
        times = [heard_after(change, heard) for _ in range(CHANGES)]
    hearing.stop()
    return (
        f"| {count:,} | {statistics.median(times) * 1e3:.0f} | {max(times) * 1e3:.0f} | {pulse.longest * 1e3:.0f} "
        f"| {own_record(first.timeline):.2f} | {whole * 1e3:,.0f} | {memory:.0f} |"
    )


def heard_after(change: Callable[[], float], heard: queue.Queue[tuple[float, Heard]]) -> float:
    """Seconds from another process's commit to the timeline that has it."""
    committed = change()
    return heard.get(timeout=60)[0] - committed


def own_record(timeline: Timeline) -> float:
    """Milliseconds in which a record of the path's own takes effect: a batch ends and the next begins."""
    record = Record("batch-change", line_of(0), time.time_ns(), {"id": "B-next"})
    assert not timeline.take(record)[1]
    return nanoseconds(lambda: timeline.take(record), 200) / 1e6


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--registry", help="an empty PostgreSQL database; without, SQLite in a folder of its own")
    arguments.add_argument("--write", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.write:
        return write(options.write)
    print("| batches | median, ms | longest, ms | path held up, ms | own record, ms | loaded whole, ms | memory, MiB |")
    print("|---|---|---|---|---|---|---|")
    bundle, _ = plant(time.time_ns())
    for count in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            url = options.registry or f"sqlite:///{folder}/uns.db"
            engine = connect(url)
            migrate(engine)
            fill(engine, count)
            print(soon(engine, url, bundle, count), flush=True)
            if options.registry:
                migrate(engine, "base")
            engine.dispose()
    return None


if __name__ == "__main__":
    main()
