"""What we publish: packet ids within the broker's window, in order, kept until the broker has answered for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from mqtt5 import PubAckReasonCode, QoS

from uns.broker.publish import publish
from uns.broker.reasons import VERDICTS, Verdict, words
from uns.broker.text import names_one_topic
from uns.envelope import Envelope, Pair

QOS1: Final = QoS.AT_LEAST_ONCE
DUP: Final = 0x08
HIGHEST_ID: Final = 65_535
TOO_LARGE: Final = "too-large"


class Outgoing:
    """One publish of ours on its way; `about` is whatever its maker wants to know when the broker has answered."""

    __slots__ = (
        "about", "carried", "envelope", "id", "packet_id", "payload", "properties", "retain", "topic", "wire",
    )  # fmt: skip

    def __init__(
        self, topic: str, payload: bytes, retain: bool, properties: Iterable[Pair] | None, about: Any,
        envelope: Envelope | None = None, identity: str = "",
    ) -> None:  # fmt: skip
        """`envelope` and `identity` bring further properties: those of its address, and the reading's `id`."""
        self.topic = topic
        self.payload = payload
        self.retain = retain
        self.properties = properties
        self.about = about
        self.envelope, self.id = envelope, identity
        self.packet_id = 0
        self.wire = b""
        self.carried = False
        """Sent on an earlier connection; what repeats it now waits until the broker has this one."""


class Outbox:
    """Publishes that the broker has not answered for, and those that wait for room in its window."""

    def __init__(
        self, out: list[bytes], accepted: Callable[[Outgoing], None], refused: Callable[[Outgoing, str, str], None]
    ) -> None:
        """`out` takes packets to write; `refused` is told a finding's code and the reason in words."""
        self.out = out
        self.accepted, self.refused = accepted, refused
        self.renew: Callable[[Outgoing], None] = lambda outgoing: None
        """Called before a publish that the broker could not take is sent once more."""
        self.window = 0
        """How many the broker takes unanswered; 0 while nothing may be sent."""
        self.largest: int | None = None
        self.sent: dict[int, Outgoing] = {}
        self.queue: deque[Outgoing] = deque()
        self.again: list[Outgoing] = []
        self.reserved: set[int] = set()
        """Ids that other packets (SUBSCRIBE, UNSUBSCRIBE) use now, or that the broker says are in use."""
        self.queued_bytes = 0
        self._last_id = 0

    def __len__(self) -> int:
        return len(self.sent) + len(self.queue) + len(self.again)

    def __iter__(self) -> Iterator[Outgoing]:
        yield from self.sent.values()
        yield from self.again
        yield from self.queue

    def publish(self, outgoing: Outgoing) -> None:
        """Send it now, or when those before it and the broker's window leave room."""
        if self.queue or len(self.sent) >= self.window:
            self.queue.append(outgoing)
            self.queued_bytes += len(outgoing.payload)
        else:
            self._send(outgoing)

    def answered(self, packet_id: int, reason: PubAckReasonCode, said: str | None = None) -> None:
        """A PUBACK: the publish is accepted, refused, or to be sent again."""
        outgoing = self.sent.pop(packet_id, None)
        if outgoing is None:
            return
        if reason == 0 or reason == 16:
            self.accepted(outgoing)
        else:
            self._sort(outgoing, reason, said)
        if self.queue:
            self.pump()

    def _sort(self, outgoing: Outgoing, reason: PubAckReasonCode, said: str | None) -> None:
        verdict = VERDICTS[int(reason)]
        if verdict is Verdict.REFUSED:
            self.refused(outgoing, "publish-refused", words(reason, said))
        elif verdict is Verdict.NEW_ID:
            self.reserved.add(outgoing.packet_id)
            outgoing.packet_id, outgoing.wire = 0, b""
            self._to_front([outgoing])
        else:
            self.again.append(outgoing)
            self.window = 0

    def pump(self) -> None:
        """Send from the queue what the window allows."""
        while self.queue and len(self.sent) < self.window:
            outgoing = self.queue.popleft()
            self.queued_bytes -= len(outgoing.payload)
            self._send(outgoing)

    def retry(self, window: int) -> None:
        """Send again what the broker could not take, before anything else."""
        waiting, self.again = self.again, []
        for outgoing in waiting:
            outgoing.packet_id, outgoing.wire = 0, b""
            self.renew(outgoing)
        self._to_front(waiting)
        self.window = window
        self.pump()

    def cut(self) -> None:
        """The connection is over: nothing is sent, and all that was goes first on the next one, in order."""
        self._to_front([*self.again, *self.sent.values()])
        self.sent.clear()
        self.again.clear()
        self.reserved.clear()
        self.window = 0
        for outgoing in self.queue:
            outgoing.carried = True

    def open(self, window: int, largest: int | None, *, session: bool) -> None:
        """A connection is there; without our session the broker has forgotten every id."""
        self.window, self.largest = window, largest
        for outgoing in self.queue:
            if not session:
                outgoing.packet_id, outgoing.wire = 0, b""
        self.pump()

    def next_id(self) -> int:
        """A packet id that nothing else uses now."""
        number = self._last_id
        while True:
            number = number + 1 if number < HIGHEST_ID else 1
            if number not in self.sent and number not in self.reserved:
                self._last_id = number
                return number

    def _to_front(self, outgoings: list[Outgoing]) -> None:
        self.queue.extendleft(reversed(outgoings))
        self.queued_bytes += sum(len(outgoing.payload) for outgoing in outgoings)

    def _send(self, outgoing: Outgoing) -> None:
        wire = outgoing.wire
        if wire:
            wire = bytes((wire[0] | DUP,)) + wire[1:]
        else:
            outgoing.packet_id = self.next_id()
            try:
                wire = publish(
                    outgoing.topic, outgoing.payload, outgoing.retain, outgoing.packet_id, outgoing.properties,
                    outgoing.envelope, outgoing.id,
                )  # fmt: skip
            except ValueError:
                wire = b""
            if not wire or (self.largest is not None and len(wire) > self.largest):
                self._too_large(outgoing, len(wire))
                return
            outgoing.wire = wire
        self.sent[outgoing.packet_id] = outgoing
        self.out.append(wire)

    def _too_large(self, outgoing: Outgoing, size: int) -> None:
        if not names_one_topic(outgoing.topic):
            self.refused(outgoing, "topic-illegal", "it holds a character that MQTT forbids")
        else:
            limit = f"{self.largest} bytes" if size else "65535 bytes in one user property"
            self.refused(outgoing, "publish-too-large", f"{size or len(outgoing.payload)} bytes are above {limit}")
