"""The acknowledgement ledger: which raw messages may be acknowledged, and counts that tie out.

A pure state machine. A message is *safe* once everything that it led to is; it is *due* once it and all that were
received before it on the same connection are safe.
"""

from __future__ import annotations

from collections import deque
from typing import Final

OUTCOMES: Final = ("published", "quarantined", "ignored", "observed", "recorded", "duplicate")


class Entry:
    """One received message; `waiting` counts what must still become safe before it is."""

    __slots__ = ("counted", "epoch", "packet_id", "received", "waiting")

    def __init__(self, epoch: int, packet_id: int, received: float, counted: bool = True) -> None:
        self.epoch = epoch
        self.packet_id = packet_id
        """0 for a message at QoS 0, which nobody acknowledges."""
        self.received = received
        self.waiting = 1
        """Begins with one: the deciding itself, which ends with the first `complete`."""
        self.counted = counted
        """False for what the service says to itself, and for what is replayed."""


class Ledger:
    """What was received and what of it may be acknowledged, in order of receipt."""

    def __init__(self) -> None:
        self.epoch = 0
        """Counts connections: a packet id means nothing beyond the connection that it came on."""
        self.received = self.acknowledged = self.served_qos0 = self.cut_off = 0
        self.made = 0
        """Decisions: one per sample, target and bit; one for a message without a sample."""
        self.outcomes = dict.fromkeys(OUTCOMES, 0)
        self._waiting: deque[Entry] = deque()
        self._due: list[Entry] = []
        self._loose = 0
        self._left = False

    def receive(self, packet_id: int, at: float) -> Entry:
        """Take a message in; `packet_id` is 0 at QoS 0. It ends with as many `complete` as it comes to wait for."""
        self.received += 1
        entry = Entry(self.epoch, packet_id, at)
        if packet_id:
            self._waiting.append(entry)
        else:
            self._loose += 1
        return entry

    def receive_own(self, packet_id: int, at: float) -> None:
        """What the service says to itself: acknowledged in its turn, counted nowhere."""
        if packet_id:
            entry = Entry(self.epoch, packet_id, at, counted=False)
            self._waiting.append(entry)
            self.complete(entry)

    def leave(self, entry: Entry) -> None:
        """There is no room for what came last: neither it nor what is behind it is acknowledged on this connection.

        The broker sends it again on the next one; at QoS 0 it does not.
        """
        if not entry.packet_id:
            self._loose -= 1
        elif self._left:
            self._waiting.pop()
        else:
            self._left = True  # this first one stays, so that no acknowledgement of what is behind it overtakes it
            return
        self.cut_off += 1

    def complete(self, entry: Entry) -> None:
        """One of the things that this message waited for is safe."""
        entry.waiting -= 1
        if entry.waiting > 0:
            return
        if entry.waiting < 0:
            raise ValueError("a message was completed more often than it waited")
        if not entry.packet_id:
            if not entry.counted:
                return
            self._loose -= 1
            self.served_qos0 += 1
        elif entry.epoch == self.epoch and self._waiting[0] is entry:
            self._settle()

    def _settle(self) -> None:
        waiting, due = self._waiting, self._due
        while waiting and not waiting[0].waiting:
            entry = waiting.popleft()
            due.append(entry)
            self.acknowledged += entry.counted

    def take_due(self) -> list[Entry]:
        """The messages to acknowledge now, in order of receipt; each is handed out once."""
        due = self._due
        if due:
            self._due = []
        return due

    def cut(self) -> None:
        """The connection is over: what was not acknowledged on it never will be, under its old packet id."""
        late = sum(entry.counted for entry in self._due)
        self.acknowledged -= late
        self.cut_off += late + sum(entry.counted for entry in self._waiting)
        self._waiting.clear()
        self._due = []
        self._left = False
        self.epoch += 1

    @property
    def messages_in_flight(self) -> int:
        return sum(entry.counted for entry in self._waiting) + self._loose

    @property
    def decisions_in_flight(self) -> int:
        return self.made - sum(self.outcomes.values())

    def ties_out(self) -> bool:
        """Received = acknowledged + served at QoS 0 + cut off + in flight."""
        ended = self.acknowledged + self.served_qos0 + self.cut_off
        return self.received == ended + self.messages_in_flight
