"""PUBLISH packets as we write them: the same bytes as the codec's."""

from __future__ import annotations

from typing import Any

import mqtt5
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mqtt5 import PublishPacket, QoS

from uns.broker.publish import publish
from uns.broker.text import names_one_topic, sendable
from uns.envelope import Envelope, Pair, Provenance

CHARACTER = st.characters(codec="utf-8")
TEXT = st.text(CHARACTER.filter(sendable), max_size=300)
TOPIC = st.text(CHARACTER.filter(names_one_topic), min_size=1, max_size=300)
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=4).map(tuple)
PAYLOAD = st.one_of(st.binary(max_size=200), st.integers(0, 70_000).map(bytes))
DIGITS = st.text("0123456789abcdef", min_size=32, max_size=32)
IDS = st.integers(1, 65_535)


def whole(packet_id: int, *arguments: Any) -> bytes:
    """The two parts of a packet, with its id between them."""
    head, tail = publish(*arguments)
    return head + packet_id.to_bytes(2, "big") + tail


def codec(topic: str, payload: bytes, retain: bool, packet_id: int, properties: tuple[Pair, ...] | None) -> bytes:
    several = None if properties is None else list(properties)
    return PublishPacket(
        topic, payload, qos=QoS.AT_LEAST_ONCE, retain=retain, packet_id=packet_id, user_properties=several,
        content_type="application/json" if properties is not None else None,
    ).write()  # fmt: skip


@given(TOPIC, PAYLOAD, st.booleans(), IDS, st.none() | PAIRS)
def test_a_packet_is_what_the_codec_writes(
    topic: str, payload: bytes, retain: bool, packet_id: int, properties: tuple[Pair, ...] | None
) -> None:
    written = whole(packet_id, topic, payload, retain, properties)
    assert written == codec(topic, payload, retain, packet_id, properties)


@given(TOPIC, PAYLOAD, IDS, TEXT, PAIRS, DIGITS, st.lists(PAIRS, min_size=1, max_size=3))
def test_an_envelope_stands_for_its_properties(
    topic: str,
    payload: bytes,
    packet_id: int,
    source: str,
    others: tuple[Pair, ...],
    identity: str,
    several: list[tuple[Pair, ...]],
) -> None:
    envelope = Envelope(topic, source, Provenance(tuple(others)))
    for more in several:
        properties = [("source", source), *others, *more, ("id", identity)]
        expected = codec(topic, payload, True, packet_id, properties)
        first, second = (whole(packet_id, envelope, payload, True, more, identity) for _ in range(2))
        assert first == second == expected


@pytest.mark.parametrize("size", [127, 128, 16_383, 16_384, 65_535, 2_097_151, 2_097_152])
def test_lengths_at_the_bounds_of_their_bytes(size: int) -> None:
    for more in range(-40, 5):
        payload = bytes(size + more)
        assert whole(1, "a/b", payload, False, (("k", "v"),)) == codec("a/b", payload, False, 1, (("k", "v"),))


def test_what_mqtt_forbids_is_escaped_in_properties_and_refused_in_topics() -> None:
    written = whole(1, Envelope("a", "plc\0ü", Provenance((("rule", "x\ufffe"),))), b"", False, (), "7" * 32)
    packet = mqtt5.read(memoryview(written))[0]
    assert isinstance(packet, PublishPacket)
    assert packet.user_properties == [("source", "plc\\u0000ü"), ("rule", "x\\ufffe"), ("id", "7" * 32)]
    for to in ("a\0b", "a/#", "+/a", "", Envelope("a\x85b", "plc", Provenance())):
        with pytest.raises(ValueError, match="forbids"):
            publish(to, b"", False, None)


@pytest.mark.parametrize("size", [65_535, 65_536])
def test_a_text_has_room_for_65535_bytes(size: int) -> None:
    try:
        expected = codec("a", b"", False, 1, (("k", "v" * size),))
    except ValueError:
        expected = b""
    assert bool(expected) == (size == 65_535)
    try:
        written = whole(1, "a", b"", False, (("k", "v" * size),))
    except ValueError:
        written = b""
    assert written == expected
