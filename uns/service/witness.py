"""The witness: a session of our own at the broker, which is handed a copy of everything that a replay publishes.

What the broker takes it puts there too, in one step; and what lies there outlives us. So whoever comes after a kill
reads there what is not to be published again. Nothing that we write down ourselves could tell: we may be killed
between the publish and the word of it, in either order.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterable
from pathlib import Path as File
from random import Random
from secrets import token_bytes
from typing import Any, Final

from mqtt5 import PublishPacket

from uns.broker.endpoint import Endpoint
from uns.broker.outbox import Outgoing
from uns.broker.requests import ANSWER_WITHIN, Filter
from uns.broker.session import Hooks, Session
from uns.service.own import Own
from uns.telemetry import Log

LOOK: Final = 0.005
FILE: Final = "replayed.jsonl"

Seen = tuple[str, str]
"""A governed topic, and the `id` of a reading that the broker took there."""


class Witness:
    """Everything here runs on the event loop. It is there from the first replay until none waits any more."""

    def __init__(self, endpoint: Endpoint, own: Own, state: File, log: Log) -> None:
        self.endpoint, self.own, self.log = endpoint, own, log
        self.seen: set[Seen] = set()
        """What an earlier process published of a replay that the registry does not know yet to be through."""
        self.stopping = False
        self._file = state / FILE
        """It is there as long as the broker may have our session, with what had to be read out of it."""
        self._session: Session | None = None
        self._running: asyncio.Future[None] | None = None
        self._topics: set[str] = set()
        self._unsettled: list[tuple[int, Seen | None]] = []
        self._token = b""
        self._connections = 0
        self._caught_up = self._kept = self._listening = self._given_up = False

    @property
    def listens(self) -> bool:
        """Whether what is published now is witnessed; where the broker refuses us, nobody waits for that."""
        session = self._session
        return self._given_up or (session is not None and session.connected and self._listening)

    async def listen(self, topics: set[str]) -> None:
        """Witness what is published there, and nowhere else. ConnectionError: it was cut off."""
        await self._begin()
        session = self._session
        if session is None or self._given_up:
            return
        new, old = topics - self._topics, self._topics - topics
        self._topics -= old
        if old:
            await session.unsubscribe(sorted(old))
        for pattern, reason in await session.subscribe([Filter(each) for each in sorted(new)]):
            self.log.warning("the broker lets nobody witness what is replayed", filter=pattern, reason=reason)
        self._topics |= new
        self._listening = session.connected

    def settled(self) -> None:
        """The registry knows everything that was published until now."""
        self._acknowledge(self._unsettled)
        self._unsettled = []

    async def end(self) -> None:
        """Nothing waits: the broker may forget what it witnessed, and so may we. ConnectionError: it was cut off."""
        if self._session is None and self._file.exists():
            await self._begin()
        if self._session is not None and not self.stopping:
            await self._leave()
            self._file.unlink(missing_ok=True)
            self.seen.clear()

    def stop(self) -> None:
        """The broker keeps for the next process what is not settled."""
        self.stopping = True
        if self._session is not None:
            self._session.stop()

    # Beginning: what an earlier process left is read, and then that session is given up for a new one

    async def _begin(self) -> None:
        if self._session is not None or self.stopping:
            return
        left = self._file.exists()
        self.seen |= await asyncio.to_thread(self._read)
        while await self._open():
            if left:
                await self._catch_up()
            await self._leave()

    async def _open(self) -> bool:
        """Connect; whether the broker had our session. It gives up where the broker has no place for a second one."""
        name = f"{self.own.topics.instance}-replay"
        hooks = Hooks(self._receive, _nothing, _nothing, self._turned, self._opened, self._closed)
        self._session = session = Session(self.endpoint, name, hooks, chance=Random(name))
        self._running = asyncio.ensure_future(session.run())
        self._given_up = self._kept = False
        if not await self._until(lambda: session.connected, ANSWER_WITHIN) and not self.stopping:
            self._given_up = True
            self.log.warning(
                "a replay goes on without its witness: killed halfway it may publish something twice", why=session.why
            )
        return self._kept

    async def _leave(self) -> None:
        """For good: the broker forgets the session."""
        session, self._session = self._session, None
        self._listening = False
        self._topics.clear()
        if session is not None and self._running is not None:
            session.stop(forget=True)
            await self._running
        self._unsettled = []

    async def _catch_up(self) -> None:
        """Until a message that we send ourselves comes back: it stands behind everything that was left there."""
        session = self._session
        assert session is not None
        self._caught_up, self._token = False, token_bytes(8)
        await session.subscribe([Filter(self.own.topics.witness)])
        session.outbox.publish(Outgoing(self.own.topics.witness, self._token, False, None, None))
        session.flush()
        while await self._until(lambda: self._caught_up or bool(self._unsettled)):
            some, self._unsettled = self._unsettled, []
            seen, connection = {each for _, each in some if each is not None}, self._connections
            self.seen |= seen
            await asyncio.to_thread(self._write, seen)
            if connection == self._connections:
                self._acknowledge(some)
            if self._caught_up:
                return

    async def _until(self, condition: Any, within: float = float("inf")) -> bool:
        """False where we are stopped before, or the time is up."""
        deadline = asyncio.get_running_loop().time() + within
        while not condition():
            if self.stopping or asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(LOOK)
        return True

    def _read(self) -> set[Seen]:
        self._file.touch()
        seen = set[Seen]()
        for line in self._file.read_bytes().splitlines():
            try:
                topic, identity = json.loads(line)
            except (ValueError, TypeError):  # the last one, cut off: what it tells of was not acknowledged
                continue
            seen.add((topic, identity))
        return seen

    def _write(self, seen: Iterable[Seen]) -> None:
        with self._file.open("a", encoding="ascii") as file:
            file.writelines(f"\n{json.dumps(each)}\n" for each in seen)
            file.flush()
            os.fsync(file.fileno())

    # What its session tells

    def _receive(self, packet: PublishPacket) -> None:
        seen = None
        if packet.topic == self.own.topics.witness:
            self._caught_up |= packet.payload == self._token
        elif not packet.retain:
            identity = dict(packet.user_properties).get("id")
            seen = (packet.topic, identity) if identity else None
        if packet.packet_id:
            self._unsettled.append((packet.packet_id, seen))

    def _turned(self) -> None:
        pass

    def _opened(self, kept: bool) -> None:
        self._kept = kept
        if not kept:
            self._caught_up, self._listening = True, False
            self._topics.clear()

    def _closed(self, why: str) -> None:
        """The broker sends again, under other ids, what was not acknowledged."""
        self._unsettled = []
        self._connections += 1

    def _acknowledge(self, received: Iterable[tuple[int, Seen | None]]) -> None:
        session = self._session
        if session is not None and session.connected:
            session.out += [b"\x40\x02" + packet_id.to_bytes(2, "big") for packet_id, _ in received]
            session.flush()


def _nothing(*_: object) -> None:
    pass
