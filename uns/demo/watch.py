"""The demo's own look at the namespace: an independent subscriber that counts what really arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiomqtt

from uns.broker.guest import Tidy, payload_of
from uns.demo.scene import Rejection, Row, Scene


async def watch(port: int, scene: Scene, shown: Callable[[Row | Rejection], None], ready: asyncio.Event) -> None:
    """Follow the governed tree for ever; `ready` is set once the broker has granted the subscription."""
    client = Tidy("127.0.0.1", port, identifier="demo-watch", protocol=aiomqtt.ProtocolVersion.V5, timeout=30)
    async with client:
        await client.subscribe(f"{scene.root}/#", qos=1)
        ready.set()
        async for message in client.messages:
            seen = scene.see(str(message.topic), payload_of(message))
            if seen is not None:
                shown(seen)
