"""Signals that have fallen silent: for three times as long as the dictionary expects."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from itertools import count
from typing import Final

from uns.instant import Instant
from uns.publisher import Memory, Publisher

EVERY: Final = 1.0
AT_ONCE: Final = 500
PAUSE: Final = 0.1
"""Seconds in which messages have their turn before as many topics are looked at again.

So a plant of a hundred thousand is seen whole every twenty seconds, and looking costs what five thousand cost.
"""


class Silence:
    def __init__(self, publisher: Publisher, clock: Callable[[], Instant]) -> None:
        self.publisher, self.clock = publisher, clock
        self.topics: list[str] = []
        """As the last look over all of them found it."""

    async def keep_looking(self) -> None:
        """For as long as the path runs."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look(PAUSE)

    async def look(self, pause: float = 0.0) -> None:
        silent: list[str] = []
        self.publisher.sort()
        for start in count(0, AT_ONCE):
            some = self.publisher.some(start, start + AT_ONCE)
            silent += self._silent(some)
            if len(some) < AT_ONCE:
                break
            await asyncio.sleep(pause)
        self.topics = silent

    def _silent(self, topics: list[str]) -> Iterator[str]:
        now = self.clock()
        for topic in topics:
            memory = self.publisher.topics.get(topic)
            if memory is not None and _is_silent(memory, now):
                yield topic


def _is_silent(memory: Memory, now: Instant) -> bool:
    every = memory.name.every if memory.name is not None else None
    return bool(every and now - memory.time > 3 * every)
