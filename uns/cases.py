"""The cases inside rule files: a message goes through the straight line, and its outcomes are held to `expect`."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.context.values import Batch, Product, Shift
from uns.contextualize import contextualize
from uns.decision import Decision, Ignore, Observe, Publish, Recorded, Reject
from uns.decode import NO_BIRTHS, Births, reader
from uns.decode.source import ClockLimits
from uns.decode.times import Stamp, form
from uns.equipment import EquipmentPath
from uns.finding import Finding, found, nearest
from uns.instant import EARLIEST, LATEST, SECOND, Instant, rfc3339
from uns.message import RawMessage
from uns.naming.rule import Case, Rule

_ALWAYS: Final = (-(2**62), 2**62)
_BELIEVED: Final = ClockLimits(LATEST, LATEST - EARLIEST)
_SHOWN: Final = 200
_TIMES: Final = ("timestamp", "start", "stop", "at")


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
    return Ran(case, shown, tuple(_differences(case, shown, bundle)))


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


def _differences(case: Case, decisions: tuple[Decision, ...], bundle: Bundle) -> Iterable[str]:
    if len(case.expect) != len(decisions):
        yield f"expected {_counted(len(case.expect))}, got {_counted(len(decisions))}: " + "; ".join(
            outcome(each, bundle.standard.root) for each in decisions[:5]
        )
        return
    for number, (expected, decision) in enumerate(zip(case.expect, decisions, strict=True), 1):
        label = f"outcome {number}: " if len(decisions) > 1 else ""
        for difference in _compared(expected, decision, bundle.standard.root):
            yield label + difference


def _counted(number: int) -> str:
    return f"{number} outcome" if number == 1 else f"{number} outcomes"


def outcome(decision: Decision, root: str) -> str:
    """A decision in a few words."""
    match decision:
        case Publish():
            return f"{decision.topic} {decision.payload[:120].decode('utf-8', 'replace')}"
        case Recorded():
            return f"record {decision.record.kind} on {root}/{decision.record.equipment}"
        case Reject():
            findings = ", ".join(f"{each.code} ({each.message})" for each in decision.findings)
            return f"reject {findings}"
        case Ignore():
            return f"ignore {decision.rule.id if decision.rule else decision.reason}"
        case Observe():
            return f"observe {outcome(decision.would, root)}"


def _compared(expected: Mapping[str, Any], decision: Decision, root: str) -> Iterable[str]:
    got = members(decision, root)
    kinds = [kind for kind in ("reject", "ignore", "record", "topic") if kind in expected]
    kind = kinds[0] if kinds else "topic"
    if kind not in got:
        yield f"expected {kind} {expected.get(kind, '')}, got {outcome(decision, root)}"
        return
    for name, wanted in expected.items():
        if name == "reject":
            if wanted not in got["reject"]:
                yield f"expected reject {wanted}, got {outcome(decision, root)}"
        elif name == "ignore":
            if wanted not in got["ignore"]:
                yield f"expected ignore {wanted}, got {outcome(decision, root)}"
        elif not _same(name, wanted, got.get(name)):
            yield f"{name}: expected {_shown(wanted)}, got {_shown(got[name]) if name in got else _instead(name, got)}"


def _instead(name: str, got: Mapping[str, Any]) -> str:
    likely = nearest(name[:60], got)
    return f"nothing; did you mean `{likely}`?" if likely else "nothing"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def members(decision: Decision, root: str) -> dict[str, Any]:
    """A decision as the members that `expect` can name."""
    match decision:
        case Publish():
            body = json.loads(decision.payload)
            own = body if isinstance(body, dict) else {"value": body}
            carried = {name: value for name, value in decision.properties if name not in own}
            return {**carried, **own, "topic": decision.topic, "tag": decision.sample.tag}
        case Recorded():
            record = decision.record
            where = {} if record.equipment is None else {"equipment": f"{root}/{record.equipment}"}
            fields = {name: rfc3339(value) if name in _TIMES else value for name, value in record.fields.items()}
            return {"record": record.kind, "at": rfc3339(record.at), **where, **fields, "tag": decision.sample.tag}
        case Reject():
            tag = decision.sample.tag if decision.sample else None
            return {"reject": [each.code for each in decision.findings], "tag": tag}
        case Ignore():
            names = [decision.reason, *([decision.rule.id, str(decision.rule)] if decision.rule else [])]
            return {"ignore": names, "tag": decision.sample.tag if decision.sample else None}
        case Observe():
            return members(decision.would, root)


def _same(name: str, wanted: Any, got: Any) -> bool:
    """Numbers to 1e-9 (relative, below 1 absolute), times as instants, of objects only the members named."""
    if isinstance(wanted, Mapping):
        return isinstance(got, Mapping) and all(_same(key, value, got.get(key)) for key, value in wanted.items())
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    if isinstance(wanted, (int, float)) and isinstance(got, (int, float)):
        return wanted == got or _close(wanted, got)
    if isinstance(wanted, (list, tuple)):
        return isinstance(got, list) and len(wanted) == len(got) and all(map(_same, [name] * len(got), wanted, got))
    return bool(wanted == got) or (name in _TIMES and _instant(wanted) == _instant(got) is not None)


def _close(wanted: float, got: float) -> bool:
    try:
        return math.isclose(wanted, got, rel_tol=1e-9, abs_tol=1e-9)
    except OverflowError:  # an integer beyond any double
        return False


def _instant(value: Any) -> Instant | None:
    read = form("auto", "UTC")(value, 2_000_000_000 * SECOND)
    return read.instant if isinstance(read, Stamp) else read
