"""What becomes of a raw message and why, step by step, each step with its place in a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from uns.bundle import Bundle, Route, Step
from uns.context.timeline import Timeline
from uns.context.values import Context
from uns.contextualize import contextualize
from uns.decision import Decision, Ignore, Observe, Publish, Recorded, Reject
from uns.decode import NO_BIRTHS, Births
from uns.decode.source import TimeSpec
from uns.decode.spelling import shown
from uns.decode.times import epoch_unit, form
from uns.draw import draw_value
from uns.equipment import EquipmentPath
from uns.finding import FilePlace, Finding
from uns.instant import Instant, rfc3339
from uns.message import RawMessage, Sample
from uns.naming.near import Near, near
from uns.naming.resolution import Joined, Target
from uns.naming.rule import Rule


class Line(NamedTuple):
    """One line of an explanation: the step, where it stands, what it is, and what it did."""

    step: str
    subject: str = ""
    detail: str = ""
    place: FilePlace | None = None

    def as_json(self) -> dict[str, Any]:
        where = self.place.as_json() if self.place else None
        return {"step": self.step, "subject": self.subject, "detail": self.detail, "where": where}


class Explanation(NamedTuple):
    raw: RawMessage
    lines: tuple[Line, ...]
    decisions: tuple[Decision, ...]
    bundle: str
    context: str
    """The registry revision that batch, shift and product come from."""

    @property
    def is_rejected(self) -> bool:
        return any(isinstance(each, Reject) for each in self.decisions)

    def as_json(self) -> dict[str, Any]:
        return {
            "topic": self.raw.topic,
            "received": rfc3339(self.raw.received),
            "bundle": self.bundle,
            "context": self.context,
            "steps": [line.as_json() for line in self.lines],
            "outcomes": [outcome_json(each) for each in self.decisions],
        }


def explain(raw: RawMessage, bundle: Bundle, timeline: Timeline, births: Births = NO_BIRTHS) -> Explanation:
    """The message goes through the very line that the service runs; its decisions tell how they came about."""
    decisions, _ = contextualize(raw, bundle, timeline, births)
    return Explanation(
        raw, tuple(_lines(raw, bundle, timeline, decisions)), tuple(decisions), bundle.revision, timeline.revision
    )


def _lines(raw: RawMessage, bundle: Bundle, timeline: Timeline, decisions: list[Decision]) -> Iterator[Line]:
    size = "1 byte" if len(raw.payload) == 1 else f"{len(raw.payload)} bytes"
    yield Line("message", f"{raw.topic} · {size}", "retained" if raw.retained else "")
    route = bundle.route(raw.topic)
    if route is not None:
        yield _source(route)
    last: Sample | None = None
    for decision in decisions:
        inner = decision.would if isinstance(decision, Observe) else decision
        if inner.sample is not None and inner.sample is not last:
            yield from _sample(inner.sample, route)
            yield from _rule(inner, route)
            last = inner.sample
        yield from _target(inner, bundle, timeline, route)
        yield from _outcome(inner, "observe " if isinstance(decision, Observe) else "", bundle, route)


def _source(route: Route) -> Line:
    source = route.source
    parts = [f"read {source.read}"] if source.read != "json" else []
    parts += [f"each {', '.join(each.text for each in source.each)}"] if source.each else []
    parts += [f"value {source.value.text}"] if source.value is not None and source.value.text != "." else []
    parts += [f"time {', '.join(each.text for each in source.time.at)}"] if source.time.at else ["time received"]
    return Line("source", ", ".join(source.topics), ", ".join(parts), source.place)


def _sample(sample: Sample, route: Route | None) -> Iterator[Line]:
    if sample.undecoded:
        return
    unread = {each.code for each in sample.findings}
    when = "" if unread & {"time-missing", "time-implausible"} else f" at {rfc3339(sample.time)}{_clock(sample, route)}"
    quality = "" if sample.quality == "good" else f"quality {sample.quality}"
    tag = f"tag {sample.tag}" if sample.tag is not None else ""
    if not unread & {"value-missing", "payload-syntax"}:
        yield Line("sample", f"{shown(sample.value)}{when}", ", ".join(filter(None, (tag, quality))))
    yield from _findings(sample.findings, route)


def _clock(sample: Sample, route: Route | None) -> str:
    """Whose word the time is, or in which unit the machine counts."""
    if sample.clock:
        words = {"received": "the receive time", "replaced": "the receive time, its own is not believed"}
        return f" ({words.get(sample.clock, f'clock {sample.clock}')})"
    time = route.source.time if route else TimeSpec()
    read = form(time.as_, "UTC")
    values = [pointer.find(sample.reading) for pointer in time.at]
    units = [epoch_unit(value, time.as_) for value in values if read(value, sample.time) == sample.time]
    return f" (epoch {units[0]})" if units and units[0] else ""


def _rule(decision: Decision, route: Route | None) -> Iterator[Line]:
    sample = decision.would.sample if isinstance(decision, Observe) else decision.sample
    rule = decision.would.rule if isinstance(decision, Observe) else decision.rule
    if route is None or sample is None or sample.undecoded:
        return
    if rule is not None:
        captures = route.resolver.resolve(sample.topic, sample.tag).captures
        yield Line("rule", rule.id, _pairs(captures, _captured(rule)), rule.place)
        return
    yield Line("rule", "none takes this address (rule-none); nearest:")
    for each in near(route.file, sample.topic, sample.tag):
        yield from _near(each)


def _near(each: Near) -> Iterator[Line]:
    yield Line("", each.rule.id, f"stops at {each.stops}", each.rule.place)
    if each.remedy:
        yield Line("", f"→ {each.remedy}")


def _captured(rule: Rule) -> tuple[str, ...]:
    return rule.topic.captures + (rule.tag.captures if rule.tag else ())


def _pairs(values: Any, names: tuple[str, ...]) -> str:
    return " ".join(f"{name}={values[name]}" for name in names if name in values)


def _target(decision: Decision, bundle: Bundle, timeline: Timeline, route: Route | None) -> Iterator[Line]:
    if isinstance(decision, (Ignore, Observe)) or decision.target is None or decision.sample is None:
        return
    target, sample = decision.target, decision.sample
    for joined in target.joined:
        yield _lookup(joined)
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
    steps = bundle.plan(route, sample).steps
    same = [each for each in steps if isinstance(each, Step) and each.target == target]
    return draw_value(sample, same[0], bundle)[0] if same else None


def _lookup(joined: Joined) -> Line:
    lookup, row = joined
    cells = dict(zip(lookup.columns, row.cells, strict=True))
    names = tuple(column for column in lookup.columns if column not in lookup.key and cells[column])
    return Line("lookup", lookup.name, _pairs(cells, names), lookup.place_of(row))


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


def _outcome(decision: Decision, prefix: str, bundle: Bundle, route: Route | None) -> Iterator[Line]:
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
            yield Line(f"{prefix}record", decision.record.kind + where, _pairs(fields, tuple(fields)))
        case Reject():
            yield from _later(decision, route)
            yield Line(f"{prefix}quarantine")
        case Ignore():
            place = decision.rule.place if decision.rule else None
            yield Line("ignore", decision.rule.id if decision.rule else decision.reason, "", place)


def _later(decision: Publish | Recorded | Reject, route: Route | None) -> Iterator[Line]:
    """What was found after decoding and naming: the rest was told beside its step."""
    told = decision.sample.findings if decision.sample and not decision.sample.undecoded else ()
    return _findings([each for each in decision.findings if each not in told and each.code != "rule-none"], route)


_READ_BY: Final = {"time": "time", "tag": "tag", "value": "value", "payload-no-reading": "each"}
"""Beginning of a finding's code → the key of the source that it is about."""


def _findings(findings: Iterable[Finding], route: Route | None) -> Iterator[Line]:
    for each in findings:
        key = _READ_BY.get(each.code) or _READ_BY.get(each.code.partition("-")[0], "")
        place = route.source.places.get(key) if route else None
        yield Line(each.severity.value, f"{each.message} ({each.code})")
        yield Line("", f"→ {each.remedy}" + (f", {place}" if place else ""))


def outcome_json(decision: Decision) -> dict[str, Any]:
    """A decision as REST and `--json` show it."""
    match decision:
        case Publish():
            return {
                "outcome": "publish",
                "topic": decision.topic,
                "payload": decision.payload.decode("utf-8", "replace"),
                "properties": dict(decision.properties),
                "retain": decision.retain,
                "findings": [each.as_json() for each in decision.findings],
            }
        case Recorded():
            record = decision.record
            return {
                "outcome": "record",
                "kind": record.kind,
                "equipment": record.equipment,
                "at": rfc3339(record.at),
                "fields": dict(record.fields),
                "findings": [each.as_json() for each in decision.findings],
            }
        case Reject():
            return {"outcome": "reject", "findings": [each.as_json() for each in decision.findings]}
        case Ignore():
            return {"outcome": "ignore", "reason": decision.reason}
        case Observe():
            return {"outcome": "observe", "would": outcome_json(decision.would)}
