"""Messages that wait to be decided, and why; bounded, so that what does not fit stays at the broker."""

from __future__ import annotations

from collections import deque
from typing import Final

from uns.ledger import Entry, Ledger
from uns.message import RawMessage

MOST_BYTES: Final = 64 * 1024 * 1024
BESIDE: Final = 700
"""Bytes that a message takes beside its payload, about."""
OVERRUN: Final = "more came than there is room for: the broker is asked for it once more"


class Holding:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.reasons: dict[str, str] = {}
        """Why nothing is decided now: a name, and the reason in words."""
        self.messages: deque[tuple[Entry, RawMessage]] = deque()
        self.bytes = 0
        self.overrun = False
        """Whether more came than there is room for: what comes is left, and comes again with the next connection."""

    def is_over(self) -> bool:
        """Whether no more should be read."""
        return self.bytes > MOST_BYTES

    def add(self, entry: Entry, raw: RawMessage) -> None:
        """The newest."""
        if self.overrun:
            self.ledger.leave(entry)
        else:
            self.messages.append((entry, raw))
            self.bytes += len(raw.payload) + BESIDE

    def take(self) -> tuple[Entry, RawMessage]:
        """The oldest."""
        entry, raw = self.messages.popleft()
        self.bytes -= len(raw.payload) + BESIDE
        return entry, raw

    def let_go(self) -> None:
        """The broker sends again what is not acknowledged: only what came at QoS 0 goes on waiting here."""
        loose = [(entry, raw) for entry, raw in self.messages if not entry.packet_id]
        self.messages = deque(loose)
        self.bytes = sum(len(raw.payload) + BESIDE for _, raw in loose)
