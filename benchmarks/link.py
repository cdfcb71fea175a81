"""Bare pass-through on our own session and ledger: what a message costs before any work."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from random import Random

import uvloop
from mqtt5 import PublishPacket

from uns.broker.endpoint import Endpoint
from uns.broker.outbox import Outgoing
from uns.broker.requests import Filter
from uns.broker.session import Hooks, Session
from uns.ledger import Entry, Ledger

PROPERTIES = (
    ("id", "0123456789abcdef0123456789abcdef"), ("source", "plc/dallas/L3/Filler_01/TT101"),
    ("rule", "dallas/filler-plc"), ("bundle", "0123456789abcdef"), ("contract", "telemetry/1"), ("context", "42"),
)  # fmt: skip


class PassThrough:
    """Every raw message is published again under another name, and acknowledged once the broker has that."""

    def __init__(self, port: int) -> None:
        self.ledger = Ledger()
        hooks = Hooks(self.receive, self.accepted, self.refused, self.turned, self.opened, lambda why: None)
        self.session = Session(Endpoint("127.0.0.1", port), "pass-through", hooks, chance=Random(1))
        self.subscribing: asyncio.Task[object] | None = None
        self.ready = asyncio.Event()

    def opened(self, present: bool) -> None:
        self.subscribing = asyncio.ensure_future(self.subscribe())

    async def subscribe(self) -> None:
        await self.session.subscribe([Filter("plc/#")])
        self.ready.set()

    def receive(self, packet: PublishPacket) -> None:
        entry = self.ledger.receive(packet.packet_id or 0, 0.0)
        outgoing = Outgoing("acme/" + packet.topic, packet.payload, True, PROPERTIES, entry)
        self.session.outbox.publish(outgoing)

    def accepted(self, outgoing: Outgoing) -> None:
        entry: Entry = outgoing.about
        self.ledger.complete(entry)

    def refused(self, outgoing: Outgoing, code: str, reason: str) -> None:
        raise SystemExit(f"{code}: {reason}")

    def turned(self) -> None:
        due = self.ledger.take_due()
        if due:
            self.session.out.append(b"".join([b"\x40\x02" + each.packet_id.to_bytes(2, "big") for each in due]))


def service(port: int, ready: Event, done: Event) -> None:
    async def run() -> None:
        path = PassThrough(port)
        running = asyncio.ensure_future(path.session.run())
        await path.ready.wait()
        ready.set()
        await asyncio.get_running_loop().run_in_executor(None, done.wait)
        path.session.stop()
        await running

    uvloop.run(run())


@contextmanager
def running(port: int) -> Iterator[int]:
    """A process that passes everything through; gives its process id."""
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    process = context.Process(target=service, args=(port, ready, done))
    process.start()
    ready.wait()
    try:
        yield process.pid or 0
    finally:
        done.set()
        process.join()
