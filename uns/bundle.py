"""The bundle: the standard, all rules, lookups and schemas in force, as one immutable value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from uns.context.answer import Answer
from uns.convert import Meaning
from uns.decode import Births, Reader
from uns.decode import reader as made
from uns.decode.fault import undecoded
from uns.decode.source import Source
from uns.envelope import Envelope, Pair
from uns.filters import FilterTree, outermost
from uns.finding import Finding, Malformed, SamplePlace, found
from uns.message import RawMessage, Sample
from uns.naming.resolution import Refused, Scale, Target
from uns.naming.resolve import Resolver
from uns.naming.rule import Rule, RuleFile
from uns.naming.standard import Name, Standard
from uns.naming.unit import canonical, conversion
from uns.render import Frame, address_of, provenance_of
from uns.schema.catalog import Catalog
from uns.schema.validator import Validator
from uns.schema.words import Violation
from uns.topic import TopicFilter

CACHED_ADDRESSES: Final = 262_144
"""Addresses whose resolution is remembered; beyond it all are worked out again."""


@dataclass(frozen=True, slots=True)
class Documents:
    """A project's files as bytes, by their path below the rules folder and below the schemas folder."""

    rules: Mapping[str, bytes]
    schemas: Mapping[str, bytes]
    rules_at: str = "naming_rules"
    """How findings name the rules folder."""
    schemas_at: str = "schemas"

    @property
    def revision(self) -> str:
        """A hash of every file's path and content."""
        digest = sha256()
        for folder, files in (("rules", self.rules), ("schemas", self.schemas)):
            for path in sorted(files):
                content = sha256(files[path]).hexdigest()
                digest.update(f"{folder}/{path}\0{content}\n".encode())
        return digest.hexdigest()[:16]


class Step(Envelope):
    """One target of an address, with all that its samples need; what every one of them asks for stands here itself."""

    __slots__ = ("answer", "contract", "frame", "meaning", "memory", "registered", "rule", "target", "validator")

    def __init__(
        self, target: Target, rule: Rule, meaning: Meaning, validator: Validator | None, source: str,
        others: tuple[Pair, ...] = (),
    ) -> None:  # fmt: skip
        super().__init__(target.topic or "", source, others)
        self.memory: Any = None
        """What the publisher remembers of the topic, at hand: it need not look for it with every message."""
        self.answer: Answer | None = None
        """The timeline's last one for its equipment."""
        self.frame: Frame | None = None
        """Of its last payload, where the contract judges all alike that differ from that in time and value only."""
        self.rule, self.contract, self.registered = rule, target.contract, target.registered
        self.meaning, self.validator, self.target = meaning, validator, target

    @property
    def judges_alike(self) -> bool:
        return self.validator is not None and self.validator.indifferent


class Plan:
    """What an address comes to under this bundle: of its resolution what every message asks, for there are many."""

    __slots__ = ("findings", "ignored", "known", "only", "rule", "steps")

    def __init__(self) -> None:
        self.known = False
        """Whether it has been worked out: with the first sample."""
        self.rule: Rule | None = None
        self.ignored: str | None = None
        self.findings: tuple[Finding, ...] = ()
        self.only: Step | None = None
        """The step, where there is just one."""
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


class Bundle:
    """Immutable but for what it remembers of addresses that it has met."""

    def __init__(
        self, standard: Standard, files: tuple[RuleFile, ...], catalog: Catalog, documents: Documents,
        elsewhere: tuple[RuleFile, ...] = (),
    ) -> None:  # fmt: skip
        """`elsewhere` are the rule files of the documents that other instances serve."""
        self.standard, self.files, self.catalog, self.documents = standard, files, catalog, documents
        self.elsewhere = elsewhere
        self.revision = documents.revision
        self._sources = FilterTree(
            (topic, (order, index, Route(file, source, resolver, catalog)))
            for order, (file, resolver) in enumerate((file, Resolver(file, standard)) for file in files)
            for index, source in enumerate(file.sources)
            for topic in source.topics
        )
        self._elsewhere = FilterTree(
            (topic, file.stem) for file in elsewhere for source in file.sources for topic in source.topics
        )
        self._addresses: dict[str, Address] = {}
        self._plans = 0
        self._meanings: dict[tuple[Any, ...], Meaning] = {}

    def share(self, stems: Collection[str]) -> Bundle:
        """Judged whole, but only these rule files are served."""
        ours = tuple(each for each in self.files if each.stem in stems)
        others = tuple(each for each in self.files if each.stem not in stems)
        return Bundle(self.standard, ours, self.catalog, self.documents, others)

    def served_elsewhere(self, topic: str) -> str | None:
        """The rule file that takes a topic in another instance."""
        return next(self._elsewhere.matching(topic), None)

    @property
    def subscriptions(self) -> tuple[TopicFilter, ...]:
        """What to subscribe to: every source's filters but those that another contains."""
        return outermost(topic for file in self.files for source in file.sources for topic in source.topics)

    @property
    def reaches_back(self) -> int:
        """Nanoseconds before receipt that the most patient source still believes."""
        return max((source.clock.behind for file in self.files for source in file.sources), default=0)

    def address(self, topic: str) -> Address:
        """What is known of a raw topic; remembered, for its next message."""
        try:
            return self._addresses[topic]
        except KeyError:
            if len(self._addresses) >= CACHED_ADDRESSES:
                self._forget()
            matching = sorted(self._sources.matching(topic), key=lambda entry: entry[:2])
            address = self._addresses[topic] = Address(matching[0][2] if matching else None)
            return address

    def route(self, topic: str) -> Route | None:
        """The first source that takes the topic; files never share one."""
        return self.address(topic).route

    def file_of(self, topic: str) -> str | None:
        """The stem of the rule file that takes a topic."""
        route = self.route(topic)
        return route.file.stem if route is not None else None

    def plan(self, address: Address, sample: Sample) -> Plan:
        """What the sample comes to; worked out once for a topic, or for each tag on it."""
        plan = address if sample.tag is None else address.tagged.get(sample.tag) or self._tagged(address, sample.tag)
        if not plan.known:
            assert address.route is not None
            self._work_out(plan, address.route, sample)
        return plan

    def _tagged(self, address: Address, tag: str) -> Plan:
        if self._plans >= CACHED_ADDRESSES:
            self._forget()
        if address.tagged is NO_TAGS:
            address.tagged = {}
        self._plans += 1
        plan = address.tagged[tag] = Plan()
        return plan

    def met(self) -> list[tuple[str, str | None]]:
        """The addresses that messages came with, topic and tag; may be asked in another thread than theirs."""
        known = list(self._addresses.items())
        return [(topic, tag) for topic, each in known for tag in ([None] if each.known else []) + list(each.tagged)]

    def meet(self, topic: str, tag: str | None) -> None:
        """Works out an address before its first message."""
        address = self.address(topic)
        if address.route is not None:
            self.plan(address, replace(undecoded(RawMessage(topic, b"", 0)), tag=tag))

    def _forget(self) -> None:
        self._addresses.clear()
        self._meanings.clear()
        self._plans = 0

    def scale_of(self, spelling: str, name: Name) -> Scale | Malformed | None:
        """From a unit that a payload carries to the dictionary's; Malformed where it cannot become that."""
        if name.unit is None:
            return None
        found = conversion(canonical(self.standard.units, spelling), name.unit)
        if isinstance(found, Malformed):
            return found
        return None if found == (1.0, 0.0) else Scale(*found)

    def _work_out(self, plan: Plan, route: Route, sample: Sample) -> None:
        resolution = route.resolver.resolve(sample.topic, sample.tag)
        rule, source = resolution.rule, address_of(sample)
        plan.rule, plan.ignored, plan.findings = rule, resolution.ignored, resolution.findings
        if rule is not None:
            plan.steps = tuple(
                self._step(route, rule, source, outcome) if isinstance(outcome, Target) else outcome
                for outcome in resolution.outcomes
            )
        first = plan.steps[0] if len(plan.steps) == 1 else None
        plan.only = first if isinstance(first, Step) else None
        plan.known = True

    def _step(self, route: Route, rule: Rule, source: str, target: Target) -> Step:
        meaning = self._meaning(target, route.source.decimal)
        others = provenance_of(str(rule), self.revision, str(target.contract))
        validator = self.catalog.validator(target.contract.schema) if target.contract else None
        return Step(target, rule, meaning, validator, source, others)

    def _meaning(self, target: Target, decimal: str) -> Meaning:
        """One for all addresses of that meaning; it holds name and states, so their identities stay theirs."""
        key = id(target.name), target.scale, id(target.states), target.bit, decimal
        known = self._meanings.get(key)
        if known is None:
            known = Meaning(target.name, target.scale, target.states, target.bit, decimal)
            self._meanings[key] = known
        return known
