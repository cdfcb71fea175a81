"""A peer: a program of somebody else's making that does the benchmark's mapping; how it is had, and how it is run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "peers"
"""Where what a peer needs is installed."""


class Missing(Exception):
    """A peer that cannot be had on this machine, or does not work on it; the message says why."""


class Start(NamedTuple):
    """A command, what its environment has besides, and where it runs."""

    command: Sequence[str]
    environment: Mapping[str, str] = {}
    where: Path = ROOT


@dataclass(frozen=True)
class Peer:
    """One row of the table."""

    name: str
    how: str
    """Its settings, in words."""
    ready: Callable[[], str]
    """Sees to it that it is installed and gives its version, or raises `Missing`."""
    start: Callable[[Path, int, Path], Start]
    """A folder of its own, the broker's port, what it is given → how it is started."""
    at_qos0: bool = False
    """Also measured with sources at QoS 0."""


@contextmanager
def running(peer: Peer, folder: Path, port: int, given: Path) -> Iterator[int]:
    """Runs the peer and gives its process id; it writes into a file, since a full pipe would hold it up."""
    begin = peer.start(folder, port, given)
    with (folder / "peer.log").open("wb") as log:
        process = subprocess.Popen(
            list(begin.command), cwd=begin.where, env=os.environ | dict(begin.environment), stdin=subprocess.DEVNULL,
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def install(what: str, command: Sequence[str], where: Path, **more: str) -> None:
    """Runs a command that may download; `Missing` with the end of what it said where it fails."""
    print(f"installing {what} into {where.relative_to(ROOT)} …", flush=True)
    where.mkdir(parents=True, exist_ok=True)
    log = where.with_name(f"{where.name}.log")
    with log.open("wb") as said:
        done = subprocess.run(command, cwd=where, env=os.environ | more, stdout=said, stderr=said, check=False)
    if done.returncode:
        *_, last = log.read_text(errors="replace").splitlines() or [""]
        raise Missing(f"{what} could not be installed: {last} ({log.relative_to(ROOT)})")
