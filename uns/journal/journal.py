"""Writing down in group commits: one thread, and word to the event loop once something is safe."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

from uns.journal.store import Store
from uns.journal.values import Item, Refusal, Waiting

GROUP: Final = 1000
LONGEST_WAIT: Final = 5.0
_ROW_BYTES: Final = 512

Deletion = tuple[Sequence[int], Sequence[int]]


class Journal:
    """`committed` is called, in the writing thread, with who waited. `failing` says why nothing can be written."""

    def __init__(
        self, folder: Path, committed: Callable[[list[Any]], None], failed: Callable[[str], None] = lambda why: None
    ) -> None:
        """`failed` is told why nothing can be written now, and an empty text once it can again."""
        self.path = folder / "journal.db"
        self.store = Store(self.path)
        self.failing = ""
        self.pending = 0
        """Bytes handed in and not yet safe; counted on the event loop."""
        self.arrived = threading.Event()
        """Something was committed since the last look."""
        self._committed, self._failed = committed, failed
        self._queue: SimpleQueue[Waiting | Deletion | None] = SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @property
    def counted_only(self) -> int:
        """Rejections that were counted and not kept, since the journal was made."""
        return int(self.store.counted_only)

    def put(self, item: Item, waits: Any) -> None:
        """Hand in; `waits` comes back through `committed` once it is safe."""
        self._queue.put(Waiting(item, waits))

    def delete(self, rejections: Sequence[int], records: Sequence[int]) -> None:
        """The registry has them."""
        self._queue.put((rejections, records))

    def stop(self) -> None:
        """Write what was handed in, then end; while nothing can be written, end without."""
        self._stopping.set()
        self._queue.put(None)
        self._thread.join()
        self.store.close()

    def _run(self) -> None:
        while True:
            first = self._queue.get()
            group = [first, *(self._queue.get() for _ in range(min(self._queue.qsize(), GROUP)))]
            writes = [each for each in group if isinstance(each, Waiting)]
            deletions = [each for each in group if each is not None and not isinstance(each, Waiting)]
            if not self._persist(writes, deletions):
                return
            if writes:
                self.arrived.set()
                self._committed([each.waits for each in writes])
            if None in group:
                return

    def _persist(self, writes: list[Waiting], deletions: list[Deletion]) -> bool:
        """Try until it is safe; False where we are told to end before."""
        wait = 0.1
        while True:
            try:
                if writes:
                    self.store.write(each.item for each in writes)
                    writes = []
                while deletions:
                    self.store.delete(*deletions[0])
                    del deletions[0]
            except sqlite3.Error as error:
                self._tell(f"the journal {self.path} cannot be written: {error}")
                if self._stopping.wait(wait):
                    return False
                wait = min(LONGEST_WAIT, wait * 2)
            else:
                self._tell("")
                return True

    def _tell(self, why: str) -> None:
        if why != self.failing:
            self.failing = why
            self._failed(why)


def size_of(item: Item) -> int:
    """Bytes that an item holds in memory, roughly."""
    return len(item.raw.payload) + _ROW_BYTES * len(item.rejections) if isinstance(item, Refusal) else _ROW_BYTES
