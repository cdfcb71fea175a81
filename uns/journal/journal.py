"""Writing down in group commits: one thread, and word to the event loop once something is safe."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

from uns.journal.store import Store
from uns.journal.values import Item, Refusal, Waiting
from uns.quarantine import Rejection

GROUP: Final = 1000
LONGEST_WAIT: Final = 5.0
_ROW_BYTES: Final = 512

_OF_AN_ITEM: Final = (sqlite3.InterfaceError, sqlite3.ProgrammingError, sqlite3.DataError, sqlite3.IntegrityError)

Deletion = tuple[Sequence[int], Sequence[int]]


class Journal:
    """`committed` is called, in the writing thread, with who waited. `failing` says why nothing can be written."""

    def __init__(
        self,
        folder: Path,
        committed: Callable[[list[Any]], None],
        failed: Callable[[str], None] = lambda why: None,
        spoilt: Callable[[Item, Any, Exception], tuple[Item, Any]] = lambda item, waits, fault: (item, waits),
    ) -> None:
        """`failed` is told why nothing can be written now, and an empty text once it can again.

        `spoilt` says, in the writing thread, what to write in place of an item that this program fails at.
        """
        self.path = folder / "journal.db"
        self.store = Store(self.path)
        self._file = self.path.stat()
        self.failing = ""
        self.arrived = threading.Event()
        """Something was committed since the last look."""
        self._committed, self._failed, self._spoilt = committed, failed, spoilt
        self._queue: SimpleQueue[Waiting | Deletion | None] = SimpleQueue()
        self._bounding = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @property
    def counted_only(self) -> int:
        """Rejections that were counted and not kept, since the journal was made."""
        return int(self.store.counted_only)

    @property
    def record_bytes(self) -> int:
        """Of the records that the registry does not have yet, on disk."""
        return self.store.record_bytes

    @property
    def is_there(self) -> bool:
        """Whether the file that is written is still the one that a later process finds."""
        try:
            return os.path.samestat(self._file, self.path.stat())
        except OSError:
            return False

    def put(self, item: Item | None, waits: Any) -> None:
        """Hand in; `waits` comes back through `committed` once it is safe, or where there is nothing to write, once
        everything is that was handed in before."""
        self._queue.put(Waiting(item, waits))

    def delete(self, rejections: Sequence[int], records: Sequence[int]) -> None:
        """The registry has them."""
        self._queue.put((rejections, records))

    def take(self, reader: Store, after: int, most: int, most_bytes: int) -> list[tuple[int, Rejection]]:
        """The next rejections for the registry: from now on they are not dropped, and so not counted twice."""
        with self._bounding:
            taken = reader.rejections(after, most, most_bytes)
            self.store.taken = taken[-1][0] if taken else after
        return taken

    def give_back(self, after: int) -> None:
        """What was taken behind this number did not arrive."""
        self.store.taken = after

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
            if not self._persist([writes] if writes else [], deletions) or None in group:
                return

    def _persist(self, groups: list[list[Waiting]], deletions: list[Deletion]) -> bool:
        """Try until it is safe; False where we are told to end before."""
        wait = 0.1
        while True:
            try:
                while groups:
                    self._write(groups)
                while deletions:
                    self.store.delete(*deletions[0])
                    del deletions[0]
            except Exception as error:  # noqa: BLE001 - whatever it is, what is not written is not safe
                self._tell(f"the journal {self.path} cannot be written: {error}")
                if self._stopping.wait(wait):
                    return False
                wait = min(LONGEST_WAIT, wait * 2)
            else:
                self._tell("")
                return True

    def _write(self, groups: list[list[Waiting]]) -> None:
        """The first group in one commit, else next in parts: less wants less room, and one item may be at fault."""
        group = groups[0]
        try:
            with self._bounding:
                self.store.write(each.item for each in group if each.item is not None)
        except Exception as fault:
            of_the_disk = isinstance(fault, sqlite3.Error) and not isinstance(fault, _OF_AN_ITEM)
            if len(group) > 1:
                groups[:1] = _halves(group)
            elif not of_the_disk and not group[0].spoilt and group[0].item is not None:
                groups[0] = [Waiting(*self._spoilt(group[0].item, group[0].waits, fault), spoilt=True)]
                return
            if of_the_disk or group[0].spoilt:
                raise
        else:
            del groups[0]
            self.arrived.set()
            self._committed([each.waits for each in group])

    def _tell(self, why: str) -> None:
        if why != self.failing:
            self.failing = why
            self._failed(why)


def _halves(group: list[Waiting]) -> list[list[Waiting]]:
    half = len(group) // 2
    return [group[:half], group[half:]]


def size_of(item: Item | None) -> int:
    """Bytes that an item holds in memory, roughly."""
    return len(item.raw.payload) + _ROW_BYTES * len(item.rejections) if isinstance(item, Refusal) else _ROW_BYTES
