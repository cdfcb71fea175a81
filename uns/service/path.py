"""The message path: a raw message in; publishes and journal entries out, and once all is safe its acknowledgement."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic, time_ns
from typing import Final

from mqtt5 import PublishPacket

from uns.broker.outbox import Outgoing
from uns.broker.session import Session
from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.contextualize import contextualize
from uns.decision import Decision, Ignore, Observe, Publish, Recorded, Reject
from uns.decode import NO_BIRTHS, Births
from uns.journal.journal import Journal, size_of
from uns.journal.values import Announced, Item, Refusal
from uns.ledger import Entry, Ledger
from uns.message import RawMessage
from uns.publisher import Publisher
from uns.render import address_of
from uns.service.late import Change
from uns.service.refusal import refused_by_broker, rejection, service_fault
from uns.service.tallies import Tallies
from uns.service.underway import Sent, Written

MOST_QUEUED: Final = 4_096
MOST_QUEUED_BYTES: Final = 32 * 1024 * 1024
MOST_JOURNAL_BYTES: Final = 32 * 1024 * 1024
MOST_HELD_BYTES: Final = 64 * 1024 * 1024

Decide = Callable[[RawMessage, Bundle, Timeline, Births], tuple[list[Decision], Births]]

_new: Final = tuple.__new__
"""Makes a named tuple at half the cost of calling its class."""


class Path:
    """All of it runs on the event loop; nothing here waits."""

    def __init__(
        self, bundle: Bundle, publisher: Publisher, journal: Journal, *,
        decide: Decide = contextualize, clock: Callable[[], int] = time_ns,
    ) -> None:  # fmt: skip
        self.bundle, self.publisher, self.journal = bundle, publisher, journal
        self.decide, self.clock = decide, clock
        self.timeline: Timeline | None = None
        self.births: Births = NO_BIRTHS
        self.ledger, self.tallies = Ledger(), Tallies()
        self.session: Session
        self.own: dict[str, Callable[[PublishPacket], None]] = {}
        """Topics on which the service talks to itself and to the command line."""
        self.holds: dict[str, str] = {}
        """Why nothing is decided now: a name, and the reason in words."""
        self.held: deque[tuple[Entry, RawMessage]] = deque()
        self.held_bytes = self.journal_bytes = self.journal_decisions = 0
        self.backlog = False
        """Whether what comes now was queued before this connection."""
        self.records: deque[Announced] = deque()
        """Records that the timeline holds and the registry may not have yet."""
        self.recorded = 0
        """Records since the start."""
        self.rejected: Callable[[RawMessage, Reject], None] = lambda raw, reject: None
        """Told of each rejection as it happens."""
        self.failed: Callable[[RawMessage, Exception], None] = lambda raw, fault: None
        """Told of a fault of ours that a message set off."""
        self.came_late: Callable[[Recorded, Change], None] = lambda recorded, change: None
        self._received = self._receipt = 0
        self._carried = self._carried_in_journal = 0
        """What was sent on earlier connections and is not safe yet."""
        self._fenced: list[Entry] = []

    # What the session tells

    def receive(self, packet: PublishPacket) -> None:
        topic, packet_id = packet.topic, packet.packet_id or 0
        own = self.own.get(topic)
        if own is not None:
            self.ledger.receive_own(packet_id, monotonic())
            own(packet)
            return
        entry = self.ledger.receive(packet_id, monotonic())
        received = self.clock()
        if received == self._received:
            self._receipt += 1
        else:
            self._received, self._receipt = received, 0
        raw = _new(
            RawMessage,
            (
                topic, packet.payload, received, self._receipt, 1 if packet_id else 0, packet.retain,
                packet.duplicate, self.backlog,
            ),
        )  # fmt: skip
        busy = self.holds or self.journal_bytes or self.session.outbox.queue
        if self.held or (busy and self.is_full()):
            self.held.append((entry, raw))
            self.held_bytes += len(raw.payload)
        else:
            self.take(entry, raw)

    def accepted(self, outgoing: Outgoing) -> None:
        sent: Sent | None = outgoing.about
        if sent is not None:
            self.ledger.outcomes["published"] += 1
            self.ledger.complete(sent.entry)
        if outgoing.carried:
            self._arrived()

    def refused(self, outgoing: Outgoing, code: str, reason: str) -> None:
        sent: Sent | None = outgoing.about
        if sent is None:
            self._arrived() if outgoing.carried else None
            return
        self.publisher.forget(sent.topic, sent.time)
        decision = self.decide(sent.raw, sent.bundle, sent.timeline, sent.births)[0][sent.number]
        assert isinstance(decision, Publish)
        reject = refused_by_broker(decision, code, reason)
        self.rejected(sent.raw, reject)
        self.tallies.findings[code] += 1
        self._carried_in_journal += outgoing.carried
        revisions = (sent.bundle.revision, sent.timeline.revision)
        item = Refusal(sent.raw, (rejection(reject, sent.raw, revisions, None),))
        self._write(item, Written(sent.entry, "quarantined", 1, size_of(item), outgoing.carried))

    def turned(self) -> None:
        """A batch is through: decide what was held, acknowledge what is due."""
        if self.held:
            self._go_on()
        due = self.ledger.take_due()
        if due:
            self.tallies.acknowledged(due, monotonic())
            out = self.session.out
            for entry in due:
                out.append(b"\x40\x02" + entry.packet_id.to_bytes(2, "big"))

    def opened(self, session: bool) -> None:
        """With our session the broker sends again what we held; without it, what we hold is all there is."""
        self.backlog = session
        if session:
            kept = [(entry, raw) for entry, raw in self.held if not entry.packet_id]
            self.held = deque(kept)
            self.held_bytes = sum(len(raw.payload) for _, raw in kept)

    def closed(self) -> None:
        self.ledger.cut()
        self._carried = len(self.session.outbox) + self._carried_in_journal

    # What the journal tells

    def committed(self, written: list[Written]) -> None:
        for each in written:
            self.journal_bytes -= each.size
            self.ledger.outcomes[each.outcome] += each.decisions
            self.ledger.complete(each.entry)
            self.journal_decisions -= each.decisions
            if each.carried:
                self._carried_in_journal -= 1
                self._arrived()
        self.settle()

    def settle(self) -> None:
        """Something changed outside a batch of the broker's: decide, acknowledge, write."""
        self.turned()
        self.session.flush()

    # Holding

    def is_full(self) -> bool:
        """Whether something must move on before another message may be decided."""
        outbox = self.session.outbox
        return bool(
            len(outbox.queue) > MOST_QUEUED or self.holds or self.journal_bytes > MOST_JOURNAL_BYTES
            or outbox.queued_bytes > MOST_QUEUED_BYTES
        )  # fmt: skip

    def _is_outbox_full(self) -> bool:
        outbox = self.session.outbox
        return len(outbox.queue) > MOST_QUEUED or outbox.queued_bytes > MOST_QUEUED_BYTES

    def hold(self, name: str, reason: str) -> None:
        self.holds[name] = reason

    def go_on(self, name: str) -> None:
        if self.holds.pop(name, None) is not None:
            self.settle()

    def _go_on(self) -> None:
        while self.held and not self.is_full():
            entry, raw = self.held.popleft()
            self.held_bytes -= len(raw.payload)
            self.take(entry, raw)
        if self.held_bytes <= MOST_HELD_BYTES:
            self.session.read_on(True)
        elif self._is_outbox_full():  # not to read on would be to wait for answers that nobody reads
            self.session.cut("more is held than there is room for, and the broker does not answer for what it was sent")
        else:
            self.session.read_on(False)

    # Deciding

    def take(self, entry: Entry, raw: RawMessage) -> None:
        """Down the straight line; the message is safe once everything that this leads to is."""
        bundle, timeline, births, ledger = self.bundle, self.timeline, self.births, self.ledger
        assert timeline is not None
        try:
            decisions, self.births = self.decide(raw, bundle, timeline, births)
        except Exception as fault:  # noqa: BLE001 - whatever it is, it would come again with the message, for ever
            decisions = [service_fault(raw, fault)]
            self.failed(raw, fault)
        ledger.made += len(decisions)
        rejects: list[Reject] = []
        for number, decision in enumerate(decisions):
            if type(decision) is Publish:
                sent = _new(Sent, (entry, decision.topic, decision.sample.time, number, raw, bundle, timeline, births))
                self._publish(decision, sent, rejects)
            elif isinstance(decision, Reject):
                rejects.append(decision)
            elif isinstance(decision, Ignore):
                ledger.outcomes["ignored"] += 1
                self.tallies.ignored[decision.reason] += 1
            elif isinstance(decision, Recorded):
                self._record(entry, raw, decision)
            elif isinstance(decision, Observe):
                ledger.outcomes["observed"] += 1
                self.tallies.observe(decision)
        if rejects:
            self._reject(entry, raw, rejects, (bundle.revision, timeline.revision))
        ledger.complete(entry)

    def _publish(self, decision: Publish, sent: Sent, rejects: list[Reject]) -> None:
        verdict = self.publisher.judge(decision)
        if type(verdict) is Publish:
            sent.entry.waiting += 1
            if verdict.findings:
                self.tallies.findings.update(each.code for each in verdict.findings)
            topic, payload, envelope, identity, more, retain = verdict[3:9]
            self.session.outbox.publish(Outgoing(topic, payload, retain, more, sent, envelope, identity))
        elif type(verdict) is Reject:
            rejects.append(verdict)
        else:
            self.ledger.outcomes["duplicate"] += 1
            if self._carried:
                sent.entry.waiting += 1
                self._fenced.append(sent.entry)

    def _reject(self, entry: Entry, raw: RawMessage, rejects: list[Reject], revisions: tuple[str, str]) -> None:
        route = self.bundle.route(raw.topic)
        rejections = tuple(rejection(each, raw, revisions, route) for each in rejects)
        for each in rejects:
            self.tallies.findings.update(finding.code for finding in each.findings)
            self.rejected(raw, each)
        item = Refusal(raw, rejections)
        entry.waiting += 1
        self._write(item, Written(entry, "quarantined", len(rejects), size_of(item)))

    def _record(self, entry: Entry, raw: RawMessage, decision: Recorded) -> None:
        record, parallel = decision.record, decision.target.parallel
        before = self.timeline
        if before is not None:
            after = self.timeline = before.take(record, parallel)[0]
            if after is not before:
                self.came_late(decision, Change(before, after))
        item = Announced("", record, address_of(decision.sample), str(decision.rule), raw.received, parallel)
        self.records.append(item)
        self.recorded += 1
        entry.waiting += 1
        self._write(item, Written(entry, "recorded", 1, size_of(item)))

    def _write(self, item: Item, written: Written) -> None:
        self.journal_bytes += written.size
        self.journal_decisions += written.decisions
        self.journal.put(item, written)

    def _arrived(self) -> None:
        """One publish of an earlier connection is safe; behind the last of them, what repeated them is too."""
        self._carried -= 1
        if self._carried <= 0 and self._fenced:
            fenced, self._fenced = self._fenced, []
            for entry in fenced:
                self.ledger.complete(entry)

    def ties_out(self) -> bool:
        """Both ledgers, against what is really on its way."""
        underway = sum(outgoing.about is not None for outgoing in self.session.outbox) + self.journal_decisions
        return self.ledger.ties_out() and self.ledger.decisions_in_flight == underway

    def publish_own(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Something about ourselves, at QoS 1."""
        self.session.outbox.publish(Outgoing(topic, payload, retain, None, None))

    def renew(self, outgoing: Outgoing) -> None:
        """Before it is sent once more: it is not to take the place of what went out since."""
        sent: Sent | None = outgoing.about
        if sent is not None and outgoing.retain and not self.publisher.is_current(sent.topic, sent.time):
            outgoing.unretained()
