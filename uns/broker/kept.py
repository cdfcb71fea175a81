"""What the broker keeps: the retained messages of a filter, and how one knows that all of them have come."""

from __future__ import annotations

import asyncio
from typing import Final

import aiomqtt

from uns.broker.guest import Sink, as_published, tool
from uns.settings import Settings

MARKER: Final = "$SYS/broker/version"
"""Retained at every Mosquitto; subscribed to last, it comes after the retained messages of earlier subscriptions."""
SETTLED_AFTER: Final = 10.0
"""Seconds to wait for the marker of a broker that does not let us read it."""


async def settle(settled: asyncio.Event) -> None:
    """Until the marker has come, or long enough for a broker that has none."""
    try:
        await asyncio.wait_for(settled.wait(), SETTLED_AFTER)
    except TimeoutError:
        pass


async def read_kept(settings: Settings, verb: str, topics: str, sink: Sink) -> None:
    """Every retained message of a filter, once. aiomqtt.MqttError where the broker cannot be reached."""
    settled = asyncio.Event()

    def take(message: aiomqtt.Message) -> None:
        if message.topic.value == MARKER:
            settled.set()
        elif message.retain:
            sink(message)

    async with tool(settings, verb, take) as client:
        await client.subscribe(topics, options=as_published())
        await client.subscribe(MARKER, options=as_published())
        await settle(settled)
