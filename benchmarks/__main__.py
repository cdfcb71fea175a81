"""`make bench`: the service with the full work, a bare pass-through, and Mosquitto itself, in the same rounds.

Acknowledged end to end at QoS 1. Prints a table, and writes it with machine and versions into `benchmarks/RESULTS.md`.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

import uvloop

from benchmarks import link, page, service
from benchmarks.load import MACHINES, Measured, measure, memory_of
from uns.demo.mosquitto import Mosquitto, free_port

HERE = Path(__file__).parent
CONF_D = HERE.parent / "mosquitto" / "conf.d"


FIXED = 5_000
"""Messages per second at which latency is compared with the broker's own."""


class Round(NamedTuple):
    """One round; of the service also its memory in MiB, and whether its counters tie out."""

    measured: Measured
    memory: float = 0.0
    ties_out: bool = True


Measure = Callable[[float, float], Round]
"""Seconds, and messages per second or 0 for as many as can be → one round on a Mosquitto of its own."""


def service_round(wheel: Path | None, seconds: float, rate: float) -> Round:
    """The full work."""
    with tempfile.TemporaryDirectory() as folder, Mosquitto(CONF_D, Path(folder)) as broker:
        health = free_port()
        with service.running(broker.port, Path(folder), health, wheel) as pid:
            measured = uvloop.run(
                measure(broker.port, broker.pid, pid, seconds, rate, service.reading, service.GOVERNED)
            )
            counted = service.counters(health)
            received, acknowledged = (counted[f"uns_messages_{each}_total"] for each in ("received", "acknowledged"))
            return Round(measured, memory_of(pid), received == acknowledged == measured.arrived + MACHINES)


def link_round(seconds: float, rate: float) -> Round:
    """The bare pass-through."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Mosquitto(CONF_D, Path(folder)) as broker,
        link.running(broker.port) as pid,
    ):
        return Round(uvloop.run(measure(broker.port, broker.pid, pid, seconds, rate, service.reading, "acme/plc/#")))


def broker_round(seconds: float, rate: float) -> Round:
    """Nobody in between: the raw messages themselves."""
    with tempfile.TemporaryDirectory() as folder, Mosquitto(CONF_D, Path(folder)) as broker:
        return Round(uvloop.run(measure(broker.port, broker.pid, None, seconds, rate, service.reading, "plc/#")))


def row(name: str, rounds: list[Round]) -> str:
    """The medians of the rounds as a line of the table."""
    measured, median = [each.measured for each in rounds], statistics.median
    rate, ours, broker = (
        median(getattr(each, key) for each in measured) for key in ("rate", "service_us", "broker_us")
    )
    late = latencies(rounds, 0.5, 0.99, 0.999)
    return f"| {name} | {rate:,.0f} | {ours:.1f} | {broker:.1f} | {ours / broker:.2f} | {late} |"


def latencies(rounds: Sequence[Round], *shares: float) -> str:
    """Milliseconds within which so great a share of the messages came, the medians of the rounds: cells of a line."""
    each = (statistics.median(one.measured.latency_ms(share) for one in rounds) for share in shares)
    return " | ".join(f"{milliseconds:.2f}" for milliseconds in each)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=5)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--wheel", type=Path, help="an unpacked wheel, to be measured beside the checkout")
    options = arguments.parse_args()
    full: dict[str, Measure] = {"full work, from the checkout": partial(service_round, None)}
    if options.wheel is not None:
        name = "compiled" if service.is_compiled(options.wheel) else "from the wheel"
        full = {f"full work, {name}": partial(service_round, options.wheel)} | full
    kinds = full | {"bare pass-through": link_round}
    unpaced = rounds_of(kinds, options.rounds, options.seconds, 0)
    half = min(statistics.median(each.measured.rate for each in unpaced[kind]) for kind in full) / 2
    paced = rounds_of(kinds, options.rounds, options.seconds, half)
    fixed = rounds_of(kinds | {"broker alone": broker_round}, options.rounds, options.seconds, FIXED)
    loads = {"unpaced": unpaced, "half load": paced, f"{FIXED:,}/s": fixed}
    every = [each for rounds in loads.values() for kind in full for each in rounds[kind]]
    table = [
        "| | messages/s | our CPU, µs | Mosquitto's CPU, µs | ratio | p50, ms | p99, ms | p99.9, ms |",
        "|---|---|---|---|---|---|---|---|",
        *(row(f"{kind}, {load}", each) for load, rounds in loads.items() for kind, each in rounds.items()),
        "",
        f"Memory of the path {statistics.median(each.memory for each in every):.0f} MiB. Counters tie out in every "
        f"round: {'yes' if all(each.ties_out for each in every) else 'NO'}.",
    ]
    print("\n".join(table))
    today, rounds, seconds = datetime.now(UTC), options.rounds, options.seconds
    about = f"`make bench`, {today:%Y-%m-%d}: medians of {rounds} rounds of {seconds:g} s, {page.machine()}."
    page.write("measured", [about, "", *table])


def rounds_of(kinds: Mapping[str, Measure], rounds: int, seconds: float, rate: float) -> dict[str, list[Round]]:
    """Interleaved: in each round every kind once."""
    done: dict[str, list[Round]] = {kind: [] for kind in kinds}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}: {f'{rate:,.0f} messages/s' if rate else 'unpaced'}", flush=True)
        for kind, once in kinds.items():
            done[kind].append(once(seconds, rate))
    return done


if __name__ == "__main__":
    main()
