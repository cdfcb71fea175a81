"""Records that the timeline holds and the registry may not have yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from threading import Lock

from uns.context.timeline import Timeline
from uns.context.values import Record
from uns.journal.store import Store

Taken = tuple[Record, bool]
"""A record, and whether its equipment may run several batches at once."""


class Unmoved:
    """In the order in which they came; they leave in that order too.

    An order list of a hundred thousand takes seconds to put on a timeline. So the thread that heard the registry does
    it (`onto`), and the event loop adds only what came meanwhile (`since`).
    """

    def __init__(self) -> None:
        self._waiting: deque[Taken] = deque()
        self._left = 0
        self._lock = Lock()

    def begin(self, journal: Path) -> None:
        """With what an earlier run wrote down."""
        store = Store(journal)
        self._waiting.extend((each.record, each.parallel) for _, each in store.records(0, -1))
        store.close()

    def add(self, record: Record, parallel: bool) -> None:
        with self._lock:
            self._waiting.append((record, parallel))

    def onto(self, timeline: Timeline, applied: int) -> tuple[Timeline, int]:
        """The registry's timeline, which certainly holds the first `applied` of all, with the others on top.

        Beside it how many there were of all.
        """
        with self._lock:
            while self._waiting and self._left < applied:
                self._waiting.popleft()
                self._left += 1
            waiting = tuple(self._waiting)
            upto = self._left + len(waiting)
        return _on_top(timeline, waiting), upto

    def since(self, timeline: Timeline, upto: int) -> Timeline | None:
        """A timeline that holds the first `upto`, with the others on top; None where a newer one is on its way."""
        with self._lock:
            if upto < self._left:
                return None
            waiting = tuple(islice(self._waiting, upto - self._left, None))
        return _on_top(timeline, waiting)


def _on_top(timeline: Timeline, records: Iterable[Taken]) -> Timeline:
    for record, parallel in records:
        timeline, _ = timeline.take(record, parallel)
    return timeline
