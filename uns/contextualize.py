"""The straight line: one raw message becomes decisions. It reads nothing but its arguments."""

from __future__ import annotations

from uns.address import Address, Route
from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.decide import Situation, decide
from uns.decision import Decision, Ignore, Observe, Publish, Recorded, Reject
from uns.decode import BY_RECEIPT, Births
from uns.finding import Finding, SamplePlace, found
from uns.message import RawMessage, Sample
from uns.naming.resolution import Refused


def contextualize(raw: RawMessage, bundle: Bundle, timeline: Timeline, births: Births) -> tuple[list[Decision], Births]:
    """What becomes of a raw message: one decision per sample, target and bit; one where it holds no sample.

    `births` is what stateful dialects announced before; it comes back as this message leaves it. Records of the
    message are judged each on what those before it made; its readings see the timeline as it was before it.
    """
    if not raw.payload:
        return [Ignore(None, None, "tombstone")], births
    address = bundle.address(raw.topic)
    route = address.route
    if route is None:
        return [Reject(None, None, (_sourceless(raw.topic, bundle),))], births
    if route.source.read == "ignore":
        return [Ignore(None, None, "source")], births
    if raw.retained and route.source.retained == "ignore":
        return [Ignore(None, None, "retained")], births
    samples, births = route.read(raw, births)
    if not samples:
        return [Ignore(None, None, "empty")], births
    now = Situation(raw, bundle, timeline)
    decisions: list[Decision] = []
    for sample in samples:
        _decide(sample, address, route, now, decisions)
    return decisions, births


def _sourceless(topic: str, bundle: Bundle) -> Finding:
    other = bundle.served_elsewhere(topic)
    if other is None:
        remedy = "add a source that takes it, then: uns quarantine replay --code source-none"
        return found("source-none", f"no source takes {topic}", remedy, SamplePlace(topic))
    message = f"no source takes {topic} here: it is one of `{other}`, which this instance does not serve"
    remedy = f"uns quarantine replay --code source-none: the instance that serves `{other}` takes it up"
    return found("source-none", message, remedy, SamplePlace(topic))


def _decide(sample: Sample, address: Address, route: Route, now: Situation, decisions: list[Decision]) -> None:
    """Resolved, then decided at each target; where no rule takes the sample, or none wants it, one decision."""
    if sample.undecoded:
        decisions.append(_undecoded(sample, route))
        return
    plan = now.bundle.plan(address, sample)
    only = plan.only
    rule = only.terms.rule if only is not None else plan.rule
    if only is None and plan.ignored is not None:
        decisions.append(Ignore(sample, rule, plan.ignored))
    elif now.raw.retained and route.source.retained == "timed" and sample.clock in BY_RECEIPT:
        decisions.append(Ignore(sample, rule, "retained"))
    elif only is not None:
        decided = decide(sample, only, now)
        decisions.append(Observe(decided) if only.terms.rule.mode == "observe" else decided)
    elif rule is None or plan.findings:
        unnamed = rule is None and any(each.code == "tag-missing" for each in sample.findings)
        reject = Reject(sample, rule, sample.findings if unnamed else sample.findings + plan.findings)
        decisions.append(Observe(reject) if (rule or route.file).mode == "observe" else reject)
    else:
        for step in plan.steps:
            if isinstance(step, Refused):
                decision: Publish | Recorded | Reject = Reject(sample, rule, sample.findings + step.findings)
            else:
                decision = decide(sample, step, now)
            decisions.append(Observe(decision) if rule.mode == "observe" else decision)


def _undecoded(sample: Sample, route: Route) -> Decision:
    """A message that nobody could read: only a rule that ignores takes it."""
    rule = route.resolver.ignores_undecoded(sample.topic)
    if rule is not None:
        return Ignore(sample, rule, str(rule))
    reject = Reject(sample, None, sample.findings)
    return Observe(reject) if route.file.mode == "observe" else reject
