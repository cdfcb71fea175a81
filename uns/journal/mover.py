"""From the journal into the registry, within a second where the registry is there."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import groupby
from math import inf
from time import monotonic
from typing import Any, Final

from uns.finding import Finding
from uns.journal.journal import Journal
from uns.journal.store import Store
from uns.journal.values import Announced
from uns.quarantine import Rejection

AT_ONCE: Final = 500
BYTES_AT_ONCE: Final = 8 * 1024 * 1024
PATIENCE: Final = 1.0
ENDED_WITHIN: Final = 5.0
"""Seconds in which a thread at the registry ends; longer only where that hangs: then it ends with the process, leaves
nothing half done, and what is in the journal stays there."""
AGE_EVERY: Final = 1800.0
"""Seconds after which the registry looks for what is too old, also where nothing new is rejected."""


class Mover:
    """Ships in order, and deletes from the journal only what the registry has confirmed.

    `apply` tells of each record what the registry has against it, if anything: then it is kept as a rejection is.
    `keep` and `apply` raise one of `faults` where the registry is away; then the same entries are tried again, which
    their keys make harmless. Every `age_every` seconds `keep` is called with nothing: what is kept grows too old by
    itself.
    """

    def __init__(
        self,
        journal: Journal,
        keep: Callable[[Sequence[Rejection]], None],
        apply: Callable[[Sequence[Announced]], Sequence[tuple[Finding, ...]]],
        faults: tuple[type[Exception], ...],
        age_every: float = AGE_EVERY,
        failed: Callable[[str, Exception], None] = lambda key, fault: None,
        overruled: Callable[[Rejection], None] = lambda rejection: None,
    ) -> None:
        """Both are called in the mover's thread: `failed` of an entry that stays in the journal, since this program
        fails at it; `overruled` once quarantine has a record that the registry did not take."""
        self.journal, self.keep, self.apply, self.faults = journal, keep, apply, faults
        self.failed, self.overruled = failed, overruled
        self.stuck = 0
        """How many entries have stayed there so."""
        self.away = ""
        """Why nothing gets into the registry now; it may be that it can be read all the same."""
        self.applied = 0
        """How many records this mover has brought there."""
        self._applied = self._kept = 0
        self._age_every, self._aged = age_every, -inf
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mover", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ship what is there if the registry takes it in time, then end."""
        self._stopping.set()
        self.journal.arrived.set()
        self._thread.join(ENDED_WITHIN)

    def _run(self) -> None:
        while True:
            try:
                with closing(Store(self.journal.path)) as store:
                    self._keep_moving(store)
                return
            except sqlite3.Error as error:
                self.away = f"the journal {self.journal.path} cannot be read: {error}"
            if self._stopping.wait(PATIENCE):
                return

    def _keep_moving(self, store: Store) -> None:
        while True:
            last = self._stopping.is_set()
            self.journal.arrived.clear()
            shipped = self._ship(store)
            if last:
                return
            if self.away:
                self._stopping.wait(PATIENCE)
            elif not shipped:
                self.journal.arrived.wait(self._age_every)

    def _ship(self, store: Store) -> int:
        records = store.records(self._applied, AT_ONCE)
        rejections = self.journal.take(store, self._kept, AT_ONCE, BYTES_AT_ONCE)
        try:
            if records:
                moved = self._move(lambda some: self._record(store, some), records)
                self._applied = records[-1][0]
                self.applied += len(records)
                self.journal.delete([], moved)
            self._age()
            if rejections:
                moved = self._move(self._quarantine, rejections)
                self._kept = rejections[-1][0]
                self.journal.delete(moved, [])
        except self.faults as fault:
            self.journal.give_back(self._kept)
            self.away = str(fault)
            return 0
        except sqlite3.Error:
            self.journal.give_back(self._kept)
            raise
        self.away = ""
        return len(records) + len(rejections)

    def _quarantine(self, numbered: Sequence[tuple[int, Rejection]]) -> None:
        self.keep([each for _, each in numbered])

    def _record(self, store: Store, numbered: Sequence[tuple[int, Announced]]) -> None:
        findings = self.apply([each for _, each in numbered])
        refused = [(number, each, why) for (number, each), why in zip(numbered, findings, strict=True) if why]
        for _, of_message in groupby(refused, lambda each: each[1].kept.message):
            (number, one, why), *others = of_message
            raw = replace(one.kept.raw, payload=store.payload(number))
            rejections = [
                each.kept._replace(raw=raw, findings=(*why, *each.kept.findings))
                for _, each, why in ((number, one, why), *others)
            ]
            self.keep(rejections)
            for each in rejections:
                self.overruled(each)

    def _move(self, to: Callable[[Sequence[tuple[int, Any]]], None], numbered: Sequence[tuple[int, Any]]) -> list[int]:
        """Which of them are there now: all of them, but for those that this program fails at."""
        try:
            to(numbered)
        except self.faults:
            raise
        except sqlite3.Error:  # the journal's own
            raise
        except Exception as fault:  # noqa: BLE001 - one entry must not keep the others here
            half = len(numbered) // 2
            if half:
                return self._move(to, numbered[:half]) + self._move(to, numbered[half:])
            self.stuck += len(numbered)
            self.failed(_key(numbered[0][1]) if numbered else "", fault)
            return []
        return [number for number, _ in numbered]

    def _age(self) -> None:
        if monotonic() - self._aged >= self._age_every and not self._stopping.is_set():
            self._move(self._quarantine, [])
            self._aged = monotonic()


def _key(entry: Announced | Rejection) -> str:
    return entry.key if isinstance(entry, Rejection) else entry.kept.key
