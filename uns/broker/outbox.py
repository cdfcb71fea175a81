"""What we publish: packet ids within the broker's window, in order, kept until the broker has answered for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final

from mqtt5 import PubAckReasonCode

from uns.broker.publish import publish
from uns.broker.reasons import VERDICTS, Verdict, words
from uns.broker.text import names_one_topic
from uns.envelope import Envelope, Pair

DUP: Final = 0x08
RETAIN: Final = 0x01
HIGHEST_ID: Final = 65_535
MOST_UNANSWERED: Final = 32_000
"""Of the 65 535 ids; a broker that names no window takes all of them, and SUBSCRIBE would find none."""
MOST_ABANDONED: Final = 1_000
"""Ids that the broker says are in use, before it is taken for one that cannot now."""
MOST_QUEUED: Final = 4_096
MOST_QUEUED_BYTES: Final = 32 * 1024 * 1024


class Outgoing:
    """One publish of ours on its way; `about` is whatever its maker wants to know when the broker has answered."""

    __slots__ = ("about", "carried", "head", "packet_id", "tail", "to")

    def __init__(
        self, to: str | Envelope, payload: bytes, retain: bool, properties: tuple[Pair, ...] | None, about: Any,
        identity: str = "",
    ) -> None:  # fmt: skip
        """To a topic, or in the envelope of an address, with the reading's `id`."""
        self.to = to
        self.about = about
        self.packet_id = 0
        self.carried = False
        """Sent on an earlier connection; what repeats it now waits until the broker has this one."""
        try:
            self.head, self.tail = publish(to, payload, retain, properties, identity)
            """The packet without its id; both empty where MQTT has no packet for it."""
        except ValueError:
            self.head = self.tail = b""

    @property
    def topic(self) -> str:
        return self.to if isinstance(self.to, str) else self.to.topic

    @property
    def size(self) -> int:
        """Bytes of the packet."""
        return len(self.head) + 2 + len(self.tail)

    @property
    def retain(self) -> bool:
        return bool(self.head[0] & RETAIN)

    def unretained(self) -> None:
        self.head = bytes((self.head[0] & ~RETAIN,)) + self.head[1:]


class Outbox:
    """Publishes that the broker has not answered for, and those that wait for room in its window."""

    def __init__(
        self, out: list[bytes], accepted: Callable[[Outgoing], None], refused: Callable[[Outgoing, str, str], None],
        renew: Callable[[Outgoing], None] = lambda outgoing: None,
    ) -> None:  # fmt: skip
        """`out` takes packets to write; `refused` is told a finding's code and the reason in words; `renew` is called
        before a publish that the broker could not take is sent once more."""
        self.out = out
        self.accepted, self.refused, self.renew = accepted, refused, renew
        self.window = 0
        """How many the broker takes unanswered; 0 while nothing may be sent."""
        self.largest: int | None = None
        self.sent: dict[int, Outgoing] = {}
        self.queue: deque[Outgoing] = deque()
        self.to_retry: list[int] = []
        """Ids of those that the broker could not take; they keep their place among the sent until they go out again."""
        self.reserved: set[int] = set()
        """Ids of SUBSCRIBE and UNSUBSCRIBE, of what is to be sent again under its own, and those said to be in use."""
        self.queued_bytes = 0
        self._last_id = 0

    def __len__(self) -> int:
        return len(self.sent) + len(self.queue)

    def __iter__(self) -> Iterator[Outgoing]:
        yield from self.sent.values()
        yield from self.queue

    def publish(self, outgoing: Outgoing) -> None:
        """Send it now, or when those before it and the broker's window leave room."""
        if self.queue or len(self.sent) >= self.window:
            self.queue.append(outgoing)
            self.queued_bytes += outgoing.size
        else:
            self._send(outgoing)

    def is_full(self) -> bool:
        """Whether no more should be handed in until the broker has answered."""
        return len(self.queue) > MOST_QUEUED or self.queued_bytes > MOST_QUEUED_BYTES

    def arrived(self, packet_id: int) -> None:
        """A PUBACK that says nothing but that all is well."""
        outgoing = self.sent.pop(packet_id, None)
        if outgoing is not None:
            self.accepted(outgoing)
            if self.queue:
                self.pump()

    def answered(self, packet_id: int, reason: PubAckReasonCode, said: str | None = None) -> None:
        """A PUBACK: the publish is accepted, refused, or to be sent again."""
        outgoing = self.sent.get(packet_id)
        if outgoing is None:
            return
        if reason == 0 or reason == 16:
            del self.sent[packet_id]
            self.accepted(outgoing)
        else:
            self._sort(outgoing, reason, said)
        if self.queue:
            self.pump()

    def _sort(self, outgoing: Outgoing, reason: PubAckReasonCode, said: str | None) -> None:
        packet_id, verdict = outgoing.packet_id, VERDICTS[int(reason)]
        if verdict is Verdict.REFUSED:
            del self.sent[packet_id]
            self.refused(outgoing, "publish-refused", words(reason, said))
        elif verdict is Verdict.NEW_ID and len(self.reserved) < MOST_ABANDONED:
            del self.sent[packet_id]
            self.reserved.add(packet_id)
            outgoing.packet_id = 0
            self.renew(outgoing)
            self._to_front([outgoing])
        else:
            self.to_retry.append(packet_id)
            self.window = 0

    def pump(self) -> None:
        """Send from the queue what the window allows."""
        while self.queue and len(self.sent) < self.window:
            outgoing = self.queue.popleft()
            self.queued_bytes -= outgoing.size
            self._send(outgoing)

    def retry(self, window: int) -> None:
        """Send again what the broker could not take, before anything else."""
        waiting = self._take_to_retry()
        for outgoing in waiting:
            del self.sent[outgoing.packet_id]
            outgoing.packet_id = 0
            self.renew(outgoing)
        self._to_front(waiting)
        self.window = min(window, MOST_UNANSWERED)
        self.pump()

    def cut(self) -> None:
        """The connection is over: nothing is sent, and all that was goes first on the next one, in order."""
        for outgoing in self._take_to_retry():
            outgoing.packet_id = 0
        self._to_front(list(self.sent.values()))
        self.sent.clear()
        self.window = 0
        for outgoing in self.queue:
            outgoing.carried = True
        self.reserved = {outgoing.packet_id for outgoing in self.queue if outgoing.packet_id}

    def open(self, window: int, largest: int | None, *, session: bool) -> None:
        """A connection is there; without our session the broker has forgotten every id."""
        self.window, self.largest = min(window, MOST_UNANSWERED), largest
        for outgoing in self.queue:
            if not session:
                self.reserved.discard(outgoing.packet_id)
                outgoing.packet_id = 0
        self.pump()

    def _take_to_retry(self) -> list[Outgoing]:
        """What the broker could not take, in the order in which it was sent."""
        numbers, self.to_retry = set(self.to_retry), []
        return [outgoing for packet_id, outgoing in self.sent.items() if packet_id in numbers]

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
        self.queued_bytes += sum(outgoing.size for outgoing in outgoings)

    def _send(self, outgoing: Outgoing) -> None:
        head, tail, packet_id = outgoing.head, outgoing.tail, outgoing.packet_id
        if not head or (self.largest is not None and outgoing.size > self.largest):
            self._cannot_go(outgoing)
            return
        if packet_id:
            self.reserved.discard(packet_id)
            head = bytes((head[0] | DUP,)) + head[1:]
        else:
            packet_id = self._last_id + 1  # the usual one, without a call
            if packet_id in self.sent or packet_id > HIGHEST_ID or packet_id in self.reserved:
                packet_id = self.next_id()
            self._last_id = outgoing.packet_id = packet_id
        self.sent[packet_id] = outgoing
        self.out += (head, packet_id.to_bytes(2, "big"), tail)

    def _cannot_go(self, outgoing: Outgoing) -> None:
        self.reserved.discard(outgoing.packet_id)
        if outgoing.head:
            self.refused(outgoing, "publish-too-large", f"{outgoing.size} bytes are above {self.largest} bytes")
        elif names_one_topic(outgoing.topic):
            self.refused(outgoing, "publish-too-large", "one of its user properties has more than 65535 bytes")
        else:
            self.refused(outgoing, "topic-illegal", "it holds a character that MQTT forbids")
