"""What is to be known of a publish or a journal entry once somebody else has answered for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.decode import Births
from uns.instant import Instant
from uns.ledger import Entry, Ledger
from uns.message import RawMessage

Under = tuple[Bundle, Timeline]
"""What was in force when it was decided."""


@dataclass(slots=True, init=False)
class Sent:
    """What is to be known of a publish once the broker has answered; little, since a thousand are under way at once.

    The decision itself is not kept: where the broker refuses it, the same arguments give it again.
    """

    entry: Entry
    time: Instant
    number: int
    """Which of the message's decisions it was."""
    raw: RawMessage
    bundle: Bundle
    timeline: Timeline
    births: Births

    def __init__(
        self, entry: Entry, time: Instant, number: int, raw: RawMessage, bundle: Bundle,
        timeline: Timeline, births: Births,
    ) -> None:  # fmt: skip
        self.entry, self.time, self.number = entry, time, number
        self.raw, self.bundle, self.timeline, self.births = raw, bundle, timeline, births


class Written(NamedTuple):
    """What is to be known of a journal entry once it is safe."""

    entry: Entry
    outcome: str
    decisions: int
    size: int
    raw: RawMessage
    under: Under
    carried: bool = False


class Carried:
    """What was sent on earlier connections and is not safe yet: messages that repeat it are safe only behind it."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.count = self.in_journal = 0
        self._waiting: list[Entry] = []

    def cut(self, unanswered: int) -> None:
        """A connection is over; so many publishes are unanswered."""
        self.count = unanswered + self.in_journal

    def wait(self, entry: Entry) -> None:
        entry.waiting += 1
        self._waiting.append(entry)

    def arrived(self) -> None:
        """One of them is safe."""
        self.count -= 1
        if self.count <= 0 and self._waiting:
            waiting, self._waiting = self._waiting, []
            for entry in waiting:
                self.ledger.complete(entry)
