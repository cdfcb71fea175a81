"""What a timeline answers, and what it asks for that: remembered, since the next message mostly asks the same."""

from __future__ import annotations

from uns.context.intervals import Intervals
from uns.context.shifts import Calendar
from uns.context.values import Batch, Context, Shift
from uns.instant import Instant


class Edition:
    """Of a timeline: another one with each change. An answer holds for its own."""

    __slots__ = ()


class Answer:
    """A context, and the span of event times for which it is the answer."""

    __slots__ = ("context", "edition", "since", "until")

    def __init__(self, edition: Edition, since: Instant, until: Instant, context: Context) -> None:
        self.edition, self.since, self.until, self.context = edition, since, until, context


class Way:
    """What there is to ask about a piece of equipment: itself first, then its ancestors, nearest first.

    One for all equipment that has nothing of its own below the same ancestor, and so is the latest answer.
    """

    __slots__ = ("answer", "batches", "calendar", "changes")

    def __init__(
        self, batches: tuple[Intervals[Batch], ...], changes: tuple[Intervals[Shift], ...], calendar: Calendar | None
    ) -> None:
        self.batches, self.changes, self.calendar = batches, changes, calendar
        self.answer: Answer | None = None
