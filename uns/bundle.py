"""The bundle: the standard, all rules, lookups and schemas in force, as one immutable value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from uns.address import NO_TAGS, Address, Plan, Route, Step, Terms
from uns.convert import Meaning
from uns.decode.fault import undecoded
from uns.envelope import Provenance
from uns.filters import FilterTree, outermost
from uns.finding import Malformed
from uns.message import RawMessage, Sample
from uns.naming.resolution import Scale, Target
from uns.naming.resolve import Resolver
from uns.naming.rule import Rule, RuleFile
from uns.naming.standard import Name, Standard
from uns.naming.unit import canonical, conversion
from uns.render import address_of
from uns.schema.catalog import Catalog
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
        self._terms: dict[tuple[Any, ...], Terms] = {}

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
        if plan.only is None and not plan.known:
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
        self._terms.clear()
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
                Step(outcome, source, self._terms_of(route, rule, outcome)) if isinstance(outcome, Target) else outcome
                for outcome in resolution.outcomes
            )
        if len(plan.steps) == 1 and plan.ignored is None and not plan.findings:
            first = plan.steps[0]
            plan.only = first if isinstance(first, Step) else None
        plan.known = True

    def _terms_of(self, route: Route, rule: Rule, target: Target) -> Terms:
        """One for all addresses alike; it holds what its key tells by identity, so these stay theirs."""
        contract, decimal = target.contract, route.source.decimal
        means = id(target.name), target.scale, id(target.states), target.bit, decimal
        key = id(rule), id(contract), target.registered, *means
        known = self._terms.get(key)
        if known is None:
            meaning = Meaning(target.name, target.scale, target.states, target.bit, decimal)
            provenance = Provenance((("rule", str(rule)), ("bundle", self.revision), ("contract", str(contract))))
            validator = self.catalog.validator(contract.schema) if contract else None
            known = self._terms[key] = Terms(rule, meaning, provenance, contract, validator, target.registered)
        return known
