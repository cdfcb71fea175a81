"""The cases inside rule files: a message goes through the straight line, and its outcomes are held to `expect`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, NamedTuple

from uns.bundle import Bundle
from uns.cases.held_to import differences, outcome
from uns.context.timeline import Timeline
from uns.context.values import Batch, Product, Shift
from uns.contextualize import contextualize
from uns.decision import Decision, Ignore, Observe
from uns.decode import NO_BIRTHS, Births, reader
from uns.decode.source import ClockLimits
from uns.equipment import EquipmentPath
from uns.finding import Finding, found
from uns.instant import EARLIEST, LATEST, Instant
from uns.message import RawMessage
from uns.naming.rule import Case, Rule

__all__ = ["Ran", "outcome", "run", "run_all", "untested"]

_ALWAYS: Final = (-(2**62), 2**62)
_BELIEVED: Final = ClockLimits(LATEST, LATEST - EARLIEST)


class Ran(NamedTuple):
    """A case after its run; without differences it passed."""

    case: Case
    decisions: tuple[Decision, ...]
    differences: tuple[str, ...]

    @property
    def finding(self) -> Finding | None:
        if not self.differences:
            return None
        name = f"{self.case.name}: " if self.case.name else ""
        remedy = "correct the rule or the case; `uns explain` shows each step"
        return found("test-failed", name + "; ".join(self.differences), remedy, self.case.place)


def run_all(bundle: Bundle, now: Instant) -> list[Ran]:
    """Every case of every rule file, in order."""
    return [run(case, bundle, now) for file in bundle.files for case in file.cases]


def run(case: Case, bundle: Bundle, now: Instant) -> Ran:
    """`now` is the receive time of a message that carries no time of its own."""
    births = NO_BIRTHS
    received = case.received if case.received is not None else _newest(case, bundle, now)
    sites = [EquipmentPath(site) for site in bundle.standard.sites]
    for receipt, (topic, payload) in enumerate(case.before):
        _, births = contextualize(RawMessage(topic, payload, received, receipt), bundle, _timeline(case, sites), births)
    raw = RawMessage(case.topic, case.payload, received, len(case.before), retained=case.retained)
    decisions, _ = contextualize(raw, bundle, _timeline(case, sites), births)
    equipment = {each for each in map(_equipment, decisions) if each is not None}
    if case.context and not equipment <= set(sites):
        decisions, _ = contextualize(raw, bundle, _timeline(case, [*sites, *sorted(equipment)]), births)
    shown = tuple(each.would if isinstance(each, Observe) else each for each in decisions)
    return Ran(case, shown, tuple(differences(case.expect, shown, bundle.standard.root)))


def untested(bundle: Bundle, ran: Iterable[Ran]) -> list[Finding]:
    """A note for each rule that no case reaches."""
    reached = {str(rule) for each in ran for decision in each.decisions if (rule := _rule(decision)) is not None}
    return [
        found("rule-untested", f"no case reaches `{rule.id}`", "add one under `tests`", rule.place)
        for file in bundle.files
        for rule in file.rules
        if str(rule) not in reached
    ]


def _rule(decision: Decision) -> Rule | None:
    return None if isinstance(decision, Observe) else decision.rule


def _equipment(decision: Decision) -> EquipmentPath | None:
    inner = decision.would if isinstance(decision, Observe) else decision
    target = None if isinstance(inner, Ignore) else inner.target
    return target.equipment if target else None


def _newest(case: Case, bundle: Bundle, now: Instant) -> Instant:
    """The newest event time in the message, whatever the source's clock limits; else now."""
    route = bundle.route(case.topic)
    if route is None or route.source.read == "ignore":
        return now
    births: Births = NO_BIRTHS
    read = reader(replace(route.source, clock=_BELIEVED))
    for topic, payload in case.before:
        _, births = read(RawMessage(topic, payload, now), births)
    samples, _ = read(RawMessage(case.topic, case.payload, now), births)
    own = [sample.time for sample in samples if sample.clock in ("", "ambiguous", "gap")]
    return max(own, default=now)


def _timeline(case: Case, equipment: Iterable[EquipmentPath]) -> Timeline:
    """What the case says the registry would say, on all the equipment and at every time."""
    batch, shift, product = (case.context.get(member) for member in ("batch", "shift", "product"))
    start, stop = _ALWAYS
    product_id = str(product["id"]) if product else None
    batches: list[Batch] = []
    if batch or product:
        known = batch or {"id": "(of the case)"}
        batches = [Batch(str(known["id"]), each, start, stop, product_id, known.get("order")) for each in equipment]
    return Timeline.build(
        revision="case",
        batches=batches,
        products=[Product(str(product["id"]), product.get("name"))] if product else (),
        shift_changes=[
            Shift(str(shift["id"]), str(shift.get("date", "1970-01-01")), start, stop, shift.get("crew"), each)
            for each in equipment
        ]
        if shift
        else (),
        equipment=equipment,
    )
