"""What is put to the proof: the straight line, the timeline as the service keeps it, and a registry."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson

from support.registry import author_at
from support.year.facts import Fact
from support.year.rules import bundle
from support.year.walk import Otherwise, Pattern
from uns.context.shifts import ShiftException, ShiftPattern
from uns.context.timeline import Timeline
from uns.context.values import Product, Record
from uns.contextualize import contextualize
from uns.decision import Decision, Publish, Recorded, Reject
from uns.decode import NO_BIRTHS
from uns.equipment import EquipmentPath
from uns.finding import SamplePlace
from uns.instant import MILLISECOND
from uns.message import RawMessage
from uns.registry.engine import connect
from uns.registry.nouns import PRODUCTS, SHIFT_EXCEPTIONS, SHIFT_PATTERNS
from uns.registry.parallel import is_parallel
from uns.registry.records import PlacedRecord, apply
from uns.registry.removal import remove
from uns.registry.timeline import around, follow, load
from uns.service.unmoved import Unmoved

SOMEWHERE = SamplePlace("mes")


class Path:
    """Instants are milliseconds here."""

    def __init__(self, registry: str, now: int) -> None:
        self.bundle = bundle()
        self.engine = connect(registry)
        self.unmoved, self.pending = Unmoved(), list[PlacedRecord]()
        self.applied = 0
        self.known: Timeline | None = None
        self.timeline: Timeline
        self.hear(now)

    def receive(self, topic: str, payload: bytes, now: int) -> list[tuple[Decision, str]]:
        """Each decision, and of a record what came of it: "" where it was no news, "taken", or why it was refused."""
        raw = RawMessage(topic, payload, now * MILLISECOND)
        decisions, _ = contextualize(raw, self.bundle, self.timeline, NO_BIRTHS)
        return [(each, self._record(each, raw)) for each in decisions]

    def _record(self, decision: Decision, raw: RawMessage) -> str:
        if not isinstance(decision, Recorded):
            return decision.findings[0].code if isinstance(decision, Reject) else ""
        record, parallel = decision.record, decision.target.parallel
        after, _ = self.timeline.take(record, parallel)
        if after is self.timeline:
            return ""
        self.timeline = after
        self.unmoved.add(record, parallel)
        self.pending.append(PlacedRecord(record, SOMEWHERE, parallel))
        return "taken"

    def silent(self) -> None:
        """The registry has not been heard for too long."""
        self.timeline = self.timeline.when_stale()

    def move(self, now: int) -> list[str]:
        """What the path recorded is in the registry now; of each the code with which that refused it."""
        found = apply(self.engine, self.pending, self.bundle.standard, author_at("path plant", now * MILLISECOND))
        self.applied += len(self.pending)
        self.pending.clear()
        return [findings[0].code if findings else "" for findings in found]

    def hear(self, now: int, afresh: bool = True) -> None:
        standard, at = self.bundle.standard, now * MILLISECOND
        known = None if afresh or self.known is None else follow(self.engine, standard, self.known, at)
        self.known = load(self.engine, standard, self.bundle.reaches_back, at) if known is None else known
        timeline, upto = self.unmoved.onto(self.known, self.applied)
        newest = self.unmoved.since(timeline, upto)
        assert newest is not None
        self.timeline = newest

    def write(self, fact: Fact | Pattern | Otherwise, now: int) -> str:
        """As a person does, over REST or from a sheet; the code with which the registry refuses it."""
        ann = author_at("ann", now * MILLISECOND)
        if isinstance(fact, Pattern):
            SHIFT_PATTERNS.put(self.engine, [pattern_of(fact)], ann)
        elif isinstance(fact, Otherwise):
            given = ShiftException(fact.where, date.fromordinal(fact.day), fact.id, fact.start, fact.stop, fact.crew)
            SHIFT_EXCEPTIONS.put(self.engine, [given], ann)
        elif fact.kind == "removed":
            remove(self.engine, "batches", (str(fact.id), fact.unit), ann)
        elif fact.kind == "product":
            PRODUCTS.put(self.engine, [Product(str(fact.id), fact.name)], ann)
        else:
            record, standard = _record(fact), self.bundle.standard
            placed = PlacedRecord(record, SOMEWHERE, is_parallel(standard, EquipmentPath(fact.unit)))
            [findings] = apply(self.engine, [placed], standard, ann)
            return findings[0].code if findings else ""
        return ""

    def believed(self, unit: str, at: int, as_of: int | None = None) -> Any:
        """What the registry says of that instant, by what it had been told until `as_of`."""
        then = None if as_of is None else as_of * MILLISECOND
        line = around(self.engine, self.bundle.standard, at * MILLISECOND, then)
        return line.at(EquipmentPath(unit), at * MILLISECOND).members


def published(decision: Decision) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(decision.payload) if isinstance(decision, Publish) else {"decided": decision}
    return body


def pattern_of(pattern: Pattern) -> ShiftPattern:
    since = date.fromordinal(pattern.since) if pattern.since else None
    until = date.fromordinal(pattern.until) if pattern.until < 10**7 else None
    crews = " ".join(pattern.crews) or None
    name, days = pattern.id, pattern.days
    turn = pattern.turn or None
    return ShiftPattern(pattern.where, name, days, pattern.start, pattern.stop, crews, since, until, turn)


def _record(fact: Fact) -> Record:
    fields: dict[str, Any] = {"id": fact.id, "product": fact.product, "order": fact.order}
    if fact.kind == "batch":
        fields |= {"start": fact.start * MILLISECOND, "stop": None if fact.stop is None else fact.stop * MILLISECOND}
    kind: Any = fact.kind
    given = {name: value for name, value in fields.items() if value is not None}
    return Record(kind, EquipmentPath(fact.unit), fact.at * MILLISECOND, given)
