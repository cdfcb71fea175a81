"""PUBLISH packets at QoS 1, written by ourselves: what every message of an address says is written once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from uns.broker.text import escaped, names_one_topic
from uns.envelope import Envelope, Pair, Provenance

PUBLISH: Final = (b"\x32", b"\x33")
"""The first byte at QoS 1, without and with retain."""
ID: Final = b"&\x00\x02id\x00\x20"
DIGITS: Final = 32
JSON: Final = b"\x03\x00\x10application/json"
_LENGTHS: Final = tuple(length.to_bytes(2, "big") for length in range(256))


def publish(
    to: str | Envelope, payload: bytes, retain: bool, properties: tuple[Pair, ...] | None, identity: str = ""
) -> tuple[bytes, bytes]:
    """The packet, in the two parts between which its packet id goes; its content type is JSON where it has properties.

    `to` is a topic, or the envelope of an address: that has properties of its own, and wants an `identity` of 32
    hexadecimal digits. ValueError: MQTT has no packet for this.
    """
    if isinstance(to, str):
        name, text = _topic(to), b"" if properties is None else JSON + _written(properties)
        tail = b"".join((_size(len(text)), text, payload))
    else:
        provenance, more = to.provenance, properties or ()
        if provenance.more != more:
            _write_behind(provenance, more)
        behind = provenance.written
        if to.room != len(behind):
            _write(to, len(behind))
        name = to.name
        tail = b"".join((to.start, behind, identity.encode(), payload))
    return PUBLISH[retain] + _size(len(name) + 2 + len(tail)) + name, tail


def _write(envelope: Envelope, behind: int) -> None:
    """What stays the same for as long as so many bytes stand behind it."""
    own = JSON + _property("source", envelope.source)
    envelope.name, envelope.start = _topic(envelope.topic), _size(len(own) + behind + DIGITS) + own
    envelope.room = behind


def _write_behind(provenance: Provenance, more: tuple[Pair, ...]) -> None:
    """The same for most messages of a rule, which share the registry's revision."""
    provenance.written, provenance.more = _behind(provenance.pairs, more), more


@lru_cache(maxsize=4096)
def _behind(pairs: tuple[Pair, ...], more: tuple[Pair, ...]) -> bytes:
    return _written(pairs) + _written(more) + ID


def _written(properties: Iterable[Pair]) -> bytes:
    return b"".join([_property(*each) for each in properties])


def _topic(topic: str) -> bytes:
    if not names_one_topic(topic):
        raise ValueError("the topic holds a character that MQTT forbids")
    return _text(topic)


@lru_cache(maxsize=4096)
def _property(key: str, text: str) -> bytes:
    return b"&" + _text(key) + _text(text if text.isprintable() else escaped(text))


def _text(text: str) -> bytes:
    """Its bytes behind their number."""
    written = text.encode()
    size = len(written)
    if size < 256:
        return _LENGTHS[size] + written
    if size > 0xFFFF:
        raise ValueError("text of more than 65535 bytes")
    return size.to_bytes(2, "big") + written


def _size(number: int) -> bytes:
    """A variable byte integer: seven bits a byte, the lowest first."""
    return _SIZES[number] if number < 2048 else _variable(number)


def _variable(number: int) -> bytes:
    if number < 0x4000:
        return bytes((number,)) if number < 0x80 else bytes((number & 0x7F | 0x80, number >> 7))
    if number < 0x200000:
        return bytes((number & 0x7F | 0x80, number >> 7 & 0x7F | 0x80, number >> 14))
    if number < 0x10000000:
        return bytes((number & 0x7F | 0x80, number >> 7 & 0x7F | 0x80, number >> 14 & 0x7F | 0x80, number >> 21))
    raise ValueError("a packet of more than 268435455 bytes")


_SIZES: Final = tuple(map(_variable, range(2048)))
