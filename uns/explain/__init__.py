"""What becomes of a raw message and why, step by step, each step with its place in a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.contextualize import contextualize
from uns.decision import Decision, Observe, Reject
from uns.decode import NO_BIRTHS, Births
from uns.explain.called import rule_lines, sourceless_lines
from uns.explain.line import Line
from uns.explain.reading import sample_lines, source_line
from uns.explain.target import outcome_lines, target_lines
from uns.explain.told import outcome_json
from uns.instant import rfc3339
from uns.message import RawMessage, Sample

__all__ = ["Explanation", "Line", "explain", "outcome_json"]


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
        yield source_line(route)
    else:
        yield from sourceless_lines(raw.topic, bundle)
    last: Sample | None = None
    for decision in decisions:
        inner = decision.would if isinstance(decision, Observe) else decision
        if inner.sample is not None and inner.sample is not last:
            yield from sample_lines(inner.sample, route)
            yield from rule_lines(inner, route)
            last = inner.sample
        yield from target_lines(inner, bundle, timeline, route)
        yield from outcome_lines(inner, "observe " if isinstance(decision, Observe) else "", bundle, route)
