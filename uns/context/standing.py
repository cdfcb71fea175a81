"""Since when each event time has been answered as it is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from uns.instant import EARLIEST, Instant


class Published(NamedTuple):
    """Readings that went out with a belief before it was corrected."""

    since: Instant | None
    """From when on some can have been, late ones too; None where it was corrected before that."""
    length: int
    """Nanoseconds of event time whose readings were, each published at its event time."""


class Standing:
    """Of one piece of equipment. What nobody ever recorded otherwise has been answered so from the beginning."""

    __slots__ = ("_edges", "_recorded")

    def __init__(self) -> None:
        self._edges: list[Instant] = [EARLIEST]
        self._recorded: list[Instant] = [EARLIEST]
        """When the answer was recorded that holds from the edge of the same place up to the next one."""

    def change(self, since: Instant, until: Instant, recorded: Instant) -> None:
        """Another answer from then on for since ≤ t < until."""
        after = self._recorded[bisect_right(self._edges, until) - 1]
        first, last = bisect_left(self._edges, since), bisect_right(self._edges, until)
        self._edges[first:last] = [since, until]
        self._recorded[first:last] = [recorded, after]

    def published(self, since: Instant, until: Instant, corrected: Instant) -> Published:
        """With the answer of since ≤ t < until that was corrected then."""
        total, first, place = 0, corrected, bisect_right(self._edges, since) - 1
        while place < len(self._edges) and self._edges[place] < until:
            begin = max(self._edges[place], since, self._recorded[place])
            end = self._edges[place + 1] if place + 1 < len(self._edges) else until
            total += max(0, min(end, until, corrected) - begin)
            first = min(first, begin)
            place += 1
        return Published(first if first < corrected else None, total)
