"""A look at the path every second: what has grown old, full or out of balance."""

from __future__ import annotations

from time import monotonic, monotonic_ns
from typing import Final

from uns.instant import SECOND
from uns.journal.journal import Journal
from uns.service.hearing import Hearing
from uns.service.lately import Lately
from uns.service.path import Path
from uns.settings import Settings
from uns.telemetry import Log

MOST_RECORD_BYTES: Final = 64 * 1024 * 1024
"""Of records that wait for the registry: none of them may be dropped, so beyond it nothing more is taken."""

LEAST_STEP: Final = SECOND


class Lookout:
    """What it finds makes readiness degraded or hold, or goes to the log."""

    def __init__(self, settings: Settings, path: Path, journal: Journal, hearing: Hearing, log: Log) -> None:
        self.path, self.journal, self.hearing, self.log = path, journal, hearing, log
        self.max_age = settings.timeline_max_age_ns
        self.gaps, self.overflow, self.journal_overflow = Lately(0), Lately(), Lately(journal.counted_only)
        """What is news of the possible gaps, and of the rejections that quarantine and journal counted only."""
        self.refused = Lately(0)
        """And of the governed messages that the broker refused for good."""
        self.out_of_balance = False
        self._apart = path.clock() - monotonic_ns()
        """The clock that somebody may set, and the one that only runs on."""

    def look(self) -> None:
        self._clock()
        self._age()
        self._balance()
        self._make_room()
        self._see_journal()
        self.gaps.see(self.path.tallies.possible_gaps.total())
        self.refused.see(self.path.tallies.findings["publish-refused"])
        self.journal_overflow.see(self.journal.counted_only)
        if self.hearing.has_counted:
            self.overflow.see(self.hearing.counted_only)

    def _clock(self) -> None:
        """Receive times of before a step back lie in the future: nothing would become current until then."""
        now = self.path.clock()
        before, self._apart = self._apart, now - monotonic_ns()
        step = self._apart - before
        if abs(step) > LEAST_STEP:
            self.log.warning("the clock of this machine was set, or the machine slept", seconds=round(step / SECOND, 1))
        if step < -LEAST_STEP:
            self.path.publisher.turn_back(now)

    def _age(self) -> None:
        timeline = self.path.timeline
        if timeline is not None:
            silent = (monotonic() - self.hearing.at) * 1e9 > self.max_age
            self.path.timeline = timeline.when_stale() if silent else timeline.when_heard()

    def _balance(self) -> None:
        balanced = self.path.ties_out()
        if not balanced and not self.out_of_balance:
            self.log.critical("the counters do not balance", **self.path.ledger.outcomes, made=self.path.ledger.made)
        self.out_of_balance = not balanced

    def _make_room(self) -> None:
        if self.journal.record_bytes > MOST_RECORD_BYTES:
            self.path.hold("records", "the registry is away, and there is no room for more records of an MES: start it")
        elif self.journal.record_bytes < MOST_RECORD_BYTES // 2:
            self.path.go_on("records")

    def _see_journal(self) -> None:
        """What is written into a file without a name is gone with this process, also where another one has its name."""
        if self.journal.is_there:
            self.path.go_on("gone")
        else:
            why = f"the journal {self.journal.path} is gone: put the state folder back, or start the service again"
            self.path.hold("gone", why)
