"""What the broker keeps: the retained messages of a filter, and how one knows that all of them have come."""

from __future__ import annotations

from math import inf

import aiomqtt

from uns.broker.guest import Sink, as_published, tool
from uns.settings import Settings


async def subscribe_kept(client: aiomqtt.Client, topics: str) -> None:
    """Subscribe; when this returns, every retained message has come.

    At QoS 0, for then they leave at once, and the answer to a second subscription comes behind them.
    """
    await client.subscribe(topics, options=as_published(0))
    await client.subscribe(topics, options=as_published(1, kept=False), timeout=inf)


async def read_kept(settings: Settings, verb: str, topics: str, sink: Sink) -> None:
    """Every retained message of a filter, once. aiomqtt.MqttError where the broker cannot be reached."""

    def take(message: aiomqtt.Message) -> None:
        if message.retain:
            sink(message)

    async with tool(settings, verb, take) as client:
        await subscribe_kept(client, topics)


async def kept_on(settings: Settings, verb: str, topic: str) -> aiomqtt.Message | None:
    """The message retained on one topic, if any. aiomqtt.MqttError where the broker cannot be reached."""
    found: list[aiomqtt.Message] = []
    await read_kept(settings, verb, topic, found.append)
    return found[-1] if found else None
