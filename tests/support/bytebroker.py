"""A broker of the tests that speaks MQTT packet by packet: it says just what a test tells it to, and hears all."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import TypeVar

import mqtt5
from mqtt5 import ConnAckPacket, ConnectPacket

Kind = TypeVar("Kind")
PATIENCE = 10.0


class Line:
    """One connection, from the broker's side."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self._rest = b""

    async def next(self) -> mqtt5.Packet | None:
        """The next packet, or None where the other side has left."""
        while True:
            packet = self._whole()
            if packet is not None:
                return packet
            data = await self.reader.read(65_536)
            if not data:
                return None
            self._rest += data

    def _whole(self) -> mqtt5.Packet | None:
        try:
            packet, size = mqtt5.read(memoryview(self._rest))
        except (IndexError, ValueError):
            return None
        self._rest = self._rest[size:]
        return packet

    async def take(self, kind: type[Kind], within: float = PATIENCE) -> Kind:
        """The next packet, which has to be of this kind."""
        packet = await asyncio.wait_for(self.next(), within)
        assert isinstance(packet, kind), packet
        return packet

    async def takes_nothing(self, for_seconds: float) -> None:
        """Nothing comes in this time: the only way to see that something is not sent."""
        try:
            packet = await asyncio.wait_for(self.next(), for_seconds)
        except TimeoutError:
            return
        raise AssertionError(packet)

    def say(self, *packets: mqtt5.Packet) -> None:
        self.writer.write(b"".join(each.write() for each in packets))

    async def welcome(self, answer: ConnAckPacket | None = None) -> ConnectPacket:
        """Take the CONNECT and answer it."""
        hello = await self.take(ConnectPacket)
        self.say(answer or ConnAckPacket())
        return hello


class ByteBroker:
    """`port`, and `line()` for each connection as it comes."""

    async def __aenter__(self) -> ByteBroker:
        self._lines: asyncio.Queue[Line] = asyncio.Queue()
        self._writers: list[asyncio.StreamWriter] = []
        self._server = await asyncio.start_server(self._arrived, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def _arrived(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        self._lines.put_nowait(Line(reader, writer))

    async def line(self) -> Line:
        return await asyncio.wait_for(self._lines.get(), PATIENCE)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for writer in self._writers:
            writer.close()
        self._server.close()
