"""Replaying: what the registry is asked for goes down the path again, in a thread beside it and at a bounded pace."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from itertools import groupby
from time import time_ns
from typing import Any, Final, TypeVar

from sqlalchemy import Engine

from uns.journal.mover import ENDED_WITHIN
from uns.registry import replays
from uns.registry.changes import Watch, revision
from uns.registry.engine import RegistryAway
from uns.registry.entries import Entry
from uns.registry.replays import Settlement, Taken
from uns.registry.writing import Author
from uns.service.again import Again, Rejected
from uns.service.path import Path
from uns.service.witness import Witness
from uns.telemetry import Log

PATIENCE: Final = 1.0
IDLE: Final = 5.0
"""Seconds after which what others left waiting is looked at again: by the rules of now it may be ours."""
REST: Final = 0.02
"""Seconds between two steps, of at most fifty samples each: live messages go first."""
LOOK: Final = 0.005

T = TypeVar("T")


class Replaying:
    """The thread asks the registry and waits; everything that touches path and broker runs on the event loop."""

    def __init__(self, engine: Engine, path: Path, witness: Witness, instance: str, log: Log) -> None:
        self.engine, self.path, self.witness, self.instance, self.log = engine, path, witness, instance, log
        self.loop = asyncio.get_running_loop()
        self.replayed = self.refused = 0
        self._watch: Watch | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="replay", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Not on the event loop, which goes on meanwhile."""
        self._stopping.set()
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.witness.stop)
        if self._watch is not None:
            self._watch.close()
        if self._thread.ident is not None:
            self._thread.join(ENDED_WITHIN)

    # In the thread

    def _run(self) -> None:
        told = ""
        while not self._stopping.is_set():
            try:
                with Watch(self.engine, "replay") as self._watch:
                    self._follow(self._watch)
            except (RegistryAway, ConnectionError):
                self._stopping.wait(PATIENCE)
            except Exception as fault:  # noqa: BLE001 - a thread that ended would leave every replay waiting, unsaid
                if told != (told := repr(fault)):
                    self.log.critical("this program failed at a replay; please report it", fault=told)
                self._stopping.wait(PATIENCE)

    def _follow(self, watch: Watch) -> None:
        while not self._stopping.is_set():
            heard = revision(self.engine, "replay")
            taken = replays.take(self.engine, self.instance, self._serves)
            if taken is not None:
                known = revision(self.engine)
                if self._settle(taken.replay, self._on_loop(self._through(taken, known))):
                    self._on_loop(self._settled())
                self._stopping.wait(REST)
            elif not self._stopping.is_set():
                self._on_loop(self.witness.end())
                watch.wait(heard, IDLE)

    def _serves(self, topic: str, key: str) -> bool:
        """A source of ours takes it; or it was we who rejected it, and no other instance's source takes it now."""
        bundle, ours = self.path.bundle, self.path.journaling.journal.store.id
        if bundle.route(topic) is not None:
            return True
        return key.startswith(f"{ours}-") and bundle.served_elsewhere(topic) is None

    def _settle(self, number: int, settlements: list[Settlement]) -> bool:
        """However long the registry is away; False where we end before."""
        while settlements:
            try:
                replays.settle(self.engine, number, settlements, Author(f"path {self.instance}", time_ns()))
            except RegistryAway:
                if self._stopping.wait(PATIENCE):
                    return False
            else:
                refused = sum(bool(each.findings) for each in settlements)
                self.refused += refused
                self.replayed += len(settlements) - refused
                return not self._stopping.is_set()
        return False

    def _on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    # On the event loop

    async def _through(self, taken: Taken, known: int) -> list[Settlement]:
        """What became of the entries, as far as we come before rules change, the witness is away or we are stopped.

        `known` is the registry's revision when they were taken: what was entered before they were asked for counts.
        """
        if not await self._until(lambda: self._has_heard(known) and self._is_idle()):
            return []
        waiting = [
            (_again(entries, self.witness), entries)
            for entries in (list(each) for _, each in groupby(taken.entries, lambda each: each.message))
        ]
        bundle, topics = self.path.bundle, set[str]()
        for again, _ in waiting:
            topics |= self.path.foresee(again)
            await asyncio.sleep(0)
        await self.witness.listen(topics)
        sent: list[tuple[Again, list[Entry]]] = []
        for again, entries in waiting:
            if not await self._until(self._is_idle) or self.path.bundle is not bundle or not self.witness.listens:
                break
            self.path.replay(again)
            self.path.settle()
            sent.append((again, entries))
            await asyncio.sleep(0)
        await self._until(lambda: not any(again.waiting for again, _ in sent))
        return [each for again, entries in sent if not again.waiting for each in _settlements(again, entries)]

    async def _settled(self) -> None:
        self.witness.settled()

    def _has_heard(self, known: int) -> bool:
        timeline = self.path.timeline
        return timeline is not None and int(timeline.revision.partition("+")[0]) >= known

    def _is_idle(self) -> bool:
        """Nothing else waits: messages of now go before those of then."""
        path = self.path
        session = path.session
        waits = path.holding.messages or session.outbox.queue
        return session.connected and not (waits or path.is_full())

    async def _until(self, condition: Callable[[], bool]) -> bool:
        """False where we are stopped before."""
        while not condition():
            if self._stopping.is_set():
                return False
            await asyncio.sleep(LOOK)
        return True


def _again(entries: list[Entry], witness: Witness) -> Again:
    rejected = [Rejected(each.id, each.tag, each.pointer, frozenset(each.elsewhere)) for each in entries]
    return Again(entries[0].raw, rejected, witness.seen)


def _settlements(again: Again, entries: list[Entry]) -> list[Settlement]:
    assert again.under is not None
    bundle, timeline = again.under
    settled = []
    for entry, rejected in zip(entries, again.rejected, strict=True):
        rule, findings = again.against(rejected)
        settled.append(Settlement(entry, findings, rule, bundle.revision, timeline.revision))
    return settled
