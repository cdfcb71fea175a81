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
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import uvloop

from benchmarks import service
from benchmarks.__main__ import CONF_D, Measure, Round, rounds_of
from benchmarks.load import Reading, Run, measure_each, memory_of
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


def growth_round(size: Size, wheel: Path | None, seconds: float, rate: float) -> Round:
    with tempfile.TemporaryDirectory() as name, Mosquitto(CONF_D, Path(name)) as broker:
        folder, health = Path(name), free_port()
        write(folder, size.rules)
        with service.running(broker.port, folder, health, wheel, plant=folder, registry=sheets(size)) as pid:
            run, reading = Run(seconds, rate), reading_of(size)
            each = measure_each(broker.port, broker.pid, pid, [run], reading, GOVERNED, machines=size.assets)
            [measured] = uvloop.run(each)
            acknowledged = service.counters(health)["uns_messages_acknowledged_total"]
            return Round(measured, memory_of(pid), acknowledged == measured.arrived + size.assets)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=5)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--wheel", type=Path, help="an unpacked wheel, instead of the checkout")
    options = arguments.parse_args()
    kinds: dict[str, Measure] = {
        f"{size.rules:,} | {size.assets:,} | {size.batches:,}": partial(growth_round, size, options.wheel)
        for size in SIZES
    }
    print("| rules | assets | batches | messages/s | our CPU, µs | Mosquitto's CPU, µs | memory, MiB | ties out |")
    print("|---|---|---|---|---|---|---|---|")
    for kind, rounds in rounds_of(kinds, options.rounds, options.seconds, 0).items():
        rate, ours, broker = (
            statistics.median(getattr(each.measured, key) for each in rounds)
            for key in ("rate", "service_us", "broker_us")
        )
        ties_out = "yes" if all(each.ties_out for each in rounds) else "NO"
        memory = statistics.median(each.memory for each in rounds)
        print(f"| {kind} | {rate:,.0f} | {ours:.2f} | {broker:.2f} | {memory:.0f} | {ties_out} |")


if __name__ == "__main__":
    main()
