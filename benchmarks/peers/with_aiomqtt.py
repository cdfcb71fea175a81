"""The hand-written mapping on aiomqtt: `python -m benchmarks.peers.with_aiomqtt PORT GIVEN`.

As its documentation shows it: messages from the iterator, each in a task of its own so that a slow answer of the broker
holds nobody up. aiomqtt has a message acknowledged as soon as it is in the iterator's queue; it offers no other way.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from pathlib import Path

import aiomqtt
import uvloop

from benchmarks.peers.mapping import Mapping

AT_ONCE = 1000


async def main(port: int, mapping: Mapping) -> None:
    room = asyncio.Semaphore(AT_ONCE)
    async with (
        aiomqtt.Client(
            "127.0.0.1",
            port,
            identifier="peer",
            clean_session=False,
            max_inflight_messages=AT_ONCE,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        ) as client,
        asyncio.TaskGroup() as tasks,
    ):

        async def publish(topic: str, payload: bytes) -> None:
            await client.publish(topic, payload, qos=1, retain=True)
            room.release()

        client.pending_calls_threshold = AT_ONCE
        await client.subscribe("plc/dallas/#", qos=1)
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            governed = mapping.govern(message.topic.value, message.payload)
            if governed is not None:
                await room.acquire()
                tasks.create_task(publish(*governed))


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), Mapping(json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))))
