"""Records that the timeline holds and the registry may not have yet."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from uns.context.timeline import Timeline
from uns.journal.store import Store
from uns.journal.values import Announced


class Unmoved:
    """In the order in which they came; they leave in that order too."""

    def __init__(self) -> None:
        self._waiting: deque[Announced] = deque()
        self._left = 0

    def begin(self, journal: Path) -> None:
        """With what an earlier run wrote down."""
        store = Store(journal)
        self._waiting.extend(each for _, each in store.records(0, -1))
        store.close()

    def add(self, announced: Announced) -> None:
        self._waiting.append(announced)

    def onto(self, timeline: Timeline, applied: int) -> Timeline:
        """The registry's timeline, which certainly holds the first `applied` of all, with the others on top."""
        while self._waiting and self._left < applied:
            self._waiting.popleft()
            self._left += 1
        for each in self._waiting:
            timeline, _ = timeline.take(each.record, each.parallel)
        return timeline
