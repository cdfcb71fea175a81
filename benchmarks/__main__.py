"""`make bench`: the service with the full work, a bare pass-through, and Mosquitto itself, in the same rounds.

Acknowledged end to end at QoS 1. Prints a table, and writes it with machine and versions into `benchmarks/RESULTS.md`.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import re
import statistics
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import uvloop

from benchmarks import link, service
from benchmarks.load import Measured, measure, memory_of
from uns.demo.mosquitto import Mosquitto, executable, free_port

HERE = Path(__file__).parent
CONF_D = HERE.parent / "mosquitto" / "conf.d"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


class Round(NamedTuple):
    """One round of the service: with its memory in MiB, and whether its counters tie out."""

    measured: Measured
    memory: float
    ties_out: bool


def service_round(seconds: float, rate: float, wheel: Path | None) -> Round:
    with tempfile.TemporaryDirectory() as folder, Mosquitto(CONF_D, Path(folder)) as broker:
        health = free_port()
        with service.running(broker.port, Path(folder), health, wheel) as pid:
            measured = uvloop.run(
                measure(broker.port, broker.pid, pid, seconds, rate, service.reading, service.GOVERNED)
            )
            counted = service.counters(health)
            received, acknowledged = (counted[f"uns_messages_{each}_total"] for each in ("received", "acknowledged"))
            return Round(measured, memory_of(pid), received == acknowledged == measured.arrived)


def link_round(seconds: float, rate: float) -> Measured:
    """One round of the bare pass-through."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Mosquitto(CONF_D, Path(folder)) as broker,
        link.running(broker.port) as pid,
    ):
        return uvloop.run(measure(broker.port, broker.pid, pid, seconds, rate, service.reading, "acme/plc/#"))


def row(name: str, rounds: list[Measured]) -> str:
    """The medians of the rounds as a line of the table."""
    median = statistics.median
    rate, ours, broker = (median(getattr(each, key) for each in rounds) for key in ("rate", "service_us", "broker_us"))
    p50, p99 = (median(each.latency_ms(share) for each in rounds) for share in (0.5, 0.99))
    return f"| {name} | {rate:,.0f} | {ours:.1f} | {broker:.1f} | {ours / broker:.2f} | {p50:.2f} | {p99:.2f} |"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=5)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--wheel", type=Path, help="an unpacked wheel, to be measured beside the checkout")
    options = arguments.parse_args()
    kinds = {"full work, from the checkout": None}
    if options.wheel is not None:
        kinds = {
            f"full work, {'compiled' if service.is_compiled(options.wheel) else 'from the wheel'}": options.wheel
        } | kinds
    unpaced, bare = rounds_of(kinds, options.rounds, options.seconds, 0)
    half = min(statistics.median(each.measured.rate for each in rounds) for rounds in unpaced.values()) / 2
    paced, bare_paced = rounds_of(kinds, options.rounds, options.seconds, half)
    every = [each for rounds in (*unpaced.values(), *paced.values()) for each in rounds]
    table = [
        "| | messages/s | our CPU, µs | Mosquitto's CPU, µs | ratio | p50, ms | p99, ms |",
        "|---|---|---|---|---|---|---|",
        *(row(f"{kind}, unpaced", [each.measured for each in rounds]) for kind, rounds in unpaced.items()),
        row("bare pass-through, unpaced", bare),
        *(row(f"{kind}, half load", [each.measured for each in rounds]) for kind, rounds in paced.items()),
        row("bare pass-through, half load", bare_paced),
        "",
        f"Memory of the path {statistics.median(each.memory for each in every):.0f} MiB. Counters tie out in every "
        f"round: {'yes' if all(each.ties_out for each in every) else 'NO'}.",
    ]
    print("\n".join(table))
    write(table, options.rounds, options.seconds)


def rounds_of(
    kinds: Mapping[str, Path | None], rounds: int, seconds: float, rate: float
) -> tuple[dict[str, list[Round]], list[Measured]]:  # fmt: skip
    """Interleaved: in each round every kind of the service, and the bare pass-through."""
    full: dict[str, list[Round]] = {kind: [] for kind in kinds}
    bare: list[Measured] = []
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}: {f'{rate:,.0f} messages/s' if rate else 'unpaced'}", flush=True)
        for kind, wheel in kinds.items():
            full[kind].append(service_round(seconds, rate, wheel))
        bare.append(link_round(seconds, rate))
    return full, bare


def write(table: list[str], rounds: int, seconds: float) -> None:
    """Into RESULTS.md, between its marks."""
    page = HERE / "RESULTS.md"
    text = page.read_text(encoding="utf-8")
    about = f"`make bench`, {datetime.now(UTC):%Y-%m-%d}: medians of {rounds} rounds of {seconds:g} s, {machine()}."
    inner = "\n".join([BEGIN, "", about, "", *table, "", END])
    page.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: inner, text, flags=re.DOTALL), encoding="utf-8")


def machine() -> str:
    """Processor, kernel and the versions that matter."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    cores = len(re.findall(r"^processor", Path("/proc/cpuinfo").read_text(), re.MULTILINE))
    says = subprocess.run([executable(), "-h"], capture_output=True, text=True, check=False).stdout
    mosquitto = re.search(r"version (\S+)", says)
    packages = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("mqtt5", "uvloop", "orjson"))
    return (
        f"{model[1] if model else platform.processor()} ({cores} cores), Python {platform.python_version()}, "
        f"Mosquitto {mosquitto[1] if mosquitto else '?'}, {packages}"
    )


if __name__ == "__main__":
    main()
