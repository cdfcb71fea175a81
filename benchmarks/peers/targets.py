"""What is to be reached, as ratios within the same run."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from benchmarks.peers.kinds import BROKER, FIXED, PASS_THROUGH, QOS0, UNPACED
from benchmarks.peers.rounds import Figures, Medians

NODE_RED, TELEGRAF = "Node-RED", "Telegraf"


class Target(NamedTuple):
    """`at_most` or at least so much."""

    what: str
    bound: float
    at_most: bool
    figure: Callable[[Figures, str], float]
    """Raises KeyError where somebody who is compared with was not measured."""
    unit: str = "×"


def targets(peers: list[str]) -> list[Target]:
    """`peers` are those that are compared with ours by processor time."""

    def cheapest(figures: Figures) -> float:
        return min(figures[peer, UNPACED].own_us for peer in peers)

    def against(other: str, load: str, of: Callable[[Medians], float]) -> Callable[[Figures, str], float]:
        return lambda figures, ours: of(figures[ours, load]) / of(figures[other, load])

    def added(of: Callable[[Medians], float]) -> Callable[[Figures, str], float]:
        return lambda figures, ours: of(figures[ours, FIXED]) - of(figures[BROKER, FIXED])

    return [
        Target(
            "unpaced: CPU per message, of Mosquitto's own", 0.75, True,
            lambda figures, ours: figures[ours, UNPACED].own_us / figures[ours, UNPACED].broker_us,
        ),
        Target(
            "unpaced: CPU per message, of the cheapest peer's", 0.5, True,
            lambda figures, ours: figures[ours, UNPACED].own_us / cheapest(figures),
        ),
        Target("unpaced: rate, of the bare pass-through's", 0.9, False, against(PASS_THROUGH, UNPACED, _rate)),
        Target("unpaced: rate, of Node-RED's", 1.4, False, against(NODE_RED, UNPACED, _rate)),
        Target("unpaced: rate, of Telegraf's", 3.0, False, against(TELEGRAF, UNPACED, _rate)),
        Target("QoS 0 sources: CPU per message, of Telegraf's", 0.7, True, against(TELEGRAF, QOS0, _cpu)),
        Target("5,000/s: added latency, p50", 0.2, True, added(lambda each: each.p50), "ms"),
        Target("5,000/s: added latency, p99", 1.0, True, added(lambda each: each.p99), "ms"),
        Target("5,000/s: added latency, p99.9", 5.0, True, added(lambda each: each.p999), "ms"),
        Target("5,000/s: CPU per message, of Node-RED's", 0.6, True, against(NODE_RED, FIXED, _cpu)),
    ]  # fmt: skip


def _rate(figures: Medians) -> float:
    return figures.rate


def _cpu(figures: Medians) -> float:
    return figures.own_us


def verdicts(figures: Figures, ours: str, peers: list[str]) -> list[str]:
    """A table; what could not be measured here is neither reached nor missed."""
    lines = ["| target | to reach | measured | |", "|---|---|---|---|"]
    for each in targets(peers):
        sign = "≤" if each.at_most else "≥"
        try:
            figure = each.figure(figures, ours)
        except (KeyError, ValueError, ZeroDivisionError):
            lines.append(f"| {each.what} | {sign} {each.bound:g} {each.unit} | – | not measured |")
            continue
        reached = figure <= each.bound if each.at_most else figure >= each.bound
        word = "reached" if reached else "missed"
        lines.append(f"| {each.what} | {sign} {each.bound:g} {each.unit} | {figure:.2f} {each.unit} | {word} |")
    return lines
