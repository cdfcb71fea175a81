"""What is measured of each kind: the same outputs first, early acknowledgements, and then round by round the loads."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import uvloop

from benchmarks import service
from benchmarks.load import Measured, Run, measure_each
from benchmarks.peers.corpus import Message, Outputs, corpus, differences, meaning
from benchmarks.peers.early import Acknowledged, acknowledged
from benchmarks.peers.exchange import outputs
from benchmarks.peers.kinds import Kind, answering, runs
from benchmarks.peers.peer import Missing
from benchmarks.peers.withholding import Withholding
from uns.demo.mosquitto import Mosquitto

CONF_D = Path(__file__).parents[2] / "mosquitto" / "conf.d"
WARM_UP = 1.0
"""Seconds."""


@contextmanager
def broker() -> Iterator[tuple[Path, Mosquitto]]:
    """A Mosquitto of its own, as a plant would run it, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder, Mosquitto(CONF_D, Path(folder)) as one:
        yield Path(folder), one


class Behaviour(NamedTuple):
    """How it does the mapping, before speed is asked for."""

    differences: Sequence[str]
    """One for each message of the corpus that ends otherwise than with us."""
    messages: int
    acknowledged: Acknowledged

    @property
    def agrees(self) -> str:
        return f"{self.messages - len(self.differences)} of {self.messages}" if self.differences else "yes"


def behaviours(kinds: Sequence[Kind]) -> tuple[dict[str, Behaviour], dict[str, str]]:
    """Of all that do the mapping, the first of whom the others are compared with; and why who does not work."""
    messages = corpus(time.time_ns() // 1_000_000)
    found: dict[str, Behaviour] = {}
    broken: dict[str, str] = {}
    ours: Outputs | None = None
    for kind in kinds:
        if not kind.compared:
            continue
        try:
            theirs, early = behaviour(kind, messages)
        except Missing as why:
            broken[kind.name] = str(why)
            print(f"{kind.name} is skipped: {why}", flush=True)
            continue
        ours = theirs if ours is None else ours
        found[kind.name] = seen = Behaviour(differences(messages, ours, theirs), len(messages), early)
        said = f"{kind.name} agrees: {seen.agrees}; acknowledges early: {early}"
        print(said, *seen.differences, sep="\n  ", flush=True)
    return found, broken


def behaviour(kind: Kind, messages: Sequence[Message]) -> tuple[Outputs, Acknowledged]:
    """What it makes of these messages, and whether it acknowledges before that is safe."""
    with broker() as (folder, one), kind.process(folder, one.port):
        made = meaning(outputs(one.port, messages))
    with broker() as (folder, one), Withholding(one.port) as between, kind.process(folder, between.port):
        return made, acknowledged(one.port, between)


class Medians(NamedTuple):
    """Of the rounds, each figure by itself."""

    rate: float
    own_us: float
    broker_us: float
    p50: float
    p99: float
    p999: float
    lost: int
    """Of all rounds."""


Figures = dict[tuple[str, str], Medians]
"""By kind and load."""


def measure(kinds: Sequence[Kind], rounds: int, seconds: float) -> Figures:
    """Interleaved: in each round every kind once, with all its loads one after the other."""
    done: dict[tuple[str, str], list[Measured]] = {}
    for number in range(rounds):
        for kind in kinds:
            print(f"round {number + 1} of {rounds}: {kind.name}", flush=True)
            try:
                measured = one_round(kind, seconds)
            except Missing as why:
                print(f"{kind.name} has no part in this round: {why}", flush=True)
                continue
            for load, each in measured.items():
                done.setdefault((kind.name, load), []).append(each)
    return {which: medians(each) for which, each in done.items()}


def one_round(kind: Kind, seconds: float) -> dict[str, Measured]:
    """Behind a little load that is not counted: what compiles as it runs shall have done so."""
    wanted = runs(seconds)
    with broker() as (folder, one), answering(kind, folder, one.port) as pid:
        plan = [Run(WARM_UP), *(wanted[load] for load in kind.loads)]
        _, *measured = uvloop.run(measure_each(one.port, one.pid, pid, plan, service.reading, kind.governed))
        return dict(zip(kind.loads, measured, strict=True))


def medians(measured: Sequence[Measured]) -> Medians:
    def median(of: Callable[[Measured], float]) -> float:
        return statistics.median(of(each) for each in measured)

    return Medians(
        rate=median(lambda each: each.rate),
        own_us=median(lambda each: each.service_us),
        broker_us=median(lambda each: each.broker_us),
        p50=median(lambda each: each.latency_ms(0.5)),
        p99=median(lambda each: each.latency_ms(0.99)),
        p999=median(lambda each: each.latency_ms(0.999)),
        lost=sum(each.sent - each.arrived for each in measured),
    )
