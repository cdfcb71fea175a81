"""The path's side of the journal: rejections and records, each safe once it is on disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from uns.context.timeline import Timeline
from uns.decision import Recorded, Reject
from uns.journal.journal import Journal, size_of
from uns.journal.values import Item
from uns.ledger import Entry, Ledger
from uns.message import RawMessage
from uns.service.again import Again
from uns.service.faults import Faults
from uns.service.late import Change
from uns.service.refusal import announcement, refusal
from uns.service.tallies import Tallies
from uns.service.told import Told
from uns.service.underway import Carried, Under, Written
from uns.service.unmoved import Unmoved

MOST_BYTES: Final = 32 * 1024 * 1024


class Journaling:
    """Hands over, and counts what the disk does not have yet."""

    def __init__(
        self, journal: Journal, ledger: Ledger, tallies: Tallies, carried: Carried, faults: Faults, told: Told
    ) -> None:
        self.journal, self.ledger, self.tallies, self.carried = journal, ledger, tallies, carried
        self.faults, self.told = faults, told
        self.records = Unmoved()
        self.bytes = self.decisions = 0

    def is_full(self) -> bool:
        return self.bytes > MOST_BYTES

    def refuse(
        self, entry: Entry, raw: RawMessage, rejects: Sequence[Reject], under: Under, carried: bool = False
    ) -> None:  # fmt: skip
        if isinstance(entry, Again):
            self._refuse_again(entry, rejects, carried)
            return
        item, rejects = refusal(raw, rejects, under, self.faults.reject)
        self._write(item, Written(entry, "quarantined", len(rejects), size_of(item), raw, under, carried))
        for each, rejection in zip(rejects, item.rejections, strict=True):
            self.tallies.found(each.findings, each.target)
            self.faults.tell(raw, self.told.rejected, rejection)

    def _refuse_again(self, again: Again, rejects: Sequence[Reject], carried: bool) -> None:
        """It is in quarantine already: that decision was counted then, and stays the only one."""
        again.refuse(rejects)
        self.ledger.made -= len(rejects)
        if carried:
            self.carried.in_journal -= 1
            self.carried.arrived()

    def record(self, recorded: Recorded, entry: Entry, raw: RawMessage, under: Under, timeline: Timeline) -> Timeline:
        """`timeline` with the record. One that says nothing new is safe once what said it first is."""
        record, parallel = recorded.record, recorded.target.parallel
        after = timeline.take(record, parallel)[0]
        if after is timeline:
            self._write(None, Written(entry, "recorded", 1, size_of(None), raw, under))
            return timeline
        item = announcement(raw, recorded, under)
        self.records.add(record, parallel)
        self._write(item, Written(entry, "recorded", 1, size_of(item), raw, under))
        self.faults.tell(raw, self.told.recorded, recorded, Change(timeline, after))
        return after

    def committed(self, written: list[Written]) -> None:
        """The journal has these."""
        for each in written:
            self.bytes -= each.size
            self.decisions -= each.decisions
            self.ledger.outcomes[each.outcome] += each.decisions
            self.ledger.complete(each.entry)
            if each.carried:
                self.carried.in_journal -= 1
                self.carried.arrived()

    def _write(self, item: Item | None, written: Written) -> None:
        written.entry.waiting += 1
        self.bytes += written.size
        self.decisions += written.decisions
        self.journal.put(item, written)
