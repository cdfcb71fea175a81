"""Ctrl-C while the demo's clients connect: no word of a library, and nothing stays connected."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from uns.demo.scene import Scene
from uns.demo.simulate import Simulation
from uns.demo.watch import watch


@pytest.mark.parametrize(
    "client",
    [
        lambda port: watch(port, Scene("acme"), lambda _: None, asyncio.Event()),
        lambda port: Simulation(port, ()).run(),
    ],
    ids=["watch", "machines"],
)
def test_a_client_that_is_cancelled_while_it_connects_raises_in_no_callback(
    client: Callable[[int], Coroutine[Any, Any, None]],
) -> None:
    asyncio.run(asyncio.wait_for(_cancelled(client), 20))


async def _cancelled(client: Callable[[int], Coroutine[Any, Any, None]]) -> None:
    raised: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context))
    asked: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()

    async def arrived(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(2)
        asked.put_nowait(writer)
        await reader.read()

    async with await asyncio.start_server(arrived, "127.0.0.1", 0) as server:
        running = asyncio.ensure_future(client(server.sockets[0].getsockname()[1]))
        writer = await asked.get()
        running.cancel()
        await asyncio.sleep(0)
        writer.close()
        await writer.wait_closed()
        await asyncio.gather(running, return_exceptions=True)
    assert raised == []
