"""What an address comes to under a bundle: worked out with its first sample, at hand for all that follow.

There are as many of these as addresses, and each message reads another one: what it asks for stands first and together,
and what many addresses share is one value.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from uns.context.answer import Answer
from uns.convert import Meaning
from uns.decode import Births, Reader
from uns.decode import reader as made
from uns.decode.fault import undecoded
from uns.decode.source import Source
from uns.envelope import Envelope, Provenance
from uns.finding import Finding, SamplePlace, found
from uns.message import RawMessage, Sample
from uns.naming.resolution import Refused, Target
from uns.naming.resolve import Resolver
from uns.naming.rule import Rule, RuleFile
from uns.naming.standard import Contract
from uns.render import Frame
from uns.schema.catalog import Catalog
from uns.schema.validator import Validator
from uns.schema.words import Violation


class Terms:
    """Under which a target publishes or records: the same for all addresses of a rule whose values mean the same."""

    __slots__ = ("contract", "meaning", "provenance", "registered", "rule", "validator")

    def __init__(
        self, rule: Rule, meaning: Meaning, provenance: Provenance, contract: Contract | None = None,
        validator: Validator | None = None, registered: bool = False,
    ) -> None:  # fmt: skip
        self.rule, self.meaning, self.provenance, self.contract = rule, meaning, provenance, contract
        self.validator = validator
        self.registered = registered
        """Whether a level of the path demands the equipment in the registry."""

    @property
    def judges_alike(self) -> bool:
        return self.validator is not None and self.validator.indifferent


class Step(Envelope):
    """One target of an address."""

    __slots__ = ("answer", "frame", "memory", "target", "terms")

    def __init__(self, target: Target, source: str, terms: Terms) -> None:
        super().__init__(target.topic or "", source, terms.provenance)
        self.memory: Any = None
        """What the publisher remembers of the topic, at hand: it need not look for it with every message."""
        self.answer: Answer | None = None
        """The timeline's last one for its equipment."""
        self.frame: Frame | None = None
        """Of its last payload, where the contract judges all alike that differ from that in time and value only."""
        self.terms, self.target = terms, target


class Plan:
    """What an address comes to: of its resolution what every message asks."""

    __slots__ = ("findings", "ignored", "known", "only", "rule", "steps")

    def __init__(self) -> None:
        self.only: Step | None = None
        """The step, where there is just one and nothing else to say."""
        self.known = False
        """Whether it has been worked out: with the first sample."""
        self.rule: Rule | None = None
        self.ignored: str | None = None
        self.findings: tuple[Finding, ...] = ()
        self.steps: tuple[Step | Refused, ...] = ()


NO_TAGS: Final[dict[str, Plan]] = {}
"""One for all addresses without: nobody writes into it."""


class Address(Plan):
    """A raw topic: who takes it, and what its samples come to, those without a tag and, by their tags, the others."""

    __slots__ = ("route", "tagged")

    def __init__(self, route: Route | None) -> None:
        super().__init__()
        self.route = route
        self.tagged = NO_TAGS


class Route:
    """A rule file and the source of it that takes a topic."""

    def __init__(self, file: RuleFile, source: Source, resolver: Resolver, catalog: Catalog) -> None:
        self.file, self.source, self.resolver = file, source, resolver
        self._reader: Reader | None = None
        """Made with the first message, by hand: compiled, a cached property would be made with every message."""
        self.schema = (
            catalog.validator(source.schema) if source.schema is not None and source.schema in catalog else None
        )

    def read(self, raw: RawMessage, births: Births) -> tuple[list[Sample], Births]:
        """The message's samples; what the raw schema has against the payload, each of them carries."""
        reader = self._reader
        if reader is None:
            reader = self._reader = made(self.source)
        payload = reader.parse(raw)
        if type(payload) is Sample:
            return [payload], births
        samples, births = reader.draw(raw, payload, births)
        if self.schema is None or self.schema.is_valid(payload):
            return samples, births
        findings = tuple(_unfit(raw, each) for each in self.schema.violations(payload))
        if not samples:
            return [undecoded(raw, *findings)], births
        return [replace(sample, findings=sample.findings + findings) for sample in samples], births


def _unfit(raw: RawMessage, violation: Violation) -> Finding:
    where = SamplePlace(raw.topic, None, violation.pointer)
    return found("payload-schema", violation.message, violation.remedy, where)
