"""The broker's side of a link, as a model: it reads what we write and takes offence where MQTT says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import mqtt5
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from mqtt5 import PubAckReasonCode, PublishPacket

from uns.broker.outbox import HIGHEST_ID, Outbox, Outgoing
from uns.ledger import Entry


@dataclass
class Message:
    """One that the broker handed over, as a plain list of what is still to become safe."""

    entry: Entry | None
    packet_id: int
    open: set[str] = field(default_factory=set)
    decided: bool = False
    cut: bool = False
    left: bool = False
    """There was no room for it, so it is never decided."""

    @property
    def safe(self) -> bool:
        return self.decided and not self.open


class BrokerSide(RuleBasedStateMachine):
    """What it knows of this connection, and of ids unanswered on the last one."""

    def __init__(self, accepted: Callable[[Outgoing], None], refused: Callable[[Outgoing, str, str], None]) -> None:
        super().__init__()
        self.out: list[bytes] = []
        self.order: list[str] = []
        """All names, as they were handed in."""
        self.outbox = Outbox(self.out, accepted, refused)
        self.outbox._last_id = HIGHEST_ID - 5
        self.connected = False
        self.window = 0
        self.largest: int | None = None
        self.answerable: dict[int, str] = {}
        self.last_time: dict[int, str] = {}
        self.first: list[str] = []
        self.wire: list[str] = []
        self.carried: list[str] = []
        self.accepting: set[str] = set()
        self.refusing: set[str] = set()
        self.held = False
        self.held_answers: dict[int, str] = {}
        self.requests: set[int] = set()
        self.in_use: set[int] = set()

    @rule(packet_id=st.sampled_from((1, 2, 3, 77, HIGHEST_ID)))
    def answer_nothing_that_was_asked(self, packet_id: int) -> None:
        if packet_id not in self.outbox.sent:
            self.outbox.answered(packet_id, PubAckReasonCode.NOT_AUTHORIZED)
            self.outbox.arrived(packet_id)

    def _read(self) -> None:
        """The broker reads what we wrote, and takes offence where MQTT says so."""
        left = memoryview(b"".join(self.out))
        self.out.clear()
        assert self.connected or not left
        while left:
            packet, size = mqtt5.read(left)
            assert isinstance(packet, PublishPacket)
            assert self.largest is None or size <= self.largest
            self._arrives(packet)
            left = left[size:]

    def _arrives(self, packet: PublishPacket) -> None:
        packet_id, name = packet.packet_id, packet.topic
        assert packet_id is not None
        assert packet_id not in self.answerable, "an id twice at once"
        assert packet_id not in {*self.requests, *self.in_use, *self.held_answers}, "an id that something else uses"
        assert not self.held, "sent past one that the broker could not take"
        assert packet.duplicate == (self.last_time.get(packet_id) == name)
        if packet.duplicate:
            del self.last_time[packet_id]
        assert packet_id not in self.last_time, "an id under which the broker knows something else"
        if name not in self.first:
            self.first.append(name)
        if name not in self.wire:
            self.wire.append(name)
        self.answerable[packet_id] = name
        assert len(self.answerable) <= self.window, "more than the broker's receive maximum"

    @precondition(lambda self: self.connected and len(self.requests) < 3)
    @rule()
    def ask(self) -> None:
        packet_id = self.outbox.next_id()
        assert packet_id not in {*self.answerable, *self.last_time, *self.requests, *self.in_use, *self.held_answers}
        self.outbox.reserved.add(packet_id)
        self.requests.add(packet_id)

    @precondition(lambda self: self.requests)
    @rule()
    def asked(self) -> None:
        self.outbox.reserved.discard(self.requests.pop())

    @rule(back=st.integers(1, 12))
    def much_goes_by(self, back: int) -> None:
        """As if all other ids had been used and answered: the next ones are those that are still taken."""
        taken = [*self.answerable, *self.last_time]
        if taken:
            self.outbox._last_id = (min(taken) - back) % HIGHEST_ID

    @invariant()
    def no_id_leaks(self) -> None:
        assert set(self.outbox.sent) == {*self.answerable, *self.held_answers}
        queued = {each.packet_id for each in self.outbox.queue if each.packet_id}
        assert self.outbox.reserved == {*self.requests, *self.in_use, *queued}
        assert self.outbox.queued_bytes == sum(each.size for each in self.outbox.queue)

    @invariant()
    def nothing_waits_without_a_reason(self) -> None:
        room = self.connected and not self.held and len(self.answerable) < self.window
        assert not (room and self.outbox.queue)

    @invariant()
    def first_attempts_are_in_order(self) -> None:
        index = [self.order.index(name) for name in self.first]
        assert index == sorted(index)
