"""What a message costs in a plant that grows: `python -m benchmarks.growth [--wheel build/compiled]`.

The running service on a real Mosquitto, QoS 1 in and out, its processor time from the process table: plants of each
size in the same rounds, messages of all their assets in a random order, behind a first one of each.
`python -m benchmarks.growth_unplugged` is the same without sockets.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

import uvloop

from benchmarks import service
from benchmarks.__main__ import CONF_D, FIXED
from benchmarks.load import Measured, Reading, Run, measure_each, memory_of
from benchmarks.sizes import SIZES, Size, site, write
from uns.demo.mosquitto import Mosquitto, free_port

GOVERNED = "acme/+/packaging/#"


def sheets(size: Size) -> Mapping[str, str]:
    """Batches one after the other on every line, each of an hour; the last of them runs."""
    now, lines = datetime.now(UTC), min(size.rules, size.batches)
    rows = [
        f"B-{line}-{ago},{site(line)}/packaging/line-{line},SKU-42,O-7,"
        f"{now - timedelta(hours=ago + 1):%FT%TZ},{f'{now - timedelta(hours=ago):%FT%TZ}' if ago else ''}"
        for line in range(lines)
        for ago in range(size.batches // lines)
    ]
    days = [f"{each},day,mon-sun,00:00,00:00,A,2025-01-01," for each in {site(line) for line in range(size.rules)}]
    return {
        "products": service.REGISTRY["products"],
        "batches": "\n".join(["id,equipment,product,order,start,stop", *rows]),
        "shifts": "\n".join(["site,id,days,start,stop,crew,from,until", *days]),
    }


def reading_of(size: Size) -> Reading:
    """Each asset once, then again in the same order: a random one, so that neighbours in time are none in memory."""
    order = list(range(size.assets))
    Random(2).shuffle(order)

    def reading(number: int) -> tuple[str, bytes]:
        asset = order[number % size.assets]
        line = asset % size.rules
        payload = b'{"Val": %d.5, "ts": %d}' % (60 + number % 30, time.time_ns() // 1_000)
        return f"plc/{site(line)}/L{line}/Filler_{asset}/TT101", payload

    return reading


class Grown(NamedTuple):
    """One round: as many messages as can be, then at the fixed rate; MiB; and whether the counters tie out."""

    unpaced: Measured
    fixed: Measured
    memory: float
    ties_out: bool


def growth_round(size: Size, wheel: Path | None, seconds: float) -> Grown:
    with tempfile.TemporaryDirectory() as name, Mosquitto(CONF_D, Path(name)) as broker:
        folder, health = Path(name), free_port()
        write(folder, size.rules)
        with service.running(broker.port, folder, health, wheel, plant=folder, registry=sheets(size)) as pid:
            runs, reading = [Run(seconds), Run(seconds, FIXED)], reading_of(size)
            each = measure_each(broker.port, broker.pid, pid, runs, reading, GOVERNED, machines=size.assets)
            unpaced, fixed = uvloop.run(each)
            acknowledged = service.counters(health)["uns_messages_acknowledged_total"]
            ties_out = acknowledged == unpaced.arrived + fixed.arrived + size.assets
            return Grown(unpaced, fixed, memory_of(pid), ties_out)


def row(size: Size, rounds: Sequence[Grown]) -> str:
    """The medians of the rounds as a line of the table."""
    unpaced, fixed = ([getattr(each, load) for each in rounds] for load in ("unpaced", "fixed"))
    cells = [
        *(f"{each:,}" for each in size),
        f"{statistics.median(each.rate for each in unpaced):,.0f}",
        *(
            f"{statistics.median(getattr(each, whose) for each in load):.1f}"
            for load in (unpaced, fixed)
            for whose in ("service_us", "broker_us")
        ),
        f"{statistics.median(each.memory for each in rounds):.0f}",
        "yes" if all(each.ties_out for each in rounds) else "NO",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=5)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--wheel", type=Path, help="an unpacked wheel, instead of the checkout")
    options = arguments.parse_args()
    done: dict[Size, list[Grown]] = {size: [] for size in SIZES}
    for number in range(options.rounds):
        for size, rounds in done.items():
            print(f"round {number + 1} of {options.rounds}: {size}", flush=True)
            rounds.append(growth_round(size, options.wheel, options.seconds))
    print("| rules | assets | batches | messages/s | our CPU, µs | Mosquitto's | at 5,000/s | its | MiB | ties out |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for size, rounds in done.items():
        print(row(size, rounds))


if __name__ == "__main__":
    main()
