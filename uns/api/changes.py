"""The newest changes of the namespace in a ring: each stream reads it at its own pace, so no stream holds memory."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from itertools import islice
from typing import Final, NamedTuple

from uns.instant import Instant

MAX_CHANGES: Final = 50_000
MAX_BYTES: Final = 64 * 1024 * 1024
AT_ONCE: Final = 200
BYTES_AT_ONCE: Final = 64 * 1024


class Change(NamedTuple):
    """One governed message as it came; an empty payload is a deletion. Numbers rise by one."""

    number: int
    topic: str
    payload: bytes
    properties: Mapping[str, str]
    retained: bool
    arrived: Instant


class Changes:
    """A bounded ring of changes. `epoch` tells this process's numbers from those of an earlier one."""

    def __init__(self, epoch: str, max_changes: int = MAX_CHANGES, max_bytes: int = MAX_BYTES) -> None:
        self.epoch = epoch
        self.last = 0
        self.closed = False
        self._max_changes, self._max_bytes = max_changes, max_bytes
        self._ring: deque[Change] = deque()
        self._bytes = 0
        self._news = asyncio.Event()

    def append(
        self, topic: str, payload: bytes, properties: Mapping[str, str], retained: bool, arrived: Instant
    ) -> Change:
        self.last += 1
        change = Change(self.last, topic, payload, properties, retained, arrived)
        self._ring.append(change)
        self._bytes += len(payload)
        while len(self._ring) > self._max_changes or self._bytes > self._max_bytes:
            self._bytes -= len(self._ring.popleft().payload)
        self._news.set()
        return change

    def after(self, number: int) -> list[Change] | None:
        """The next changes after that number, few enough to be held; None where some of them have left the ring."""
        first = self.last - len(self._ring) + 1
        if number > self.last or number < first - 1:
            return None
        batch, size = [], 0
        for change in islice(self._ring, number + 1 - first, number + 1 - first + AT_ONCE):
            batch.append(change)
            size += len(change.payload)
            if size > BYTES_AT_ONCE:
                break
        return batch

    async def wait(self, number: int) -> None:
        """Until there is a change after that number, or the streams are to end."""
        while self.last <= number and not self.closed:
            self._news.clear()
            await self._news.wait()

    def close(self) -> None:
        """No stream is to wait any longer: the process ends."""
        self.closed = True
        self._news.set()

    def id_of(self, number: int) -> str:
        return f"{self.epoch}-{number}"

    def number_of(self, event_id: str) -> int | None:
        """The number of an id that this process gave; None for any other text."""
        epoch, _, number = event_id.rpartition("-")
        if epoch != self.epoch or not number.isascii() or not number.isdigit() or len(number) > 18:
            return None
        return int(number)
