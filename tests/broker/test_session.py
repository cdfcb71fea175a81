"""The session at a real broker, and at brokers that misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import mqtt5
import pytest
from support.mosquitto import Mosquitto
from support.session import Peer, running, until

from uns.broker.requests import Filter


def test_it_connects_subscribes_and_publishes(broker: Mosquitto) -> None:
    async def story() -> None:
        peer = Peer(broker.port)
        async with running(peer):
            await until(lambda: peer.session.connected)
            assert peer.opened == [False]
            assert await peer.session.subscribe([Filter("a/#")]) == []
            peer.publish("a/1")
            peer.publish("b/1")
            await until(lambda: peer.accepted == ["a/1", "b/1"])
            assert [each.topic for each in peer.received] == ["a/1"]
            await peer.session.unsubscribe(["a/#"])
            peer.publish("a/2")
            await until(lambda: "a/2" in peer.accepted)
            assert len(peer.received) == 1

    asyncio.run(story())


def test_the_session_outlives_the_broker(broker: Mosquitto) -> None:
    async def story() -> None:
        peer = Peer(broker.port)
        async with running(peer):
            await until(lambda: peer.session.connected)
            await peer.session.subscribe([Filter("a/#")])
            peer.acknowledges = False
            peer.publish("a/1")
            await until(lambda: len(peer.received) == 1)
            await asyncio.to_thread(broker.stop)
            await until(lambda: not peer.session.connected)
            peer.publish("a/2")
            peer.acknowledges, peer._acknowledged = True, len(peer.received)
            await asyncio.to_thread(broker.start)
            await until(lambda: peer.opened == [False, True])
            await until(lambda: len(peer.received) == 3)
            assert [(each.topic, each.duplicate) for each in peer.received[1:]] == [("a/1", True), ("a/2", False)]
            await until(lambda: peer.accepted == ["a/1", "a/2"])

    asyncio.run(story())


@pytest.mark.parametrize(("fresh", "again"), [(False, 0), (True, 1)])
def test_retained_values_come_again_only_where_they_are_asked_for(broker: Mosquitto, fresh: bool, again: int) -> None:
    async def story() -> None:
        peer = Peer(broker.port)
        async with running(peer):
            await until(lambda: peer.session.connected)
            peer.publish("a/1", retain=True)
            await until(lambda: peer.accepted == ["a/1"])
            await peer.session.subscribe([Filter("a/#")])
            await until(lambda: len(peer.received) == 1)
            assert peer.received[0].retain
            await peer.session.subscribe([Filter("a/#", fresh=fresh)])
            peer.publish("a/2", retain=True)
            await until(lambda: peer.received[-1].topic == "a/2")
            assert not peer.received[-1].retain  # live, though its publisher retained it
            assert len(peer.received) == 2 + again

    asyncio.run(story())


def test_a_megabyte_arrives_whole(broker: Mosquitto) -> None:
    async def story() -> None:
        peer = Peer(broker.port)
        async with running(peer):
            await until(lambda: peer.session.connected)
            await peer.session.subscribe([Filter("a/#")])
            payload = bytes(range(256)) * 16_000
            peer.publish("a/1", payload)
            peer.publish("a/2")
            await until(lambda: len(peer.received) == 2)
            assert peer.received[0].payload == payload

    asyncio.run(story())


def test_a_silent_connection_is_kept_alive(broker: Mosquitto) -> None:
    async def story() -> None:
        peer = Peer(broker.port, keep_alive=1)
        async with running(peer):
            await until(lambda: peer.session.connected)
            await until(lambda: peer.turns == 5)  # CONNACK and four PINGRESP: longer than the broker bears silence
            assert peer.closed == []

    asyncio.run(story())


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def told_by(talk: Talk, keep_alive: int = 30) -> list[str]:
    """What the session says of a broker that behaves like this."""

    async def story() -> list[str]:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        peer = Peer(server.sockets[0].getsockname()[1], keep_alive=keep_alive)
        async with running(peer):
            await until(lambda: peer.closed)
        server.close()
        return peer.closed

    return asyncio.run(story())


def saying(*packets: bytes, leaves: bool = False) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        for packet in packets:
            writer.write(packet)
        if leaves:
            writer.close()
        await reader.read()

    return talk


WELCOME = mqtt5.ConnAckPacket().write()
BAD_PASSWORD = mqtt5.ConnAckPacket(reason_code=mqtt5.ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD).write()
SHUTTING_DOWN = mqtt5.DisconnectPacket(
    reason_code=mqtt5.DisconnectReasonCode.SERVER_SHUTTING_DOWN, reason_str="maintenance"
).write()


@pytest.mark.parametrize(
    ("packets", "keep_alive", "words"),
    [
        ((BAD_PASSWORD,), 30, "0x86 (bad user name or password)"),
        ((WELCOME, SHUTTING_DOWN), 30, "0x8B (server shutting down): maintenance"),
        ((WELCOME, mqtt5.AuthPacket().write()), 30, "AUTH"),
        ((WELCOME, b"\x00\x00\x00"), 30, "no MQTT packet"),
        pytest.param(
            (WELCOME, b"\x30\x05\x00\x02\xff\xfe\x00"),
            30,
            "no MQTT packet",
            marks=pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
        ),
        ((WELCOME,), 1, "nothing was heard"),
    ],
)
def test_what_a_broker_does_wrong_is_said_in_words(packets: tuple[bytes, ...], keep_alive: int, words: str) -> None:
    assert words in told_by(saying(*packets), keep_alive)[0]


def test_nobody_there_is_said_and_tried_again() -> None:
    async def story() -> None:
        peer = Peer(1)
        async with running(peer):
            await until(lambda: len(peer.closed) >= 3)
        assert "cannot be reached" in peer.closed[0]

    asyncio.run(story())


def test_one_whose_session_is_taken_over_does_not_come_back() -> None:
    async def story() -> None:
        taken = mqtt5.DisconnectPacket(reason_code=mqtt5.DisconnectReasonCode.SESSION_TAKEN_OVER).write()
        server = await asyncio.start_server(saying(WELCOME, taken), "127.0.0.1", 0)
        peer = Peer(server.sockets[0].getsockname()[1])
        async with asyncio.timeout(5):
            await peer.session.run()
        server.close()
        assert peer.session.taken_over
        assert len(peer.closed) == 1

    asyncio.run(story())


def test_two_that_want_one_session_take_it_from_each_other_ever_more_slowly_and_one_leaves_it() -> None:
    """As Mosquitto 2.0.11 does it: without a word."""

    async def story() -> None:
        loop = asyncio.get_running_loop()
        server = await asyncio.start_server(saying(WELCOME, leaves=True), "127.0.0.1", 0)
        peer = Peer(server.sockets[0].getsockname()[1])
        peer.session.contested, begun = True, loop.time()
        async with asyncio.timeout(20):
            await peer.session.run()
        assert (peer.session.taken_over, len(peer.closed)) == (True, 5)
        assert loop.time() - begun > 1.4
        server.close()

    asyncio.run(story())


def test_a_broker_that_closes_without_a_word_is_tried_again_where_nobody_else_is_about() -> None:
    async def story() -> None:
        server = await asyncio.start_server(saying(WELCOME, leaves=True), "127.0.0.1", 0)
        peer = Peer(server.sockets[0].getsockname()[1])
        async with running(peer):
            await until(lambda: len(peer.closed) == 7)
        assert not peer.session.taken_over
        server.close()

    asyncio.run(story())
