"""The message path without sockets: `python -m benchmarks.unplugged`.

From the bytes of a PUBLISH as the broker sends it to those of the governed PUBLISH, of its PUBACK and of the
acknowledgement, in one process, with as many messages under way at once as the column says. The best of many rounds.
With `PYTHONSAFEPATH=1 PYTHONPATH=build/compiled:.` it measures the wheel.
"""

from __future__ import annotations

import asyncio
import gc
import time
from random import Random
from typing import cast

from mqtt5 import PublishPacket, QoS

from benchmarks import service
from benchmarks.stages import plant
from uns.broker.connection import Connection
from uns.broker.endpoint import Endpoint
from uns.broker.session import Hooks, Session
from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.journal.journal import Journal
from uns.publisher import Publisher
from uns.service.path import Path

WINDOWS = (10, 100, 1000)
MESSAGES = 100_000


class Wire:
    """A transport that takes everything."""

    def write(self, data: bytes) -> None:
        pass


def plugged_into_nothing(bundle: Bundle, timeline: Timeline) -> tuple[Path, Connection]:
    """A path whose journal is never asked, since nothing is rejected."""
    path = Path(bundle, Publisher(lambda source, topic: 1), cast(Journal, None))
    path.timeline = timeline
    hooks = Hooks(path.receive, path.accepted, path.refused, path.turned, path.opened, lambda why: path.closed())
    path.session = Session(Endpoint("127.0.0.1", 1), "unplugged", hooks, chance=Random(1))
    connection = path.session.connection()
    connection.connection_made(cast(asyncio.BaseTransport, Wire()))
    path.session.outbox.open(max(WINDOWS), None, session=True)
    return path, connection


def measure(window: int) -> tuple[float, float]:
    """Microseconds of a message until its governed publish is written, and from there until it is acknowledged."""
    path, connection = plugged_into_nothing(*plant(time.time_ns()))
    gc.collect()
    gc.freeze()
    taken, answered = [], []
    for start in range(0, MESSAGES, window):
        raw = packets(start, window)
        begun = time.perf_counter()
        connection.data_received(raw)
        taken.append(time.perf_counter() - begun)
        accepted = pubacks(path)
        begun = time.perf_counter()
        connection.data_received(accepted)
        answered.append(time.perf_counter() - begun)
    assert path.ledger.acknowledged == path.ledger.outcomes["published"] == MESSAGES
    return min(taken) / window * 1e6, min(answered) / window * 1e6


def packets(start: int, count: int) -> bytes:
    """So many raw messages, as the broker sends them."""
    readings = (service.reading(number) for number in range(start, start + count))
    return b"".join(
        PublishPacket(topic, payload, qos=QoS.AT_LEAST_ONCE, packet_id=number).write()
        for number, (topic, payload) in enumerate(readings, 1)
    )


def pubacks(path: Path) -> bytes:
    """The broker's answers to all that is under way."""
    return b"".join(b"\x40\x02" + each.to_bytes(2, "big") for each in path.session.outbox.sent)


def main() -> None:
    print("| under way at once | until published, µs | until acknowledged, µs | together |\n|---|---|---|---|")
    for window in WINDOWS:
        taken, answered = measure(window)
        print(f"| {window} | {taken:.1f} | {answered:.1f} | {taken + answered:.1f} |", flush=True)


if __name__ == "__main__":
    main()
