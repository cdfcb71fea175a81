"""What a sample becomes: its value after conversion, its context, the contract and the outcome."""

from __future__ import annotations

from collections.abc import Iterator

from uns.address import Route, Step
from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.context.values import Context
from uns.decision import Decision, Ignore, Observe, Publish, Recorded, Reject
from uns.decode.spelling import shown
from uns.draw import draw_value
from uns.equipment import EquipmentPath
from uns.explain.called import lookup_line, pairs
from uns.explain.line import Line
from uns.explain.reading import finding_lines
from uns.finding import FilePlace
from uns.instant import Instant, rfc3339
from uns.message import Sample
from uns.naming.resolution import Target


def target_lines(decision: Decision, bundle: Bundle, timeline: Timeline, route: Route | None) -> Iterator[Line]:
    if isinstance(decision, (Ignore, Observe)) or decision.target is None or decision.sample is None:
        return
    target, sample = decision.target, decision.sample
    for joined in target.joined:
        yield lookup_line(joined)
    value = decision.value if isinstance(decision, Publish) else _refused(sample, target, bundle, route)
    if value is not None:
        converted = _converted(sample, target, value)
        if converted:
            yield Line("convert", converted)
    if target.contract is not None and target.equipment is not None:
        context = decision.context if isinstance(decision, Publish) else timeline.at(target.equipment, sample.time)
        yield from _context(context, target.equipment, bundle.standard.root)
    if target.contract is not None:
        violated = any(each.code == "contract-violated" for each in decision.findings)
        unjudged = isinstance(decision, Reject) and target.contract.shape == "value" and value is None
        verdict = "violated" if violated else "not judged: there is no value" if unjudged else "holds"
        place = FilePlace(f"{bundle.documents.schemas_at}/{target.contract.schema}")
        yield Line("contract", str(target.contract), verdict, place)


def _refused(sample: Sample, target: Target, bundle: Bundle, route: Route | None) -> object:
    """What a rejected sample's value comes to all the same; None where it comes to none."""
    if route is None or target.contract is None or target.contract.shape != "value":
        return None
    steps = bundle.plan(bundle.address(sample.topic), sample).steps
    same = [each for each in steps if isinstance(each, Step) and each.target == target]
    return draw_value(sample, same[0], bundle)[0] if same else None


def _converted(sample: Sample, target: Target, value: object) -> str:
    raw, name = shown(sample.value), target.name
    if isinstance(value, dict) or name is None:
        return ""
    if target.bit is not None:
        return f"bit {target.bit} of {raw} → {shown(value)}"
    if target.states is not None:
        return f"{raw} → {shown(value)} (states {target.states.name})"
    unit = target.unit.code if target.unit else sample.unit
    if unit is None or unit == name.unit:
        return ""
    return f"{raw} {unit} → {shown(value)} {name.unit}"


def _context(context: Context, equipment: EquipmentPath, root: str) -> Iterator[Line]:
    batch, shift, product = context.batch, context.shift, context.product
    if batch is not None:
        span = f"{rfc3339(batch.start)} – {_until(batch.stop)}"
        yield Line("context", f"batch {batch.id}", f"{span}  {root}/{batch.equipment}{_up(equipment, batch.equipment)}")
    if shift is not None:
        crew = f", crew {shift.crew}" if shift.crew else ""
        yield Line("context", f"shift {shift.id}", f"{shift.date}{crew}")
    if product is not None:
        yield Line("context", f"product {product.id}", f"{product.name or ''} (from the batch)".strip())
    if context.ambiguous:
        yield Line("context", f"{len(context.ambiguous)} batches run at once", ", ".join(context.ambiguous[:5]))
    if batch is None and shift is None and not context.ambiguous:
        yield Line("context", "none", f"no batch, shift or product on {root}/{equipment} or above it then")


def _until(stop: Instant | None) -> str:
    return "open" if stop is None else rfc3339(stop)


def _up(equipment: EquipmentPath, found_at: str) -> str:
    levels = equipment.count("/") - found_at.count("/")
    return f" ({levels} level{'s' if levels > 1 else ''} up)" if levels else ""


def outcome_lines(decision: Decision, prefix: str, bundle: Bundle, route: Route | None) -> Iterator[Line]:
    match decision:
        case Publish():
            yield from _later(decision, route)
            yield Line(f"{prefix}publish", decision.topic, "retained" if decision.retain else "")
            payload = decision.payload[:2000].decode("utf-8", "replace")
            yield Line("", payload + ("…" if len(decision.payload) > 2000 else ""))
        case Recorded():
            where = f" on {bundle.standard.root}/{decision.record.equipment}" if decision.record.equipment else ""
            fields = {k: rfc3339(v) if k in ("start", "stop") else v for k, v in decision.record.fields.items()}
            yield from _later(decision, route)
            yield Line(f"{prefix}record", decision.record.kind + where, pairs(fields, tuple(fields)))
        case Reject():
            yield from _later(decision, route)
            yield Line(f"{prefix}quarantine")
        case Ignore():
            place = decision.rule.place if decision.rule else None
            yield Line("ignore", decision.rule.id if decision.rule else decision.reason, "", place)


def _later(decision: Publish | Recorded | Reject, route: Route | None) -> Iterator[Line]:
    """What was found after decoding and naming: the rest was told beside its step."""
    told = decision.sample.findings if decision.sample and not decision.sample.undecoded else ()
    return finding_lines([each for each in decision.findings if each not in told and each.code != "rule-none"], route)
