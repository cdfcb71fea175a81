"""The message path: a raw message in; publishes and journal entries out, and once all is safe its acknowledgement."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic, time_ns
from typing import Final, cast

from mqtt5 import PublishPacket

from uns.broker.outbox import Outgoing
from uns.broker.session import Session
from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.contextualize import contextualize
from uns.decision import Decision, Ignore, Observe, Publish, Recorded, Reject
from uns.decode import NO_BIRTHS, Births
from uns.instant import Instant
from uns.journal.journal import Journal
from uns.ledger import Entry, Ledger
from uns.message import RawMessage
from uns.publisher import Publisher
from uns.service.again import Again
from uns.service.faults import Faults
from uns.service.journaling import Journaling
from uns.service.refusal import refused_by_broker
from uns.service.tallies import Tallies
from uns.service.told import NOBODY, Told
from uns.service.underway import Carried, Sent, Under, Written

MOST_HELD_BYTES: Final = 64 * 1024 * 1024
BESIDE: Final = 700
"""Bytes that a held message takes beside its payload, about."""
OVERRUN: Final = "more came than there is room for: the broker is asked for it once more"

Decide = Callable[[RawMessage, Bundle, Timeline, Births], tuple[list[Decision], Births]]


class Path:
    """All of it runs on the event loop; nothing here waits."""

    def __init__(
        self, bundle: Bundle, publisher: Publisher, journal: Journal, told: Told = NOBODY, *,
        decide: Decide = contextualize, clock: Callable[[], int] = time_ns,
    ) -> None:  # fmt: skip
        self.bundle, self.publisher = bundle, publisher
        self.decide, self.clock = decide, clock
        self.timeline: Timeline | None = None
        self.births: Births = NO_BIRTHS
        self.ledger, self.tallies, self.faults = Ledger(), Tallies(), Faults(told.failed)
        self.carried = Carried(self.ledger)
        self.journaling = Journaling(journal, self.ledger, self.tallies, self.carried, self.faults, told)
        self.session: Session
        self.own: dict[str, Callable[[PublishPacket], None]] = {}
        """Topics on which the service talks to itself and to the command line."""
        self.holds: dict[str, str] = {}
        """Why nothing is decided now: a name, and the reason in words."""
        self.held: deque[tuple[Entry, RawMessage]] = deque()
        self.held_bytes = 0
        self.overrun = False
        """Whether more came than there is room for: what comes is left, and comes again with the next connection."""
        self.backlog = False
        """Whether what comes now was queued at the broker for longer than its receive time says."""
        self.fresh_until: Instant = 2**63
        """By our clock: what is received later finds us waking up, and nobody knows how old it is."""
        self._received = self._receipt = 0
        self._again: tuple[RawMessage, list[Decision]] | None = None

    # What the session tells

    def receive(self, packet: PublishPacket) -> None:
        topic, packet_id = packet.topic, packet.packet_id or 0
        own = self.own.get(topic)
        if own is not None:
            self.ledger.receive_own(packet_id, monotonic())
            try:
                own(packet)
            except Exception as fault:  # noqa: BLE001 - it would come again, for ever
                self.faults.told(topic, fault)
            return
        entry = self.ledger.receive(packet_id, monotonic())
        received = self.clock()
        if received == self._received:
            self._receipt += 1
        else:
            self._received, self._receipt = received, 0
        raw = RawMessage(
            topic, packet.payload, received, self._receipt, 1 if packet_id else 0, packet.retain,
            packet.duplicate, self.backlog or received > self.fresh_until,
        )  # fmt: skip
        busy = self.holds or self.journaling.bytes or self.session.outbox.queue
        if self.held or (busy and self.is_full()):
            self._hold(entry, raw)
        else:
            self.take(entry, raw)

    def _hold(self, entry: Entry, raw: RawMessage) -> None:
        if self.overrun:
            self.ledger.leave(entry)
        else:
            self.held.append((entry, raw))
            self.held_bytes += len(raw.payload) + BESIDE

    def accepted(self, outgoing: Outgoing) -> None:
        sent: Sent | None = outgoing.about
        if sent is not None:
            self.ledger.outcomes["published"] += 1
            self.ledger.complete(sent.entry)
        if outgoing.carried:
            self.carried.arrived()

    def refused(self, outgoing: Outgoing, code: str, reason: str) -> None:
        sent: Sent | None = outgoing.about
        if sent is None:
            self.carried.arrived() if outgoing.carried else None
            return
        try:
            self.publisher.forget(sent.topic, sent.time)
            decision = self._decided_again(sent)
            reject = refused_by_broker(decision, code, reason)
        except Exception as fault:  # noqa: BLE001 - as in `take`
            reject = self.faults.reject(sent.raw, fault)
        self.carried.in_journal += outgoing.carried
        self.journaling.refuse(sent.entry, sent.raw, [reject], (sent.bundle, sent.timeline), outgoing.carried)
        self.ledger.complete(sent.entry)

    def _decided_again(self, sent: Sent) -> Publish:
        """What was decided then; worked out once for a message, of which the broker may refuse hundreds of samples."""
        if self._again is None or self._again[0] is not sent.raw:
            self._again = sent.raw, self.decide(sent.raw, sent.bundle, sent.timeline, sent.births)[0]
        decision = self._again[1][sent.number]
        assert isinstance(decision, Publish)
        return decision

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
            self.held_bytes = sum(len(raw.payload) + BESIDE for _, raw in kept)

    def closed(self) -> None:
        self.overrun = False
        self.ledger.cut()
        self.carried.cut(len(self.session.outbox))

    # What the journal tells

    def committed(self, written: list[Written]) -> None:
        self.journaling.committed(written)
        self.settle()

    def settle(self) -> None:
        """Something changed outside a batch of the broker's: decide, acknowledge, write."""
        self.turned()
        self.session.flush()

    # Holding

    def is_full(self) -> bool:
        """Whether something must move on before another message may be decided."""
        outbox = self.session.outbox
        full = outbox.queue and outbox.is_full()
        return bool(full or self.holds or self.journaling.is_full())

    def hold(self, name: str, reason: str) -> None:
        self.holds[name] = reason

    def go_on(self, name: str) -> None:
        if self.holds.pop(name, None) is not None:
            self.settle()

    def _go_on(self) -> None:
        last = 1 if self.overrun else 0
        while len(self.held) > last and not self.is_full():
            entry, raw = self.held.popleft()
            self.held_bytes -= len(raw.payload) + BESIDE
            self.take(entry, raw)
        if self.overrun:
            if len(self.held) == last and not (len(self.session.outbox) or self.journaling.bytes):
                self.session.begin_again(OVERRUN)
        elif self.held_bytes <= MOST_HELD_BYTES:
            self.session.read_on(True)
        elif self.session.outbox.is_full():  # not to read on would be to wait for answers that nobody reads
            self.overrun = True
            self.session.read_on(True)
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
            decisions = [self.faults.reject(raw, fault)]
        ledger.made += len(decisions)
        self._carry_out(cast("list[Decision | None]", decisions), entry, raw, births)

    def foresee(self, again: Again) -> set[str]:
        """Where it would be published now."""
        return {each.topic for each in self._of(again) if isinstance(each, Publish)}

    def _of(self, again: Again) -> list[Decision | None]:
        assert self.timeline is not None
        try:
            decisions, _ = self.decide(again.raw, self.bundle, self.timeline, self.births)
        except Exception as fault:  # noqa: BLE001 - it stays in quarantine
            decisions = [self.faults.reject(again.raw, fault)]
        return again.among(decisions, (self.bundle, self.timeline))

    def replay(self, again: Again) -> None:
        """A message of quarantine, down the same line; its neighbours' decisions are not carried out once more."""
        ours = self._of(again)
        self.ledger.made += sum(each is not None for each in ours)
        self._carry_out(ours, again, again.raw, self.births)

    def _carry_out(self, decisions: list[Decision | None], entry: Entry, raw: RawMessage, births: Births) -> None:
        bundle, timeline, ledger = self.bundle, self.timeline, self.ledger
        assert timeline is not None
        rejects: list[Reject] = []
        for number, decision in enumerate(decisions):
            try:
                if type(decision) is Publish:
                    topic, time = decision.step.envelope.topic, decision.sample.time
                    sent = Sent(entry, topic, time, number, raw, bundle, timeline, births)
                    self._publish(decision, sent, rejects)
                elif isinstance(decision, Reject):
                    rejects.append(decision)
                elif isinstance(decision, Ignore):
                    self.tallies.ignored[decision.reason] += 1
                    ledger.outcomes["ignored"] += 1
                elif isinstance(decision, Recorded):
                    self._record(decision, entry, raw, (bundle, timeline))
                elif isinstance(decision, Observe):
                    self.tallies.observe(decision)
                    ledger.outcomes["observed"] += 1
            except Exception as fault:  # noqa: BLE001 - as above; nothing has been counted or sent yet
                rejects.append(self.faults.reject(raw, fault))
                if type(decision) is Publish:
                    self.faults.tell(raw, self.publisher.forget, decision.topic, decision.sample.time)
        if rejects:
            self.journaling.refuse(entry, raw, rejects, (bundle, timeline))
        ledger.complete(entry)

    def _publish(self, decision: Publish, sent: Sent, rejects: list[Reject]) -> None:
        verdict = self.publisher.judge(decision)
        if type(verdict) is Publish:
            if verdict.findings:
                self.tallies.findings.update(each.code for each in verdict.findings)
            envelope = verdict.step.envelope
            outgoing = Outgoing(
                envelope.topic, verdict.payload, verdict.retain, verdict.more, sent, envelope, verdict.id
            )
            self.session.outbox.publish(outgoing)
            sent.entry.waiting += 1
        elif type(verdict) is Reject:
            rejects.append(verdict)
        else:
            self.ledger.outcomes["duplicate"] += 1
            if self.carried.count:
                self.carried.wait(sent.entry)

    def _record(self, decision: Recorded, entry: Entry, raw: RawMessage, under: Under) -> None:
        assert self.timeline is not None
        self.timeline = self.journaling.record(decision, entry, raw, under, self.timeline)

    def ties_out(self) -> bool:
        """Both ledgers, against what is really on its way."""
        underway = sum(outgoing.about is not None for outgoing in self.session.outbox) + self.journaling.decisions
        return self.ledger.ties_out() and self.ledger.decisions_in_flight == underway

    def publish_own(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Something about ourselves, at QoS 1."""
        self.session.outbox.publish(Outgoing(topic, payload, retain, None, None))

    def renew(self, outgoing: Outgoing) -> None:
        """Before it is sent once more: it is not to take the place of what went out since."""
        sent: Sent | None = outgoing.about
        if sent is not None and outgoing.retain and not self.publisher.is_current(sent.topic, sent.time):
            outgoing.unretained()
