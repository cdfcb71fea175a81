"""The other instances at this broker: whether one of them serves a rule file that is ours."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from random import Random
from time import monotonic
from typing import Final

from mqtt5 import PublishPacket

from uns.broker.endpoint import Endpoint
from uns.broker.requests import Filter
from uns.broker.session import Hooks, Session
from uns.bundle import Bundle
from uns.finding import Finding
from uns.instance import Instance, instance_of
from uns.share import served_twice

SILENT_FOR: Final = 30.0
"""Seconds after which one that says nothing serves nobody."""
MOST: Final = 100
"""Anybody may say that he is an instance, under any number of names; all of them stand in `/readyz` and the status."""
LONGEST: Final = 1024 * 1024


class Neighbours:
    """Heard on a connection of its own, with a clean session: so the path need not tell their words from messages.

    Only what they say now counts, not what is retained: that may be of one that has gone.
    """

    def __init__(self, endpoint: Endpoint, name: str, bundle: Callable[[], Bundle]) -> None:
        self.name, self.bundle = name, bundle
        self._heard: dict[str, tuple[Instance, float]] = {}
        self._root = ""
        hooks = Hooks(self._receive, _nothing, _nothing, _nothing, self._opened, _nothing)
        client = f"{name}-neighbours-{secrets.token_hex(4)}"
        self.session = Session(endpoint, client, hooks, chance=Random(client), clean=True)
        self._running: asyncio.Task[None] | None = None
        self._subscribing: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._running is None:
            self._running = asyncio.ensure_future(self.session.run())

    async def stop(self) -> None:
        self.session.stop()
        if self._running is not None:
            if not self.session.connected:
                self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    def look(self) -> None:
        """Forget who has fallen silent, and follow a root that has changed."""
        now = monotonic()
        self._heard = {name: each for name, each in self._heard.items() if now - each[1] < SILENT_FOR}
        if self._root and self._root != self.bundle().standard.root:
            self._heard.clear()
            self.session.cut("the root has changed")

    def shared(self) -> dict[str, list[str]]:
        """Of each other instance, the rule files that it serves as we do."""
        ours = {file.stem for file in self.bundle().files}
        both = {name: sorted(ours & each.files) for name, (each, _) in sorted(self._heard.items())}
        return {name: stems for name, stems in both.items() if stems}

    def findings(self) -> list[Finding]:
        bundle = self.bundle()
        return [each for name, stems in self.shared().items() for each in served_twice(bundle, name, stems)]

    def _opened(self, session: bool) -> None:
        self._subscribing = asyncio.ensure_future(self._subscribe())

    async def _subscribe(self) -> None:
        self._root = self.bundle().standard.root
        try:
            await self.session.subscribe([Filter(f"{self._root}/_uns/+", qos=0)])
        except ConnectionError as error:
            self.session.cut(str(error))

    def _receive(self, packet: PublishPacket) -> None:
        said = None if packet.retain or len(packet.payload) > LONGEST else instance_of(packet.payload)
        if said is None or said.name == self.name or packet.topic != f"{self._root}/_uns/{said.name}":
            return
        if said.state == "running" and (said.name in self._heard or len(self._heard) < MOST):
            self._heard[said.name] = said, monotonic()
        elif said.state != "running":
            self._heard.pop(said.name, None)


def _nothing(*_: object) -> None:
    pass
