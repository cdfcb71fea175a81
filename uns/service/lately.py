"""Counts that only grow, and what of them is news: for an hour it degrades, for good it is counted."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Final

HOUR: Final = 3600.0
MINUTE: Final = 60.0


class Lately:
    """By how much a count has grown within the last hour; the figure changes at most once a minute.

    So what makes it grow all the time is said in the log once a minute, not once a second.
    """

    def __init__(self, count: int | None = None, clock: Callable[[], float] = monotonic) -> None:
        """`count` is what is no news; without it, what is seen first."""
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque([(-inf, count)] if count is not None else [])
        """When the count was what; the first is what it was before the last hour."""

    @property
    def more(self) -> int:
        return self._seen[-1][1] - self._seen[0][1] if self._seen else 0

    def see(self, count: int) -> None:
        """The count as it is now."""
        now, seen = self._clock(), self._seen
        if not seen or count < seen[-1][1]:
            self._seen = deque([(-inf, count)])
        elif count > seen[-1][1] and now - seen[-1][0] >= MINUTE:
            seen.append((now, count))
        while len(self._seen) > 1 and self._seen[1][0] <= now - HOUR:
            self._seen.popleft()
