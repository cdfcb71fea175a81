"""The figures as RESULTS.md shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.peers import plots
from benchmarks.peers.kinds import FIXED, FIXED_RATE, QOS0, UNPACED, Kind
from benchmarks.peers.rounds import Behaviour, Figures, Medians


def unpaced(kinds: Sequence[Kind], figures: Figures, behaviours: Mapping[str, Behaviour]) -> list[str]:
    """With what was seen of each before."""
    lines = [
        "| unpaced, QoS 1 | agrees | acknowledges early | messages/s | CPU, µs | Mosquitto's CPU, µs | lost |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind in kinds:
        if each := figures.get((kind.name, UNPACED)):
            seen = behaviours.get(kind.name)
            safety = f"{seen.agrees} | {seen.acknowledged}" if seen else " | "
            lines.append(f"| {kind.name} | {safety} | {_throughput(each)} |")
    return lines


def _throughput(each: Medians) -> str:
    return f"{each.rate:,.0f} | {each.own_us:.1f} | {each.broker_us:.1f} | {each.lost}"


def fixed(kinds: Sequence[Kind], figures: Figures) -> list[str]:
    lines = [
        f"| {FIXED_RATE:,} messages/s, QoS 1 | p50, ms | p99, ms | p99.9, ms | messages/s | CPU, µs "
        "| Mosquitto's CPU, µs | lost |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind in kinds:
        if each := figures.get((kind.name, FIXED)):
            late = " | ".join(f"{share:,.2f}" for share in (each.p50, each.p99, each.p999))
            lines.append(f"| {kind.name} | {late} | {_throughput(each)} |")
    return lines


def qos0(kinds: Sequence[Kind], figures: Figures) -> list[str]:
    lines = [
        "| sources at QoS 0, published at QoS 1 | messages/s | CPU, µs | Mosquitto's CPU, µs | lost |",
        "|---|---|---|---|---|",
    ]
    measured = {kind.name: figures.get((kind.name, QOS0)) for kind in kinds}
    return [*lines, *(f"| {name} | {_throughput(each)} |" for name, each in measured.items() if each)]


def drawn(kinds: Sequence[Kind], figures: Figures) -> list[str]:
    """The plots, as links."""
    rows = [(kind.name, figures[kind.name, UNPACED]) for kind in kinds if (kind.name, UNPACED) in figures]
    ours = {kind.name for kind in kinds if kind.compared and not kind.how}
    spent = [plots.Bar(name, each.own_us, name in ours) for name, each in rows]
    rate = [plots.Bar(name, each.rate, name in ours) for name, each in rows]
    return [
        plots.write("peers-cpu", "Processor time per message, µs (less is better)", spent, 1),
        "",
        plots.write("peers-rate", "Messages per second (more is better)", rate, 0),
    ]
