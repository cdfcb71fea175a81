"""The guest at the broker: it leaves nothing behind."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress

import aiomqtt
import pytest

from uns.broker.guest import guest, heeding, listen_until
from uns.settings import Settings

CONNACK = bytes([0x20, 3, 0, 0, 0])
DISCONNECT = 0xE0


def test_cancelled_while_it_connects_it_leaves_no_connection_behind() -> None:
    asyncio.run(asyncio.wait_for(_cancelled_while_connecting(), 20))


async def _cancelled_while_connecting() -> None:
    asked: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def arrived(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(2)
        asked.put_nowait((reader, writer))

    async with await asyncio.start_server(arrived, "127.0.0.1", 0) as server:
        client = guest(Settings(broker=f"mqtt://127.0.0.1:{server.sockets[0].getsockname()[1]}"), "early")
        entering = asyncio.ensure_future(client.__aenter__())
        reader, writer = await asked.get()
        entering.cancel()
        writer.write(CONNACK)
        sent = await reader.read()
        with pytest.raises(asyncio.CancelledError):
            await entering
        writer.close()
    assert DISCONNECT in sent


def test_work_that_swallows_a_cancellation_is_cancelled_again():
    async def stubborn(begun: asyncio.Event) -> None:
        begun.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    async def story() -> bool:
        begun = asyncio.Event()
        task = asyncio.ensure_future(heeding(stubborn(begun)))
        await begun.wait()
        task.cancel()
        await asyncio.wait((task,), timeout=10)
        return task.cancelled()

    assert asyncio.run(story())


def test_a_connection_that_is_reset_is_an_error_and_no_line_of_the_library_s(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(aiomqtt.MqttError):
        asyncio.run(asyncio.wait_for(_reset(), 20))
    assert caplog.records == []


async def _reset() -> None:
    async def arrived(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(2)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.write(CONNACK)
        await reader.readuntil(b"topic")
        writer.transport.abort()

    async with await asyncio.start_server(arrived, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with guest(Settings(broker=f"mqtt://127.0.0.1:{port}"), "reset") as client:
            await client.publish("topic")
            await listen_until(client, asyncio.Event())


def test_a_broker_that_goes_as_something_is_to_be_written_raises_in_no_callback() -> None:
    assert asyncio.run(asyncio.wait_for(_gone_as_it_publishes(), 20)) == []


async def _gone_as_it_publishes() -> list[object]:
    """The end of the connection is read in the very turn of the loop in which a message is queued."""
    raised: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context))
    with socket.create_server(("127.0.0.1", 0)) as server:
        accepting = asyncio.ensure_future(asyncio.to_thread(_granted, server))
        async with guest(Settings(broker=f"mqtt://127.0.0.1:{server.getsockname()[1]}"), "cut") as client:
            (await accepting).close()
            await asyncio.sleep(0)
            with pytest.raises(aiomqtt.MqttError):
                await client.publish("topic", qos=1)
            with pytest.raises(aiomqtt.MqttError):
                await listen_until(client, asyncio.Event())
    return raised


def _granted(server: socket.socket) -> socket.socket:
    peer, _ = server.accept()
    peer.recv(1)
    peer.send(CONNACK)
    return peer
