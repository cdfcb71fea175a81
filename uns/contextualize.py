"""The straight line: one raw message becomes decisions. It reads nothing but its arguments."""

from __future__ import annotations

from collections.abc import Iterator

from uns.bundle import Bundle, Route
from uns.context.timeline import Timeline
from uns.decide import Situation, decide
from uns.decision import Decision, Ignore, Observe, Publish, Recorded, Reject
from uns.decode import BY_RECEIPT, Births
from uns.finding import SamplePlace, found
from uns.message import RawMessage, Sample
from uns.naming.resolution import Refused
from uns.naming.rule import Mode


def contextualize(raw: RawMessage, bundle: Bundle, timeline: Timeline, births: Births) -> tuple[list[Decision], Births]:
    """What becomes of a raw message: one decision per sample, target and bit; one where it holds no sample.

    `births` is what stateful dialects announced before; it comes back as this message leaves it. Records of the
    message are judged each on what those before it made; its readings see the timeline as it was before it.
    """
    if not raw.payload:
        return [Ignore(None, None, "tombstone")], births
    route = bundle.route(raw.topic)
    if route is None:
        remedy = "add a source that takes it, then replay"
        finding = found("source-none", f"no source takes {raw.topic}", remedy, SamplePlace(raw.topic))
        return [Reject(None, None, (finding,))], births
    if route.source.read == "ignore":
        return [Ignore(None, None, "source")], births
    if raw.retained and route.source.retained == "ignore":
        return [Ignore(None, None, "retained")], births
    samples, births = route.read(raw, births)
    if not samples:
        return [Ignore(None, None, "empty")], births
    situation = Situation(raw, bundle, timeline)
    return [decision for sample in samples for decision in _decided(sample, route, situation)], births


def _decided(sample: Sample, route: Route, now: Situation) -> Iterator[Decision]:
    """Resolved, then decided at each target; where no rule takes the sample, or none wants it, one decision."""
    if sample.undecoded:
        rule = route.resolver.ignores_undecoded(sample.topic)
        reject = Reject(sample, None, sample.findings)
        yield Ignore(sample, rule, str(rule)) if rule else _under(route.file.mode, reject)
        return
    resolution, steps = now.bundle.plan(route, sample)
    rule = resolution.rule
    if resolution.ignored is not None:
        yield Ignore(sample, rule, resolution.ignored)
    elif now.raw.retained and route.source.retained == "timed" and sample.clock in BY_RECEIPT:
        yield Ignore(sample, rule, "retained")
    elif rule is None or resolution.findings:
        yield _under((rule or route.file).mode, Reject(sample, rule, sample.findings + resolution.findings))
    else:
        for step in steps:
            if isinstance(step, Refused):
                yield _under(rule.mode, Reject(sample, rule, sample.findings + step.findings))
            else:
                yield _under(rule.mode, decide(sample, step, now))


def _under(mode: Mode, decision: Publish | Recorded | Reject) -> Decision:
    return Observe(decision) if mode == "observe" else decision
