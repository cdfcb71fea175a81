"""One connection to the broker: bytes in, packets out, and a verdict when the other side is dead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final, cast

from mqtt5 import DisconnectPacket, Packet, PingReqPacket, PublishPacket

from uns.broker.distrust import in_words
from uns.broker.framing import Framing, NoPacket

WITHOUT_A_WORD: Final = "the broker closed the connection"


class Connection(asyncio.Protocol):
    """Writes are collected in `out` and leave together, once per batch that came in."""

    def __init__(
        self,
        out: list[bytes],
        hello: Callable[[], bytes],
        take: Callable[[Packet], None],
        accepted: Callable[[int], None],
        receive: Callable[[PublishPacket], None],
        turned: Callable[[], None],
        closed: Callable[[str], None],
    ) -> None:
        self.out, self.hello, self.turned, self.closed = out, hello, turned, closed
        self.framing = Framing(take, accepted, receive)
        self.transport: asyncio.Transport | None = None
        self.heard = monotonic()
        """When the broker last said anything; `turned` runs right after."""
        self.reading = True
        self.why = ""
        self._spoke = self.heard
        self._pinged = 0.0
        self._tick: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self.hello())

    def data_received(self, data: bytes) -> None:
        self.heard = monotonic()
        try:
            self.framing.feed(data)
        except NoPacket as error:
            self.abort(f"the broker sent what is no MQTT packet: {error}")
            return
        self.turned()
        self.flush()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self._tick is not None:
            self._tick.cancel()
        self.closed(self.why or (in_words(exc) if exc else WITHOUT_A_WORD))

    def flush(self) -> None:
        """Write what has been collected."""
        out = self.out
        if out and self.transport is not None:
            self.transport.write(b"".join(out) if len(out) > 1 else out[0])
            out.clear()
            self._spoke = self.heard

    def watch(self, keep_alive: float) -> None:
        """Ping in time, and give the connection up where nothing comes back."""
        now = monotonic()
        loop = asyncio.get_running_loop()
        if self._pinged and now - self._pinged > keep_alive / 2 and self.heard < self._pinged and self.reading:
            self.abort(f"nothing was heard for {now - self.heard:.0f} s")
            return
        if self.heard >= self._pinged:
            self._pinged = 0.0
        if not self._pinged and now - min(self._spoke, self.heard) >= keep_alive / 2:
            self._pinged = now
            self.send(PingReqPacket().write())
        self._tick = loop.call_later(keep_alive / 8, self.watch, keep_alive)

    def send(self, packet: bytes) -> None:
        if self.transport is not None:
            self.transport.write(packet)
            self._spoke = monotonic()

    def read_on(self, on: bool) -> None:
        """Stop or go on reading the socket; what is not read waits at the broker."""
        if on is not self.reading and self.transport is not None:
            self.reading = on
            self.heard = monotonic()
            (self.transport.resume_reading if on else self.transport.pause_reading)()

    def leave(self, expiry: int | None = None) -> None:
        """Say goodbye and close; what was written before still leaves. `expiry`: seconds that the session has then."""
        if self.transport is not None:
            self.flush()
            self.transport.write(DisconnectPacket(session_expiry_interval=expiry).write())
            self.transport.close()

    def abort(self, why: str) -> None:
        """Cut the connection at once."""
        self.why = why
        if self.transport is not None:
            self.transport.abort()
