"""MQTT 5 as the specification says it, packet by packet, at a broker of the tests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import mqtt5
import pytest
from mqtt5 import (
    ConnAckPacket,
    DisconnectPacket,
    DisconnectReasonCode,
    PingReqPacket,
    PingRespPacket,
    PubAckPacket,
    PubAckReasonCode,
    PublishPacket,
    SubAckPacket,
    SubAckReasonCode,
    SubscribePacket,
)  # fmt: skip
from support.bytebroker import ByteBroker, Line
from support.session import Peer, running, until

from uns.broker.outbox import MOST_UNANSWERED
from uns.broker.requests import Filter
from uns.broker.session import WEEK


def codes(kind: type) -> list[Any]:
    """All of them: the codec's are no Enum that could be gone through."""
    return [each for each in vars(kind).values() if isinstance(each, kind)]


Story = Callable[[Peer, ByteBroker, Line], Awaitable[None]]


def told(story: Story, answer: ConnAckPacket | None = None, **about: Any) -> Peer:
    """The session once the story is over; it begins behind the CONNACK."""

    async def tell() -> Peer:
        async with ByteBroker() as broker:
            peer = Peer(broker.port, **about)
            async with running(peer):
                line = await broker.line()
                await line.welcome(answer)
                await story(peer, broker, line)
        return peer

    return asyncio.run(asyncio.wait_for(tell(), 30))


def test_what_it_asks_for_when_it_connects() -> None:
    async def story() -> None:
        async with ByteBroker() as broker:
            async with running(Peer(broker.port)):
                hello = await (await broker.line()).welcome()
            assert (hello.client_id, hello.clean_start, hello.session_expiry_interval) == ("peer", False, WEEK)
            assert (hello.receive_max, hello.topic_alias_max, hello.max_packet_size) == (1000, 0, None)
            assert hello.keep_alive == 30

    asyncio.run(story())


def test_no_more_is_under_way_than_the_brokers_receive_maximum() -> None:
    async def story(peer: Peer, broker: ByteBroker, line: Line) -> None:
        await until(lambda: peer.session.connected)
        for number in range(7):
            peer.publish(f"a/{number}")
        packets = [await line.take(PublishPacket) for _ in range(3)]
        await line.takes_nothing(0.05)
        while packets:
            line.say(PubAckPacket(packets.pop(0).packet_id or 0))
            if len(peer.session.outbox) > 3:
                packets.append(await line.take(PublishPacket))
        await until(lambda: len(peer.accepted) == 7)

    peer = told(story, ConnAckPacket(receive_max=3))
    assert peer.accepted == [f"a/{number}" for number in range(7)]


def test_a_broker_that_names_no_receive_maximum_leaves_ids_for_other_packets() -> None:
    async def story(peer: Peer, broker: ByteBroker, line: Line) -> None:
        await until(lambda: peer.session.connected)
        assert peer.session.outbox.window == MOST_UNANSWERED < 65_535

    told(story)


def test_what_is_above_the_brokers_maximum_packet_size_is_refused_here() -> None:
    refused: list[str] = []

    async def story(peer: Peer, broker: ByteBroker, line: Line) -> None:
        await until(lambda: peer.session.connected)
        peer.session.outbox.refused = lambda outgoing, code, why: refused.append(f"{outgoing.topic} {code} {why}")
        peer.publish("a/1", b"x" * 92)
        peer.publish("a/2", b"x" * 90)
        assert (await line.take(PublishPacket)).topic == "a/2"

    told(story, ConnAckPacket(max_packet_size=100))
    assert refused == ["a/1 publish-too-large 102 bytes are above 100 bytes"]


@pytest.mark.parametrize(("ours", "the_brokers"), [(1, None), (30, 1), (1, 60)])
def test_it_pings_in_time_for_the_shorter_of_both_keep_alives(ours: int, the_brokers: int | None) -> None:
    async def story(peer: Peer, broker: ByteBroker, line: Line) -> None:
        for _ in range(2):
            begun = monotonic()
            await line.take(PingReqPacket, 2)
            assert monotonic() - begun < 1
            line.say(PingRespPacket())
        assert peer.closed == []

    told(story, ConnAckPacket(server_keep_alive=the_brokers), keep_alive=ours)


def test_a_broker_that_bears_a_long_silence_is_found_dead_all_the_same() -> None:
    async def story(peer: Peer, broker: ByteBroker, line: Line) -> None:
        await until(lambda: peer.closed, 5)

    peer = told(story, ConnAckPacket(server_keep_alive=3600), keep_alive=1)
    assert "nothing was heard" in peer.closed[0]


def test_an_assigned_client_id_is_ours_from_then_on() -> None:
    async def story(peer: Peer, broker: ByteBroker, line: Line) -> None:
        await until(lambda: peer.session.connected)
        line.writer.close()
        assert (await (await broker.line()).welcome()).client_id == "given"

    told(story, ConnAckPacket(assigned_client_id="given"), name="")


@pytest.mark.parametrize(("granted", "kept"), [(None, WEEK), (60, 60), (0, 0)])
def test_how_long_the_broker_keeps_the_session_is_known(granted: int | None, kept: int) -> None:
    async def story(peer: Peer, broker: ByteBroker, line: Line) -> None:
        await until(lambda: peer.session.connected)

    assert told(story, ConnAckPacket(session_expiry_interval=granted)).session.kept_for == kept


def test_a_broker_without_qos_1_is_refused() -> None:
    async def story(peer: Peer, broker: ByteBroker, line: Line) -> None:
        await until(lambda: peer.closed)

    peer = told(story, ConnAckPacket(max_qos=mqtt5.QoS.AT_MOST_ONCE))
    assert "takes nothing at QoS 1" in peer.closed[0]
    assert peer.opened == []


@pytest.mark.parametrize("code", [each for each in codes(DisconnectReasonCode) if 0x8E != int(each) >= 0x80])
def test_every_reason_to_disconnect_is_said_in_words_and_it_comes_back(code: DisconnectReasonCode) -> None:
    async def story(peer: Peer, broker: ByteBroker, line: Line) -> None:
        line.say(DisconnectPacket(reason_code=code, reason_str="because"))
        await (await broker.line()).welcome()

    said = told(story).closed[0]
    assert f"0x{int(code):02X} ({code.name.lower().replace('_', ' ')}): because" in said


def test_an_auth_exchange_is_declined_with_a_reason() -> None:
    async def story(peer: Peer, broker: ByteBroker, line: Line) -> None:
        line.say(mqtt5.AuthPacket())
        assert (await line.take(DisconnectPacket)).reason_code == DisconnectReasonCode.PROTOCOL_ERROR

    assert "AUTH" in told(story).closed[0]


def test_a_refused_subscription_is_told_by_its_filter() -> None:
    async def story(peer: Peer, broker: ByteBroker, line: Line) -> None:
        await until(lambda: peer.session.connected)
        asked = asyncio.ensure_future(peer.session.subscribe([Filter("a/#"), Filter("b/#"), Filter("c/#", qos=0)]))
        packet = await line.take(SubscribePacket)
        codes = [
            SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE,
            SubAckReasonCode.NOT_AUTHORIZED,
            SubAckReasonCode.QUOTA_EXCEEDED,
        ]
        line.say(SubAckPacket(packet.packet_id, codes))
        assert await asked == [("b/#", "0x87 (not authorized)"), ("c/#", "0x97 (quota exceeded)")]
        assert peer.session.outbox.reserved == set()

    told(story)


def test_a_suback_for_another_number_of_filters_is_an_error_of_the_broker() -> None:
    async def story(peer: Peer, broker: ByteBroker, line: Line) -> None:
        await until(lambda: peer.session.connected)
        asked = asyncio.ensure_future(peer.session.subscribe([Filter("a/#"), Filter("b/#")]))
        packet = await line.take(SubscribePacket)
        line.say(SubAckPacket(packet.packet_id, [SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE]))
        with pytest.raises(ConnectionError, match="1 of 2 filters"):
            await asked

    told(story)


@pytest.mark.parametrize("code", codes(PubAckReasonCode))
def test_each_reason_code_of_a_puback_is_sorted(code: PubAckReasonCode) -> None:
    refused: list[str] = []

    async def story(peer: Peer, broker: ByteBroker, line: Line) -> None:
        await until(lambda: peer.session.connected)
        peer.session.outbox.refused = lambda outgoing, finding, why: refused.append(f"{finding}: {why}")
        peer.publish("a/1")
        first = await line.take(PublishPacket)
        line.say(PubAckPacket(first.packet_id or 0, reason_code=code, reason_str="because"))
        if code in (0x00, 0x10):
            await until(lambda: peer.accepted == ["a/1"])
        elif code in (0x87, 0x90, 0x99):
            await until(lambda: refused)
            assert refused[0].startswith(f"publish-refused: 0x{int(code):02X} ")
            assert refused[0].endswith(": because")
        else:
            again = await line.take(PublishPacket)
            assert (again.topic, again.packet_id != first.packet_id, again.duplicate) == ("a/1", True, False)
            line.say(PubAckPacket(again.packet_id or 0))
            await until(lambda: peer.accepted == ["a/1"])
        assert len(peer.session.outbox) == 0

    told(story, ConnAckPacket(receive_max=1))
