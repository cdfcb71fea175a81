"""The guest at the broker: it leaves nothing behind."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from uns.broker.guest import guest, heeding
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
