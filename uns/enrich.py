"""Which batch, shift and product a sample belongs to, and whether its contract can do without."""

from __future__ import annotations

from typing import Final

from uns.address import Step
from uns.context.timeline import Timeline
from uns.context.values import EMPTY, Context
from uns.decode.spelling import shown
from uns.equipment import EquipmentPath
from uns.finding import Finding, SamplePlace, found
from uns.instant import rfc3339
from uns.message import ABSENT, Sample

_TELL: Final = "where the payload names its own, say so in the rule with `batch:`"
_ENTER: Final = {
    "batch": "announce it, or enter it (`uns registry import batches`)",
    "product": "say of the batch what it makes (`uns registry import batches`)",
    "shift": "enter the calendar (`uns registry import shifts`)",
}

Enriched = tuple[Context, tuple[Finding, ...]]
"""The context, and what is wrong with it."""


def enrich(sample: Sample, step: Step, timeline: Timeline) -> Enriched:
    """Context by event time on the target's equipment, or by the batch that the payload names.

    A sample of the backlog has no event time and is older than its receive time: nobody knows its context.
    """
    terms = step.terms
    contract = terms.contract
    if contract is None:
        return EMPTY, ()
    if sample.clock == "backlog":
        context: Context | None = EMPTY
    elif terms.rule.batch is not None:
        context = _by_name(sample, step, timeline)
    else:
        answer, time = step.answer, sample.time
        if answer is None or answer.edition is not timeline.edition or not answer.since <= time < answer.until:
            answer = step.answer = timeline.answer(_equipment(step), time)
        context = answer.context
    if context is None:
        return EMPTY, (_unknown_batch(sample, step),)
    if not (context.ambiguous or contract.require or terms.registered):
        return context, ()
    return context, tuple(_wanting(sample, step, context, timeline))


def unregistered(sample: Sample, equipment: EquipmentPath) -> Finding:
    message, remedy = f"{equipment} is not in the registry", "register it: `uns registry import equipment`"
    return found("equipment-unregistered", message, remedy, SamplePlace(sample.topic, sample.tag))


def _equipment(step: Step) -> EquipmentPath:
    """What has a contract has equipment."""
    equipment = step.target.equipment
    assert equipment is not None
    return equipment


def _by_name(sample: Sample, step: Step, timeline: Timeline) -> Context | None:
    at = step.terms.rule.batch
    name = at.find(sample.reading) if at else ABSENT
    if not isinstance(name, (str, int)) or name == "":
        return None
    return timeline.of_batch(str(name), _equipment(step), sample.time)


def _unknown_batch(sample: Sample, step: Step) -> Finding:
    at = step.terms.rule.batch
    name, pointer = (at.find(sample.reading), at.place(sample.reading)) if at else (ABSENT, "")
    message = f"there is no batch {shown(name)} on {_equipment(step)}" if name else f"{pointer} names no batch"
    remedy = f"announce it, or enter it (`uns registry import batches`); {_again(step, 'batch-unknown')}"
    return found("batch-unknown", message, remedy, SamplePlace(sample.topic, sample.tag, pointer))


def _wanting(sample: Sample, step: Step, context: Context, timeline: Timeline) -> list[Finding]:
    where = SamplePlace(sample.topic, sample.tag)
    equipment, at = _equipment(step), rfc3339(sample.time)
    findings = []
    if context.ambiguous:
        message = f"{len(context.ambiguous)} batches run on {equipment} at {at}: {', '.join(context.ambiguous[:5])}"
        findings.append(found("batch-ambiguous", message, _TELL, where))
    if step.terms.registered and not timeline.knows(equipment):
        findings.append(unregistered(sample, equipment))
    for member in step.terms.contract.require if step.terms.contract else ():
        if member in context.members:
            continue
        if timeline.stale and member != "shift":
            message = f"no {member}: the registry has not been heard lately"
            remedy = f"`uns doctor` says why; {_again(step, 'context-stale')}"
            findings.append(found("context-stale", message, remedy, where))
        else:
            message = f"there is no {member} on {equipment} at {at}"
            first = _TELL if context.ambiguous and member != "shift" else _ENTER[member]
            remedy = f"{first}, or drop `{member}` from `require`; {_again(step, 'context-missing')}"
            findings.append(found("context-missing", message, remedy, where))
    return findings


def _again(step: Step, code: str) -> str:
    """What to do with readings that were kept once there is context for them."""
    return f"then: uns quarantine replay --rule {step.terms.rule} --code {code}"
