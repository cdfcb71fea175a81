"""Replaying: what the registry is asked for goes down the path again, in a thread beside it and at a bounded pace."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from itertools import groupby
from time import time_ns
from typing import Any, Final

import orjson
from sqlalchemy import Engine

from uns.instant import Instant
from uns.registry import replays
from uns.registry.changes import Watch, revision
from uns.registry.engine import RegistryAway
from uns.registry.entries import Entry
from uns.registry.replays import Settlement, Taken
from uns.registry.writing import Author
from uns.service.again import Again, Rejected
from uns.service.own import Own
from uns.service.path import Path

PATIENCE: Final = 1.0
IDLE: Final = 5.0
"""Seconds after which what others left waiting is looked at again: by the rules of now it may be ours."""
REST: Final = 0.02
"""Seconds between two steps, of at most fifty samples each: live messages go first."""
LOOK: Final = 0.002
BUSY: Final = 0.05


class Replaying:
    """The thread asks the registry and waits; everything that touches the path runs on the event loop."""

    def __init__(self, engine: Engine, path: Path, own: Own, instance: str, log: Any) -> None:
        self.engine, self.path, self.own, self.instance, self.log = engine, path, own, instance, log
        self.loop = asyncio.get_running_loop()
        self.replayed = self.refused = 0
        self._handed = (0, 0)
        """When it was asked for, and the entry up to which an earlier process has published."""
        self._proven: set[str] = set()
        """Topics on which the broker took what was replayed: there it may be told at once how far we are."""
        self._marking = True
        """Not behind something that the broker refused: it is not to pass for published, should we be killed."""
        self._watch: Watch | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="replay", daemon=True)

    def remember(self, payload: bytes) -> None:
        """What the broker holds of how far an earlier process came."""
        try:
            asked_at, entry = orjson.loads(payload)
            self._handed = int(asked_at), int(entry)
        except (ValueError, TypeError):
            self.log.warning("how far an earlier replay came cannot be read", topic=self.own.topics.replayed)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._watch is not None:
            self._watch.close()
        if self._thread.ident is not None:
            self._thread.join()

    # In the thread

    def _run(self) -> None:
        told = ""
        while not self._stopping.is_set():
            try:
                with Watch(self.engine, "replay") as self._watch:
                    self._follow(self._watch)
            except RegistryAway:
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
                self._settle(taken.replay, self._through(taken))
                self._stopping.wait(REST)
            elif not self._stopping.is_set():
                watch.wait(heard, IDLE)

    def _serves(self, topic: str, key: str) -> bool:
        """A source of ours takes it, or it was we who rejected it."""
        ours = self.path.journaling.journal.store.id
        return self.path.bundle.route(topic) is not None or key.startswith(f"{ours}-")

    def _through(self, taken: Taken) -> list[Settlement]:
        """What became of the entries, as far as we come before we are stopped."""
        sent: list[tuple[Again, list[Entry]]] = []
        self._marking = True
        for _, neighbours in groupby(taken.entries, lambda each: each.message):
            entries = list(neighbours)
            handed = taken.asked_at, entries[-1].id
            published = all(each.id in taken.again and self._has(taken.asked_at, each.id) for each in entries)
            again = Again(entries[0].raw, [Rejected(each.id, each.tag, each.pointer) for each in entries], published)
            sent.append((again, entries))
            offered = threading.Event()
            self._soon(self._offer, again, handed, offered)
            while not (offered.is_set() and (again.topics <= self._proven or not again.waiting)):
                if self._stopping.wait(LOOK):
                    break
            self._soon(self._prove, again, handed)
        while any(again.waiting for again, _ in sent) and not self._stopping.wait(LOOK):
            pass
        safe = [(again, entries) for again, entries in sent if not again.waiting]
        return [each for again, entries in safe for each in _settlements(again, entries)]

    def _has(self, asked_at: Instant, entry: int) -> bool:
        """Whether the broker has it already. A request is known by its moment: a new registry gives old numbers."""
        return asked_at == self._handed[0] and entry <= self._handed[1]

    def _settle(self, number: int, settlements: list[Settlement]) -> None:
        """However long the registry is away; what is not settled when we end is told from the broker's marker."""
        while settlements:
            try:
                author = Author(f"path {self.instance}", time_ns())
                replays.settle(self.engine, number, settlements, author)
            except RegistryAway:
                if self._stopping.wait(PATIENCE):
                    return
            else:
                refused = sum(bool(each.findings) for each in settlements)
                self.refused += refused
                self.replayed += len(settlements) - refused
                return

    def _soon(self, call: Callable[..., None], *arguments: Any) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(call, *arguments)

    # On the event loop

    def _offer(self, again: Again, handed: tuple[int, int], offered: threading.Event) -> None:
        """When nothing else waits: messages of now go before those of then."""
        path = self.path
        if self._stopping.is_set():
            return
        if path.holds or path.held or path.is_full() or path.session.outbox.queue or not path.session.connected:
            self.loop.call_later(BUSY, self._offer, again, handed, offered)
            return
        path.replay(again)
        if again.topics <= self._proven:
            self._mark(handed)
        path.settle()
        offered.set()

    def _prove(self, again: Again, handed: tuple[int, int]) -> None:
        """The broker has taken it, or refused it; from now on its topics need not be waited for."""
        if not again.waiting and not again.topics <= self._proven:
            if again.rejects:
                self._marking = False
                return
            self._proven |= again.topics
            self._mark(handed)
            self.path.session.flush()

    def _mark(self, handed: tuple[int, int]) -> None:
        """In one write with what was published, or behind its answer: the broker has both or none."""
        if self._marking:
            self.path.publish_own(self.own.topics.replayed, orjson.dumps(handed), retain=True)


def _settlements(again: Again, entries: list[Entry]) -> list[Settlement]:
    assert again.under is not None
    bundle, timeline = again.under
    settled = []
    for entry, rejected in zip(entries, again.rejected, strict=True):
        rule, findings = again.against(rejected)
        settled.append(Settlement(entry, findings, rule, bundle.revision, timeline.revision))
    return settled
