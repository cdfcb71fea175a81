"""Who is measured, in the order of a round: ours, a bare pass-through, the peers, and the broker alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks import link, service
from benchmarks.load import Run
from benchmarks.peers import go, node, python
from benchmarks.peers.exchange import plant
from benchmarks.peers.peer import Missing, Peer, running
from uns.demo.mosquitto import free_port

FIXED_RATE = 5_000
"""Messages per second at which latency is compared."""
UNPACED, FIXED, QOS0 = "unpaced", "fixed", "qos0"
COMPILED, CHECKOUT = "uns, compiled", "uns, from the checkout"
PASS_THROUGH, BROKER = "bare pass-through", "broker alone"
PEERS: tuple[Peer, ...] = (*python.PEERS, node.NODE_RED, go.TELEGRAF)

Process = Callable[[Path, int], AbstractContextManager[int | None]]
"""A folder of its own and the broker's port → what runs beside it, ready for messages; its process id."""


class Kind(NamedTuple):
    """One row."""

    name: str
    process: Process
    loads: tuple[str, ...] = (UNPACED, FIXED)
    compared: bool = True
    """Whether it does the mapping, so that its outputs and acknowledgements can be compared."""
    governed: str = service.GOVERNED
    how: str = ""


def runs(seconds: float) -> dict[str, Run]:
    return {UNPACED: Run(seconds), FIXED: Run(seconds, FIXED_RATE), QOS0: Run(seconds, 0, 0)}


def kinds(wheel: Path | None, given: Path) -> tuple[list[Kind], dict[str, str]]:
    """All that can be had on this machine; and of the others why not."""
    made, missing = ours(wheel), {}
    for peer in PEERS:
        try:
            version = peer.ready()
        except Missing as why:
            missing[peer.name] = str(why)
            print(f"{peer.name} is skipped: {why}", flush=True)
            continue
        loads = (UNPACED, FIXED, QOS0) if peer.at_qos0 else (UNPACED, FIXED)
        how = f"{version}: {peer.how}"
        made.append(Kind(peer.name, partial(_peer, peer, given), loads, how=how))
    made.append(Kind(BROKER, _nobody, (FIXED,), compared=False, governed="plc/#"))
    return made, missing


def ours(wheel: Path | None) -> list[Kind]:
    """The service as the wheel and as the checkout has it; sources at QoS 0 are measured with the better one."""
    every = (UNPACED, FIXED, QOS0)
    made = [Kind(CHECKOUT, partial(_ours, None), every if wheel is None else (UNPACED, FIXED))]
    if wheel is not None:
        name = COMPILED if service.is_compiled(wheel) else "uns, from the wheel"
        made.insert(0, Kind(name, partial(_ours, wheel), every))
    return [*made, Kind(PASS_THROUGH, lambda folder, port: link.running(port), compared=False, governed="acme/plc/#")]


def _ours(wheel: Path | None, folder: Path, port: int) -> AbstractContextManager[int]:
    return service.running(port, folder, free_port(), wheel)


def _peer(peer: Peer, given: Path, folder: Path, port: int) -> AbstractContextManager[int]:
    return running(peer, folder, port, given)


@contextmanager
def _nobody(folder: Path, port: int) -> Iterator[None]:
    yield None


@contextmanager
def answering(kind: Kind, folder: Path, port: int) -> Iterator[int | None]:
    """It runs, and what it does is seen to come out."""
    with kind.process(folder, port) as pid:
        if kind.compared:
            with plant(port):
                pass
        yield pid
