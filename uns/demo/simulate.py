"""The machines at the broker: messages published at their moments, by a client like any other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

import aiomqtt

from uns.broker.guest import Tidy
from uns.demo.machine import Message


class Simulation:
    """Publishes until it is told to stop; `sent` counts what the broker has acknowledged."""

    def __init__(self, port: int, messages: Iterable[Message]) -> None:
        self.port, self.messages = port, messages
        self.sent = 0
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """No message is begun after this; `run` ends once the last one is acknowledged."""
        self._stop.set()

    async def run(self) -> None:
        client = Tidy("127.0.0.1", self.port, identifier="demo-plant", protocol=aiomqtt.ProtocolVersion.V5, timeout=30)
        async with client:
            began = time.monotonic()
            for message in self.messages:
                if await self._stopped_within(began + message.after - time.monotonic()):
                    return
                await client.publish(message.topic, message.payload, qos=1, retain=message.retain)
                self.sent += 1

    async def _stopped_within(self, seconds: float) -> bool:
        if seconds > 0:
            try:
                await asyncio.wait_for(self._stop.wait(), seconds)
            except TimeoutError:
                pass
        return self._stop.is_set()
