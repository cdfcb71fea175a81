"""One sample and one target: drawn, enriched, validated; then published, recorded or rejected."""

from __future__ import annotations

from typing import Any, Final

from uns.bundle import Bundle, Step
from uns.context.timeline import Timeline
from uns.context.values import Context, Record
from uns.decision import Publish, Recorded, Reject
from uns.decode import BY_RECEIPT
from uns.draw import Drawn, draw_document, draw_fields, draw_record, draw_value
from uns.enrich import enrich
from uns.finding import Finding, SamplePlace, Severity, found
from uns.message import BAD, UNCERTAIN, Quality, RawMessage, Sample
from uns.naming.standard import Contract
from uns.render import (
    Properties,
    body_of_fields,
    body_of_value,
    codes_of,
    document_of,
    document_properties,
    identity,
    payload_of,
)
from uns.schema.words import Violation

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
    contract = step.target.contract
    if contract is None:
        return _record(sample, step, now)
    drawn = _draw(sample, step, contract, now)
    value, quality, findings = drawn
    context, wanting = enrich(sample, step, now.timeline)
    if sample.clock == "backlog":
        quality = quality.at_most(UNCERTAIN)
    body = _body(sample, step, contract, drawn, quality, context)
    if body is not None and step.validator is not None and not step.validator.is_valid(body):
        wanting += tuple(_violated(sample, each) for each in step.validator.violations(body))
    warned = ""
    if sample.findings or findings or wanting:
        findings = _unread(sample, contract) + findings + wanting
        grave = [each for each in findings if each.severity is Severity.ERROR]
        if grave:
            if step.rule.mode != "warn" or not all(each.code in PUBLISHED_WITH_WARNING for each in grave):
                return Reject(sample, step.rule, findings, step.target)
            warned = codes_of(grave)
            quality = quality.at_most(UNCERTAIN)
            body = _body(sample, step, contract, drawn, quality, context)
    properties = _properties(sample, step, contract, quality, context, now)
    if warned:
        properties.append(("findings", warned))
    payload = document_of(now.raw, sample) if contract.shape == "document" else payload_of(body)
    return _new(
        Publish,
        (
            sample, step.target, step.rule, step.target.topic, payload, properties, contract.retain, value,
            str(quality), context, findings,
        ),
    )  # fmt: skip


_new: Final = tuple.__new__
"""Makes a named tuple at half the cost of calling its class."""


def _draw(sample: Sample, step: Step, contract: Contract, now: Situation) -> Drawn:
    if contract.shape == "value":
        return draw_value(sample, step, now.bundle)
    if contract.shape == "object":
        return draw_fields(sample, step.target, step.meaning.decimal)
    return draw_document(sample, now.raw)


def _unread(sample: Sample, contract: Contract | None) -> tuple[Finding, ...]:
    """What decoding found, but for a missing value where no value is wanted."""
    if contract is not None and contract.shape == "value":
        return sample.findings
    return tuple(each for each in sample.findings if each.code != "value-missing")


def _body(sample: Sample, step: Step, contract: Contract, drawn: Drawn, quality: Quality, context: Context) -> Any:
    """What the contract's schema judges; None where there is no value to write."""
    value, _, findings = drawn
    if contract.shape == "document":
        return value
    if contract.shape == "object":
        return body_of_fields(sample, value, quality, context)
    if value is None and (findings or quality is not BAD):
        return None
    unit = step.target.name.unit if step.target.name else None
    return body_of_value(sample, value, unit, quality, context)


def _violated(sample: Sample, violation: Violation) -> Finding:
    where = SamplePlace(sample.topic, sample.tag, violation.pointer, "governed")
    return found("contract-violated", violation.message, violation.remedy, where)


def _properties(
    sample: Sample, step: Step, contract: Contract, quality: Quality, context: Context, now: Situation
) -> Properties:
    raw = now.raw
    properties = [("id", identity(raw, sample)), *step.properties, ("context", now.timeline.revision)]
    if contract.shape == "document":
        properties += document_properties(sample, quality, context)
    if sample.clock:
        properties.append(("clock", sample.clock))
        if raw.redelivered and sample.clock in BY_RECEIPT:
            properties.append(("redelivered", "true"))
    return properties


def _record(sample: Sample, step: Step, now: Situation) -> Recorded | Reject:
    kind, target = step.rule.record, step.target
    assert kind is not None
    drawn = draw_record(sample, step, now.raw)
    where = SamplePlace(sample.topic, sample.tag)
    findings = _unread(sample, None) + drawn.findings
    if findings:
        return Reject(sample, step.rule, findings, target)
    record = Record(kind, target.equipment, sample.time, drawn.value)
    ahead, refusals = now.ahead.take(record, target.parallel, where)
    if any(each.severity is Severity.ERROR for each in refusals):
        return Reject(sample, step.rule, refusals, target)
    if step.rule.mode != "observe":
        now.ahead = ahead
    return Recorded(sample, target, step.rule, record, refusals)
