"""Framing: whatever the pieces in which bytes come, the packets are the same."""

from __future__ import annotations

from itertools import pairwise

import mqtt5
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mqtt5 import PubAckPacket, PublishPacket, QoS

from uns.broker.framing import Framing, NoPacket

PACKETS = [
    PubAckPacket(1).write(),
    PublishPacket("a/b", b"x" * 100, qos=QoS.AT_LEAST_ONCE, packet_id=1).write(),
    PublishPacket("a/b", b"x" * 200, qos=QoS.AT_LEAST_ONCE, packet_id=2).write(),
    PublishPacket("a/b", b"y" * 20_000, qos=QoS.AT_LEAST_ONCE, packet_id=3).write(),
    mqtt5.PingRespPacket().write(),
]
STREAM = b"".join(PACKETS)


@given(st.lists(st.integers(1, len(STREAM) - 1), max_size=12))
def test_packets_are_whole_however_the_bytes_are_cut(cuts: list[int]) -> None:
    got: list[mqtt5.Packet] = []
    framing = Framing(got.append)
    edges = [0, *sorted(set(cuts)), len(STREAM)]
    for start, stop in pairwise(edges):
        framing.feed(STREAM[start:stop])
    assert [each.write() for each in got] == PACKETS


def test_packets_are_whole_byte_by_byte() -> None:
    got: list[mqtt5.Packet] = []
    framing = Framing(got.append)
    for byte in STREAM:
        framing.feed(bytes((byte,)))
    assert [each.write() for each in got] == PACKETS


@given(st.lists(st.integers(1, len(STREAM) - 1), max_size=12))
def test_a_bare_acknowledgement_is_told_by_its_id_alone(cuts: list[int]) -> None:
    refused = PubAckPacket(7, reason_code=mqtt5.PubAckReasonCode.NOT_AUTHORIZED).write()
    stream = PubAckPacket(513).write() + refused + PACKETS[1] + PubAckPacket(65_535).write()
    got: list[object] = []
    framing = Framing(lambda packet: got.append(packet.write()), got.append)
    edges = [0, *sorted({each for each in cuts if each < len(stream)}), len(stream)]
    for start, stop in pairwise(edges):
        framing.feed(stream[start:stop])
    assert got == [513, refused, PACKETS[1], 65_535]


NOT_UTF_8 = pytest.param(
    b"\x30\x05\x00\x02\xff\xfe\x00", marks=pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
)
"""The codec panics at it, and says so by itself."""


@pytest.mark.parametrize(
    "data", [b"\x30\xff\xff\xff\xff\xff", b"\x00\x00", b"\x40\x03\x00\x01\x77", NOT_UTF_8, b"\x30\x03\x00\x00\x00"]
)
def test_what_is_no_mqtt_is_said(data: bytes) -> None:
    with pytest.raises(NoPacket):
        Framing(lambda packet: None).feed(data)


def test_a_fault_of_the_taker_is_not_the_brokers() -> None:
    def fail(packet: mqtt5.Packet) -> None:
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours") as fault:
        Framing(fail).feed(PACKETS[0])
    assert not isinstance(fault.value, NoPacket)
