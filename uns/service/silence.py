"""Signals that have fallen silent: for three times as long as the dictionary expects."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from uns.instant import Instant
from uns.publisher import Memory, Publisher

EVERY: Final = 1.0
AT_ONCE: Final = 500
"""Topics looked at before messages have their turn again: with a hundred thousand it would take 10 ms and more."""


class Silence:
    def __init__(self, publisher: Publisher, clock: Callable[[], Instant]) -> None:
        self.publisher, self.clock = publisher, clock
        self.topics: list[str] = []
        """As the last look over all of them found it."""

    async def keep_looking(self) -> None:
        """For as long as the path runs."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look()

    async def look(self) -> None:
        silent, topics, now = [], self.publisher.topics, self.clock()
        for number, topic in enumerate(list(topics), 1):
            memory = topics.get(topic)
            if memory is not None and _is_silent(memory, now):
                silent.append(topic)
            if not number % AT_ONCE:
                await asyncio.sleep(0)
        self.topics = silent


def _is_silent(memory: Memory, now: Instant) -> bool:
    every = memory.name.every if memory.name is not None else None
    return bool(every and now - memory.time > 3 * every)
