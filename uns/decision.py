"""Decisions: what becomes of a sample. Each carries all that is needed to explain it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from uns.address import Step
from uns.context.values import Context, Record
from uns.envelope import Pair
from uns.finding import Finding
from uns.message import Sample
from uns.naming.resolution import Target
from uns.naming.rule import Rule


@dataclass(slots=True, init=False)
class Publish:
    """A governed message; `findings` are those of mode `warn` and notes."""

    sample: Sample
    step: Step
    payload: bytes
    id: str
    """Of the reading: 32 hexadecimal digits."""
    more: tuple[Pair, ...]
    """The user properties that this message alone has, but for the id."""
    retain: bool
    value: Any
    """The governed value, or the fields of an object: what duplicates are compared by, together with `quality`."""
    quality: str
    context: Context
    findings: tuple[Finding, ...]

    def __init__(
        self, sample: Sample, step: Step, payload: bytes,
        id: str,  # noqa: A002 - the property is called so
        more: tuple[Pair, ...], retain: bool, value: Any, quality: str, context: Context,
        findings: tuple[Finding, ...] = (),
    ) -> None:  # fmt: skip
        self.sample, self.step, self.payload, self.id, self.more = sample, step, payload, id, more
        self.retain, self.value, self.quality, self.context = retain, value, quality, context
        self.findings = findings

    @property
    def target(self) -> Target:
        return self.step.target

    @property
    def rule(self) -> Rule:
        return self.step.terms.rule

    @property
    def topic(self) -> str:
        return self.step.topic

    @property
    def properties(self) -> tuple[Pair, ...]:
        """All user properties."""
        return ("id", self.id), *self.step.pairs, *self.more


@dataclass(slots=True)
class Recorded:
    """Something for the registry, judged on the timeline; the caller lets it take effect there."""

    sample: Sample
    target: Target
    rule: Rule
    record: Record
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class Reject:
    """Not fit to be published: kept in quarantine with its raw message and these findings."""

    sample: Sample | None
    rule: Rule | None
    findings: tuple[Finding, ...]
    target: Target | None = None


@dataclass(slots=True)
class Ignore:
    """Dropped: `reason` is the rule (`dallas/drop`), or tombstone, retained, source, unmatched, lookup, empty."""

    sample: Sample | None
    rule: Rule | None
    reason: str


@dataclass(slots=True)
class Observe:
    """Counted only, as mode `observe` says; `would` is what `enforce` would have decided."""

    would: Publish | Recorded | Reject


Decision = Publish | Recorded | Reject | Ignore | Observe
