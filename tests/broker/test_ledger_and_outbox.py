"""Ledger and outbox, driven together against a plain model of them and of a broker that may do anything MQTT allows."""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from mqtt5 import PubAckReasonCode as Code
from support.brokerside import BrokerSide, Message

from uns.broker.outbox import Outgoing
from uns.ledger import Ledger

MOST_TO_US = 5
"""Our receive maximum, made small so that it is often full."""
GOOD = (Code.SUCCESS, Code.NO_MATCHING_SUBSCRIBERS)
FOR_GOOD = (Code.NOT_AUTHORIZED, Code.TOPIC_NAME_INVALID, Code.PAYLOAD_FORMAT_INVALID)
LATER = (Code.UNSPECIFIED_ERROR, Code.IMPLEMENTATION_SPECIFIC_ERROR, Code.QUOTA_EXCEEDED)
PICK = st.integers(0, 1000)
LARGEST = 40


class Link(BrokerSide):
    """The service's part is played as the path plays it; everything else here is the model."""

    def __init__(self) -> None:
        super().__init__(self.accepted, self.refused)
        self.ledger = Ledger()
        self.number = 0
        self.unacknowledged: list[Message] = []
        self.messages: list[Message] = []
        self.counts: Counter[str] = Counter()
        self.made: dict[str, Message] = {}
        """Decisions under way, by name."""
        self.journal: list[tuple[Message, str]] = []
        self.ended: Counter[str] = Counter()

    @initialize(window=st.integers(1, 4))
    def begin(self, window: int) -> None:
        self.open(window, False, False)

    # The broker hands over

    @precondition(lambda self: self.connected and len(self.unacknowledged) < MOST_TO_US)
    @rule()
    def receive(self) -> None:
        """Under an id that is free; the lowest one is nearly always one that was used before."""
        taken = {each.packet_id for each in self.unacknowledged}
        packet_id = min(set(range(1, MOST_TO_US + 2)) - taken)
        self._received(packet_id)

    @precondition(lambda self: self.connected)
    @rule(several=st.lists(st.text("ppphjijL", max_size=4), min_size=1, max_size=4))
    def receive_and_decide(self, several: list[str]) -> None:
        for decisions in several:
            if len(self.unacknowledged) < MOST_TO_US:
                self.receive()
                self.decide(-1, decisions)

    @precondition(lambda self: self.connected)
    @rule()
    def receive_qos0(self) -> None:
        self._received(0)

    @precondition(lambda self: self.connected and len(self.unacknowledged) < MOST_TO_US)
    @rule(qos0=st.booleans())
    def receive_without_room(self, qos0: bool) -> None:
        """The first such one keeps its place, and all behind it from being acknowledged; the others only count."""
        first = not qos0 and not any(each.left for each in self.unacknowledged)
        self._received(0) if qos0 else self.receive()
        message = self.messages.pop()
        message.left = True
        assert message.entry is not None
        self.ledger.leave(message.entry)
        if not first:
            self.counts["cut off"] += 1
        if not first and not qos0:
            self.unacknowledged.pop()

    def _received(self, packet_id: int) -> None:
        message = Message(self.ledger.receive(packet_id, 0.0), packet_id)
        self.messages.append(message)
        self.counts["received"] += 1
        if packet_id:
            self.unacknowledged.append(message)

    @precondition(lambda self: self.connected and len(self.unacknowledged) < MOST_TO_US)
    @rule()
    def receive_own(self) -> None:
        packet_id = min(set(range(1, MOST_TO_US + 2)) - {each.packet_id for each in self.unacknowledged})
        self.ledger.receive_own(packet_id, 0.0)
        self.unacknowledged.append(Message(None, packet_id, decided=True))

    # We decide: each letter is a decision of the message

    @rule(pick=PICK, decisions=st.text("ppphjijL", max_size=7))
    def decide(self, pick: int, decisions: str) -> None:
        """p publishes, L is too large for some brokers, h is a topic that MQTT forbids, j is rejected, i ignored."""
        message = _one(pick, [each for each in self.messages if not each.decided])
        if message is None or message.entry is None:
            return
        self.ledger.made += len(decisions)
        for letter in decisions:
            self.number += 1
            name = f"{letter}{self.number}"
            self.made[name] = message
            if letter in "pLh":
                message.open.add(name)
                message.entry.waiting += 1
                self.order.append(name)
                topic = name + "\0" * (letter == "h")
                payload = b"x" * (LARGEST if letter == "L" else 1)
                self.outbox.publish(Outgoing(topic, payload, False, None, name))
            elif letter == "j":
                self._to_journal(message, name)
            else:
                self._ended(name, "ignored")
        message.decided = True
        self.ledger.complete(message.entry)
        self._read()

    def _to_journal(self, message: Message, name: str) -> None:
        assert message.entry is not None
        message.open.add(f"journal {name}")
        message.entry.waiting += 1
        self.journal.append((message, name))

    def _ended(self, name: str, outcome: str) -> None:
        assert name in self.made, "ended twice"
        del self.made[name]
        self.ended[outcome] += 1
        self.ledger.outcomes[outcome] += 1

    @precondition(lambda self: self.journal)
    @rule(count=st.integers(1, 4))
    def commit(self, count: int) -> None:
        for message, name in self.journal[:count]:
            assert message.entry is not None
            message.open.remove(f"journal {name}")
            self._ended(name, "quarantined")
            self.ledger.complete(message.entry)
        del self.journal[:count]

    @rule()
    def acknowledge(self) -> None:
        for entry in self.ledger.take_due():
            message = self.unacknowledged.pop(0)
            assert message.safe, "acknowledged before it was safe"
            assert (entry.packet_id, entry.counted) == (message.packet_id, message.entry is not None)
            assert message.entry is None or message.entry is entry
            self.counts["acknowledged"] += entry.counted
        assert not self.unacknowledged or not self.unacknowledged[0].safe, "withheld though it was safe"

    # What the outbox tells us

    def accepted(self, outgoing: Outgoing) -> None:
        name = outgoing.about
        assert name in self.accepting, "accepted without the broker's word"
        message = self.made[name]
        message.open.remove(name)
        self._ended(name, "published")
        assert message.entry is not None
        self.ledger.complete(message.entry)

    def refused(self, outgoing: Outgoing, code: str, reason: str) -> None:
        name = outgoing.about
        expected = {"h": "topic-illegal", "L": "publish-too-large"}.get(name[0]) if name not in self.refusing else None
        assert code == (expected or "publish-refused")
        self.last_time = {each: known for each, known in self.last_time.items() if known != name}
        message = self.made[name]
        message.open.remove(name)
        self._to_journal(message, name)
        assert message.entry is not None
        self.ledger.complete(message.entry)

    # The broker answers

    @precondition(lambda self: self.answerable)
    @rule(pick=PICK, code=st.sampled_from((*GOOD, *GOOD, *FOR_GOOD, *LATER, Code.PACKET_ID_IN_USE)), bare=st.booleans())
    def answer(self, pick: int, code: Code, bare: bool) -> None:
        packet_id = sorted(self.answerable)[pick % len(self.answerable)]
        name = self.answerable.pop(packet_id)
        self.accepting = {name} if code in GOOD else set()
        self.refusing = {name} if code in FOR_GOOD else set()
        if code in LATER:
            self.held_answers[packet_id] = name
            self.held = True
        elif code is Code.PACKET_ID_IN_USE:
            self.in_use.add(packet_id)
            self.wire.remove(name)
        if code is Code.SUCCESS and bare:
            self.outbox.arrived(packet_id)
        else:
            self.outbox.answered(packet_id, code)
        self._read()
        self.accepting, self.refusing = set(), set()
        left = {each.about for each in self.outbox}
        assert (name in left) == (code not in GOOD and code not in FOR_GOOD)

    @precondition(lambda self: self.connected and self.held)
    @rule()
    def retry(self) -> None:
        self.held = False
        self.wire = [each for each in self.wire if each not in self.held_answers.values()]
        self.held_answers.clear()
        self.outbox.retry(self.window)
        self._read()

    # Connections come and go

    @precondition(lambda self: self.connected)
    @rule(acknowledged=st.booleans())
    def cut(self, acknowledged: bool) -> None:
        if acknowledged:
            self.acknowledge()
        self.ledger.cut()
        self.outbox.cut()
        cut_off = [each for each in self.unacknowledged if each.entry is not None]
        for message in cut_off:
            message.cut = True
        self.counts["cut off"] += len(cut_off)
        self.unacknowledged.clear()
        self.last_time |= self.answerable
        self.carried = [*self.wire, *(name for name in self.carried if name not in self.wire)]
        self.wire.clear()
        self.connected = self.held = False
        for each in (self.answerable, self.requests, self.in_use, self.held_answers):
            each.clear()

    @precondition(lambda self: not self.connected)
    @rule(window=st.integers(1, 4), small=st.booleans(), session=st.booleans())
    def open(self, window: int, small: bool, session: bool) -> None:
        self.connected, self.window, self.largest = True, window, LARGEST if small else None
        if not session:
            self.last_time.clear()
        left = [each.about for each in self.outbox]
        expected = [name for name in self.carried if name in left]
        assert [name for name in left if name in expected] == expected, "what was under way stays in order"
        self.outbox.open(window, self.largest, session=session)
        self._read()

    # After every step

    @invariant()
    def nothing_is_forgotten(self) -> None:
        underway = [each.about for each in self.outbox]
        journaled = [name for _, name in self.journal]
        assert sorted([*underway, *journaled]) == sorted(self.made)

    @invariant()
    def the_counts_tie_out(self) -> None:
        ledger = self.ledger
        served = sum(each.safe for each in self.messages if not each.packet_id)
        loose = sum(not each.packet_id for each in self.messages) - served
        due = sum(each.counted for each in ledger._due)
        assert ledger.received == self.counts["received"]
        assert ledger.acknowledged - due == self.counts["acknowledged"]
        assert (ledger.served_qos0, ledger.cut_off) == (served, self.counts["cut off"])
        assert ledger.messages_in_flight + due == loose + sum(each.entry is not None for each in self.unacknowledged)
        assert {key: count for key, count in ledger.outcomes.items() if count} == self.ended
        assert ledger.decisions_in_flight == len(self.made)
        assert ledger.ties_out()

    def teardown(self) -> None:
        """Let everybody go on: in the end all of it is safe, and everything on this connection acknowledged."""
        if any(each.left for each in self.unacknowledged):
            self.cut(False)
        if not self.connected:
            self.open(4, False, True)
        while any(not each.decided for each in self.messages):
            self.decide(0, "p")
        while self.answerable or self.held or self.journal:
            if self.held:
                self.retry()
            elif self.answerable:
                self.answer(0, Code.SUCCESS, True)
            else:
                self.commit(4)
        self.acknowledge()
        assert (len(self.outbox), self.made, self.unacknowledged) == (0, {}, [])
        self.the_counts_tie_out()


def _one(pick: int, among: list[Message]) -> Message | None:
    return among[pick % len(among)] if among else None


TestLink = Link.TestCase
TestLink.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
