"""One session of ours as tests drive it, and what it told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

import mqtt5
from mqtt5 import PublishPacket

from uns.broker.endpoint import Endpoint
from uns.broker.outbox import Outgoing
from uns.broker.session import Hooks, Session


class Peer:
    """A session and what it told; it acknowledges what it is told to."""

    def __init__(self, port: int, name: str = "peer", *, clean: bool = False, keep_alive: int = 30) -> None:
        self.received: list[PublishPacket] = []
        self.accepted: list[str] = []
        self.opened: list[bool] = []
        self.closed: list[str] = []
        self.acknowledges = True
        self.turns = 0
        """Batches of packets that came; each PINGRESP is one, where nothing else comes."""
        hooks = Hooks(
            self.received.append, lambda each: self.accepted.append(each.topic), lambda *_: None, self._turned,
            self.opened.append, self.closed.append,
        )  # fmt: skip
        self.session = Session(
            Endpoint("127.0.0.1", port), name, hooks, chance=Random(1), clean=clean, keep_alive=keep_alive
        )
        self._acknowledged = 0

    def _turned(self) -> None:
        self.turns += 1
        for packet in self.received[self._acknowledged :] if self.acknowledges else ():
            if packet.packet_id is not None:
                self.session.out.append(mqtt5.PubAckPacket(packet.packet_id).write())
            self._acknowledged += 1

    def publish(self, topic: str, payload: bytes = b"x", retain: bool = False) -> None:
        self.session.outbox.publish(Outgoing(topic, payload, retain, None, None))
        self.session.flush()


async def until(holds: Callable[[], object], within: float = 10.0) -> None:
    async with asyncio.timeout(within):
        while not holds():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(*peers: Peer) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(peer.session.run()) for peer in peers]
    try:
        yield
    finally:
        for peer in peers:
            peer.session.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
