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
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from benchmarks import link, service
from benchmarks.load import Measured, measure, memory_of
from uns.demo.mosquitto import Mosquitto, executable, free_port

HERE = Path(__file__).parent
CONF_D = HERE.parent / "mosquitto" / "conf.d"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


def service_round(seconds: float, rate: float) -> tuple[Measured, float, bool]:
    """One round of the service; with its memory, and whether its counters tie out."""
    with tempfile.TemporaryDirectory() as folder, Mosquitto(CONF_D, Path(folder)) as broker:
        health = free_port()
        with service.running(broker.port, Path(folder), health) as pid:
            measured = uvloop.run(
                measure(broker.port, broker.pid, pid, seconds, rate, service.reading, service.GOVERNED)
            )
            counted = service.counters(health)
            received, acknowledged = (counted[f"uns_messages_{each}_total"] for each in ("received", "acknowledged"))
            return measured, memory_of(pid), received == acknowledged == measured.arrived


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
    options = arguments.parse_args()
    full, bare, tied, memory = [], [], [], []
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}: unpaced", flush=True)
        measured, used, ties_out = service_round(options.seconds, 0)
        full.append(measured)
        memory.append(used)
        tied.append(ties_out)
        bare.append(link_round(options.seconds, 0))
    half = statistics.median(each.rate for each in full) / 2
    paced, bare_paced = [], []
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}: {half:,.0f} messages/s", flush=True)
        measured, used, ties_out = service_round(options.seconds, half)
        paced.append(measured)
        tied.append(ties_out)
        bare_paced.append(link_round(options.seconds, half))
    table = [
        "| | messages/s | our CPU, µs | Mosquitto's CPU, µs | ratio | p50, ms | p99, ms |",
        "|---|---|---|---|---|---|---|",
        row("full work, unpaced", full),
        row("bare pass-through, unpaced", bare),
        row("full work, half load", paced),
        row("bare pass-through, half load", bare_paced),
        "",
        f"Memory of the path {statistics.median(memory):.0f} MiB. Counters tie out in every round: "
        f"{'yes' if all(tied) else 'NO'}.",
    ]
    print("\n".join(table))
    write(table, options.rounds, options.seconds)


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
