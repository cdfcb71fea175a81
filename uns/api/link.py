"""The API's own link to the broker: it feeds the namespace, and connects again by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import aiomqtt

from uns.api.namespace import Namespace
from uns.broker.distrust import in_words
from uns.broker.guest import guest, listen_until, payload_of, user_properties
from uns.broker.kept import subscribe_kept
from uns.instant import Instant
from uns.settings import Settings

TAKEN_OVER: Final = 0x8E
LONGEST_PAUSE: Final = 30.0


@dataclass(slots=True)
class Link:
    """Whether the broker is heard, and whether all that it kept has come."""

    connected: bool = False
    complete: bool = False
    since: Instant = 0
    error: str = "not connected yet"
    received: int = 0
    root: str = ""
    turned: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the root changes, so that the link subscribes anew."""

    def aim(self, root: str) -> None:
        """Listen below this root from now on."""
        if root != self.root:
            self.root = root
            self.turned.set()


async def follow(settings: Settings, namespace: Namespace, link: Link, clock: Callable[[], Instant]) -> None:
    """Keep the namespace fed for as long as this runs, with growing pauses while the broker is away."""
    pause = 0.5
    while True:
        link.turned.clear()
        if link.root and link.root != namespace.root:
            namespace.clear(link.root)
        if not link.root:
            await link.turned.wait()
            continue
        begun = time.monotonic()
        try:
            await _connection(settings, namespace, link, clock)
        except (aiomqtt.MqttError, OSError) as error:
            link.error = in_words(error) or type(error).__name__
            if isinstance(error, aiomqtt.MqttCodeError) and getattr(error.rc, "value", error.rc) == TAKEN_OVER:
                link.connected, link.error = (
                    False,
                    f"another process connected as {settings.instance}-api; end one of them",
                )
                return
        link.connected, link.complete = False, False
        pause = (
            0.5 if time.monotonic() - begun > LONGEST_PAUSE or link.turned.is_set() else min(pause * 2, LONGEST_PAUSE)
        )
        await _pause(0 if link.turned.is_set() else pause, link)


async def _pause(seconds: float, link: Link) -> None:
    try:
        await asyncio.wait_for(link.turned.wait(), seconds)
    except TimeoutError:
        pass


async def _connection(settings: Settings, namespace: Namespace, link: Link, clock: Callable[[], Instant]) -> None:
    """One connection, from CONNECT until it breaks or the root changes."""
    begun = clock()

    def take(message: aiomqtt.Message) -> None:
        link.received += 1
        namespace.take(message.topic.value, payload_of(message), user_properties(message), message.retain, clock())

    async with guest(settings, "api", take) as client:
        link.connected, link.since, link.error = True, begun, ""
        await subscribe_kept(client, f"{namespace.root}/#")
        namespace.sweep(begun)
        link.complete = True
        await listen_until(client, link.turned)
