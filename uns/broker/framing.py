"""The broker's bytes, cut into whole packets: the codec is only ever shown complete ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import mqtt5
from mqtt5 import PublishPacket

SHORT: Final = 128
"""Below this, the length of a packet is one byte."""
PUBACK: Final = 0x40
BARE: Final = 4
"""Bytes of a PUBACK that says nothing but that all is well."""


class NoPacket(ValueError):
    """What came is not what a broker may send."""


def size_at(view: memoryview, at: int, end: int) -> int:
    """Bytes of the packet that begins here, header included; 0 where its header is not there yet, -1 if it is none."""
    length = shift = 0
    for position in range(at + 1, min(end, at + 5)):
        byte = view[position]
        length |= (byte & 0x7F) << shift
        if byte < SHORT:
            return position + 1 - at + length
        shift += 7
    return -1 if end - at >= 5 else 0


class Framing:
    """Keeps the incomplete end of what was read until the rest has come."""

    __slots__ = ("_missing", "_rest", "accepted", "receive", "take")

    def __init__(
        self,
        take: Callable[[mqtt5.Packet], None],
        accepted: Callable[[int], None] | None = None,
        receive: Callable[[PublishPacket], None] | None = None,
    ) -> None:
        """`accepted` hears the packet id of each bare PUBACK, `receive` each PUBLISH; `take` all that is left."""
        self.take, self.accepted, self.receive = take, accepted, receive or take
        self._rest = bytearray()
        self._missing = 0

    def feed(self, data: bytes) -> None:
        """Hand over every packet that is complete now. NoPacket: these are not MQTT packets."""
        if not self._rest:
            self._cut(data)
            return
        self._rest += data
        self._missing -= len(data)
        if self._missing <= 0:
            whole, self._rest = bytes(self._rest), bytearray()
            self._cut(whole)

    def _cut(self, data: bytes) -> None:
        view, at, end = memoryview(data), 0, len(data)
        take, accepted, receive, read = self.take, self.accepted, self.receive, mqtt5.read
        size = 0
        while end - at >= 2:
            size = view[at + 1] + 2
            if size >= SHORT + 2:
                size = size_at(view, at, end)
            if size <= 0 or at + size > end:
                break
            if size == BARE and view[at] == PUBACK and accepted is not None:
                accepted(view[at + 2] << 8 | view[at + 3])
                at += BARE
                size = 0
                continue
            try:
                packet = read(view[at : at + size])[0]
            except BaseException as error:  # at text that is not UTF-8 the codec panics, which is no Exception
                raise NoPacket(str(error)) from error
            if type(packet) is PublishPacket:
                receive(packet)
            else:
                take(packet)
            at += size
            size = 0
        if size < 0:
            raise NoPacket("a packet without a length")
        if at < end:
            self._rest += view[at:]
            self._missing = at + size - end if size else 1
