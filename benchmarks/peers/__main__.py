"""`make bench-peers`: the same mapping by us and by what plants use today, side by side on one machine.

First everything is seen to be comparable: the same messages out, the same refused, and whether a raw message is
acknowledged before what was made of it is safe. Writes tables and plots into `benchmarks/RESULTS.md`.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import page
from benchmarks.peers import tables
from benchmarks.peers.given import write_given
from benchmarks.peers.kinds import Kind, kinds
from benchmarks.peers.peer import BUILD
from benchmarks.peers.rounds import Behaviour, behaviours, measure
from benchmarks.peers.targets import verdicts

STARTING = 3.0
COMPARING = 5.0
"""Seconds that a kind takes to start and warm up, and to be compared."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=5)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--wheel", type=Path, help="an unpacked wheel, to be measured beside the checkout")
    arguments.add_argument("--only", action="append", help="measure ours and only this kind; writes nothing")
    arguments.add_argument("--set-up", action="store_true", help="only install what is measured")
    options = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    BUILD.mkdir(parents=True, exist_ok=True)
    found, missing = kinds(options.wheel, write_given(BUILD))
    if options.set_up:
        return
    chosen = [each for each in found if each is found[0] or not options.only or each.name in options.only]
    print(f"this takes about {minutes(chosen, options.rounds, options.seconds):.0f} minutes", flush=True)
    seen, broken = behaviours(chosen)
    missing, chosen = missing | broken, [each for each in chosen if each.name not in broken]
    figures = measure(chosen, options.rounds, options.seconds)
    peers = [each.name for each in chosen if each.how]
    lines = [
        *tables.unpaced(chosen, figures, seen), "",
        *tables.fixed(chosen, figures), "",
        *tables.qos0(chosen, figures), "",
        *verdicts(figures, chosen[0].name, peers),
    ]  # fmt: skip
    print("\n".join(lines))
    if not options.only:
        plots = tables.drawn(chosen, figures)
        page.write("peers", [about(options), "", *lines, "", *plots, "", *settings(chosen, seen, missing)])


def about(options: argparse.Namespace) -> str:
    """How, when and where it was measured."""
    wheel = f" --wheel {options.wheel}" if options.wheel else ""
    command = f"python -m benchmarks.peers --rounds {options.rounds} --seconds {options.seconds:g}{wheel}"
    rounds = f"medians of {options.rounds} interleaved rounds of {options.seconds:g} s"
    return f"`{command}`, {datetime.now(UTC):%Y-%m-%d}: {rounds}, {page.machine()}."


def minutes(chosen: Sequence[Kind], rounds: int, seconds: float) -> float:
    one_round = sum(STARTING + seconds * len(each.loads) for each in chosen)
    return (rounds * one_round + COMPARING * len(chosen)) / 60


def settings(chosen: Sequence[Kind], seen: Mapping[str, Behaviour], missing: Mapping[str, str]) -> list[str]:
    """How each was set up, where it does otherwise than we, and who is not there."""
    how = [f"- {each.name} {each.how}." for each in chosen if each.how]
    others = [f"- {name} {what}." for name, each in seen.items() for what in each.differences]
    skipped = [f"- {name} was skipped: {why}." for name, why in missing.items()]
    return ["How the peers were set up, and where they do otherwise than we:", "", *how, *others, *skipped]


if __name__ == "__main__":
    main()
