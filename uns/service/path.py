"""The message path: a raw message in; publishes and journal entries out, and once all is safe its acknowledgement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import monotonic, time_ns
from typing import cast

from mqtt5 import PublishPacket

from uns.broker.outbox import Outgoing
from uns.broker.session import Session
from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.contextualize import contextualize
from uns.decision import Decision, Ignore, Observe, Publish, Recorded, Reject
from uns.decode import BY_RECEIPT, NO_BIRTHS, Births
from uns.instant import EARLIEST, Instant
from uns.journal.journal import Journal
from uns.ledger import Entry, Ledger
from uns.message import RawMessage
from uns.publisher import Publisher
from uns.service.again import Again
from uns.service.faults import Faults
from uns.service.holding import OVERRUN, Holding
from uns.service.journaling import Journaling
from uns.service.refusal import refused_by_broker
from uns.service.tallies import Tallies
from uns.service.told import NOBODY, Told
from uns.service.underway import Carried, Sent, Under, Written

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
        self.holding = Holding(self.ledger)
        self.backlog = False
        """Whether what comes now was queued at the broker for longer than its receive time says."""
        self.fresh_until: Instant = 2**63
        """By our clock: what is received later finds us waking up, and nobody knows how old it is."""
        self._received = self._receipt = 0
        self._redecided: tuple[RawMessage, list[Decision]] | None = None

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
        holding = self.holding
        busy = holding.reasons or self.journaling.bytes or self.session.outbox.queue
        if holding.messages or (busy and self.is_full()):
            holding.add(entry, raw)
        else:
            self.take(entry, raw)

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
            self.journaling.told.unheard(outgoing.topic, reason)
            return
        try:
            self.publisher.forget(outgoing.topic, sent.time)
            decision = self._decided_again(sent)
            reject = refused_by_broker(decision, code, reason)
        except Exception as fault:  # noqa: BLE001 - as in `take`
            reject = self.faults.reject(sent.raw, fault)
        self.carried.in_journal += outgoing.carried
        self.journaling.refuse(sent.entry, sent.raw, [reject], (sent.bundle, sent.timeline), outgoing.carried)
        self.ledger.complete(sent.entry)

    def _decided_again(self, sent: Sent) -> Publish:
        """What was decided then; worked out once for a message, of which the broker may refuse hundreds of samples."""
        if self._redecided is None or self._redecided[0] is not sent.raw:
            self._redecided = sent.raw, self.decide(sent.raw, sent.bundle, sent.timeline, sent.births)[0]
        decision = self._redecided[1][sent.number]
        assert isinstance(decision, Publish)
        return decision

    def turned(self) -> None:
        """A batch is through: decide what was held, acknowledge what is due."""
        if self.holding.messages:
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
            self.holding.let_go()

    def closed(self) -> None:
        self.holding.overrun = False
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
        return bool(full or self.holding.reasons or self.journaling.is_full())

    def hold(self, name: str, reason: str) -> None:
        self.holding.reasons[name] = reason

    def go_on(self, name: str) -> None:
        if self.holding.reasons.pop(name, None) is not None:
            self.settle()

    def _go_on(self) -> None:
        holding, session = self.holding, self.session
        least = 1 if holding.overrun else 0  # one stays, or nobody would come by here again
        while len(holding.messages) > least and not self.is_full():
            self.take(*holding.take())
        if holding.overrun:
            if len(holding.messages) == least and not (len(session.outbox) or self.journaling.bytes):
                session.begin_again(OVERRUN)
        elif not holding.is_over():
            session.read_on(True)
        elif session.outbox.is_full():  # not to read on would be to wait for answers that nobody reads
            holding.overrun = True
            session.read_on(True)
        else:
            session.read_on(False)

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
        self._act_on(cast("list[Decision | None]", decisions), entry, raw, births)

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
        """A message of quarantine, down the same line; its neighbours' decisions are not acted on once more."""
        ours = self._of(again)
        for each in ours:
            if type(each) is Publish:
                self._place(each)
        self.ledger.made += sum(each is not None for each in ours)
        self._act_on(ours, again, again.raw, self.births)

    def _place(self, decision: Publish) -> None:
        """A receive time ahead of the clock was given before that was set back: nobody knows what came behind it."""
        sample = decision.sample
        if sample.clock in BY_RECEIPT and sample.time > self.clock():
            decision.sample = replace(sample, time=EARLIEST)

    def _act_on(self, decisions: list[Decision | None], entry: Entry, raw: RawMessage, births: Births) -> None:
        bundle, timeline, ledger = self.bundle, self.timeline, self.ledger
        assert timeline is not None
        rejects: list[Reject] = []
        for number, decision in enumerate(decisions):
            try:
                if type(decision) is Publish:
                    sent = Sent(entry, decision.sample.time, number, raw, bundle, timeline, births)
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
                self.tallies.found(verdict.findings, verdict.step.target)
            if verdict.context.gaps:
                self.tallies.lacking(verdict.context.gaps, verdict.step)
            outgoing = Outgoing(verdict.step, verdict.payload, verdict.retain, verdict.more, sent, verdict.id)
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
        if sent is not None and outgoing.retain and not self.publisher.is_current(outgoing.topic, sent.time):
            outgoing.unretained()
