"""One sample and one target: drawn, enriched, validated; then published, recorded or rejected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from uns.address import Step
from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.context.values import Context, Record
from uns.decision import Publish, Recorded, Reject
from uns.decode import BY_RECEIPT
from uns.draw import Drawn, draw_document, draw_fields, draw_record, draw_value
from uns.enrich import enrich, unregistered
from uns.envelope import Pair
from uns.finding import Finding, SamplePlace, Severity, found
from uns.message import ABSENT, BAD, UNCERTAIN, Quality, RawMessage, Sample, Value
from uns.naming.resolution import Target
from uns.naming.rule import Rule
from uns.naming.standard import Contract
from uns.render import (
    body_of,
    codes_of,
    document_of,
    document_properties,
    frame_of,
    framed,
    identity,
    payload_of,
    value_of,
)
from uns.schema.validator import Validator
from uns.schema.words import Violation, pointer

PUBLISHED_WITH_WARNING: Final = frozenset(
    {
        "value-out-of-range",
        "value-not-listed",
        "contract-violated",
        "payload-schema",
        "context-missing",
        "context-stale",
        "equipment-unregistered",
    }
)
"""What mode `warn` lets pass; everything else is quarantined as under `enforce`."""


class Situation:
    """What all decisions of one message share. `ahead` is the timeline as its records leave it."""

    __slots__ = ("ahead", "bundle", "raw", "timeline")

    def __init__(self, raw: RawMessage, bundle: Bundle, timeline: Timeline) -> None:
        self.raw, self.bundle, self.timeline, self.ahead = raw, bundle, timeline, timeline


def decide(sample: Sample, step: Step, now: Situation) -> Publish | Recorded | Reject:
    """What becomes of the sample at this target under mode `enforce` or `warn`."""
    terms = step.terms
    contract = terms.contract
    if contract is None:
        return _record(sample, step, now)
    drawn = draw_value(sample, step, now.bundle) if contract.shape == "value" else _draw(sample, step, contract, now)
    value, quality, findings = drawn
    context, wanting = enrich(sample, step, now.timeline)
    if sample.clock == "backlog":
        quality = quality.at_most(UNCERTAIN)
    frame = step.frame
    body: Any = ABSENT
    payload = framed(frame, sample, value, quality, context) if frame is not None and not findings else None
    if payload is None:
        body = _body(sample, step.target, contract, drawn, quality, context)
        wanting += _violations(sample, terms.validator, contract, drawn, body)
    warned = ""
    if sample.findings or findings or wanting:
        findings = _unread(sample, contract) + findings + wanting
        grave = [each for each in findings if each.severity is Severity.ERROR]
        if grave:
            if not _lets_pass(terms.rule, grave):
                return Reject(sample, terms.rule, findings, step.target)
            warned, payload = codes_of(grave), None
            quality = quality.at_most(UNCERTAIN)
            body = _body(sample, step.target, contract, drawn, quality, context)
    more = now.timeline.provenance
    if warned or sample.clock or contract.shape == "document":
        more += _more(sample, contract, quality, context, now.raw, warned)
    if payload is None:
        payload = document_of(now.raw, sample) if contract.shape == "document" else payload_of(body)
        if not findings and contract.shape == "value" and sample.code is None and terms.judges_alike:
            step.frame = frame_of(body, context, quality)
    return Publish(
        sample, step, payload, identity(now.raw, sample), more, contract.retain, value, quality._value_, context,
        findings,
    )  # fmt: skip


def _violations(
    sample: Sample, validator: Validator | None, contract: Contract, drawn: Drawn, body: Any
) -> tuple[Finding, ...]:  # fmt: skip
    """What the contract's schema has against the payload."""
    if body is ABSENT or validator is None or validator.is_valid(body):
        return ()
    value, _, findings = drawn
    refused = _refused(value) if findings and contract.shape == "object" else frozenset()
    return tuple(_violated(sample, each) for each in validator.violations(body) if each.pointer not in refused)


def _draw(sample: Sample, step: Step, contract: Contract, now: Situation) -> Drawn:
    if contract.shape == "object":
        return draw_fields(sample, step.target, step.terms.meaning.decimal)
    return draw_document(sample, now.raw)


def _unread(sample: Sample, contract: Contract | None) -> tuple[Finding, ...]:
    """What decoding found, but for a missing value where no value is wanted."""
    if contract is not None and contract.shape == "value":
        return sample.findings
    return tuple(each for each in sample.findings if each.code != "value-missing")


def _body(
    sample: Sample, target: Target, contract: Contract, drawn: Drawn, quality: Quality, context: Context
) -> Any:  # fmt: skip
    """What the contract's schema judges; ABSENT where there is no value to write."""
    value, _, findings = drawn
    if contract.shape == "value":
        if value is None and (findings or quality is not BAD):
            return ABSENT
        unit = target.name.unit if target.name is not None else None
        return value_of(sample, value, unit, quality, context)
    return value if contract.shape == "document" else body_of(sample, value, quality, context)


def _refused(fields: Mapping[str, Value]) -> frozenset[str]:
    """Pointers to the fields that the dictionary refused: the schema need not say so again."""
    return frozenset(pointer([name]) for name, value in fields.items() if value is None)


def _lets_pass(rule: Rule, findings: Iterable[Finding]) -> bool:
    return rule.mode == "warn" and all(each.code in PUBLISHED_WITH_WARNING for each in findings)


def _violated(sample: Sample, violation: Violation) -> Finding:
    where = SamplePlace(sample.topic, sample.tag, violation.pointer, "governed")
    return found("contract-violated", violation.message, violation.remedy, where)


def _more(
    sample: Sample, contract: Contract, quality: Quality, context: Context, raw: RawMessage, warned: str
) -> tuple[Pair, ...]:  # fmt: skip
    """The user properties that few messages have."""
    more: tuple[Pair, ...] = ()
    if contract.shape == "document":
        more += document_properties(sample, quality, context)
    if sample.clock:
        more += (("clock", sample.clock),)
        if raw.redelivered and sample.clock in BY_RECEIPT:
            more += (("redelivered", "true"),)
    return (*more, ("findings", warned)) if warned else more


def _record(sample: Sample, step: Step, now: Situation) -> Recorded | Reject:
    target, rule = step.target, step.terms.rule
    kind = rule.record
    assert kind is not None
    route = now.bundle.route(now.raw.topic)
    assert route is not None
    fields, _, wrong = draw_record(sample, target, now.raw, route.source)
    where = SamplePlace(sample.topic, sample.tag)
    findings = _unread(sample, None) + wrong
    if step.terms.registered and target.equipment is not None and not now.timeline.knows(target.equipment):
        findings += (unregistered(sample, target.equipment),)
    if findings and not _lets_pass(rule, findings):
        return Reject(sample, rule, findings, target)
    record = Record(kind, target.equipment, sample.time, fields)
    ahead, refusals = now.ahead.take(record, target.parallel, where)
    if any(each.severity is Severity.ERROR for each in refusals):
        return Reject(sample, rule, findings + refusals, target)
    if rule.mode != "observe":
        now.ahead = ahead
    return Recorded(sample, target, rule, record, findings + refusals)
