"""What an address is called: the first rule that matches, its lookups, its targets."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Final

from uns.finding import Finding, SamplePlace, found
from uns.naming.index import Index
from uns.naming.joining import Branch, join, shared
from uns.naming.matcher import Matcher
from uns.naming.near import nearest_rules
from uns.naming.resolution import Joined, Refused, Resolution, Scale, Target, TargetField
from uns.naming.rule import Rule, RuleFile
from uns.naming.standard import Standard
from uns.naming.targets import Aim

__all__ = ["Joined", "Refused", "Resolution", "Resolver", "Scale", "Target", "TargetField"]

LONGEST_TAG: Final = 4_096


class Resolver:
    """One file's rules under one standard; what an address comes to depends on nothing else and may be remembered."""

    def __init__(self, file: RuleFile, standard: Standard) -> None:
        self.file = file
        self._index = Index(file.rules)
        self._ready = [_Ready(rule, file, standard) for rule in file.rules]

    def resolve(self, topic: str, tag: str | None) -> Resolution:
        """What becomes of the address; a tag is what the payload says of the signal, where it does."""
        where = SamplePlace(topic, tag)
        if tag is not None and len(tag) > LONGEST_TAG:
            return Resolution(findings=(_too_long(tag, where),))
        taken = self._taken(topic, tag)
        if taken is not None:
            return taken[0].resolution(taken[1], where)
        if self.file.unmatched == "ignore":
            return Resolution(ignored="unmatched")
        return Resolution(findings=(self._rule_none(where),))

    def ignores_undecoded(self, topic: str) -> Rule | None:
        """The ignore rule that takes messages of this topic whose readings cannot be told apart."""
        taken = self._taken(topic, None)
        return taken[0].rule if taken is not None and taken[0].rule.ignore else None

    def _taken(self, topic: str, tag: str | None) -> tuple[_Ready, dict[str, str]] | None:
        levels, tags = topic.split("/"), None if tag is None else tag.split("/")
        for number in self._index.candidates(levels, tags):
            captures = self._ready[number].match(levels, tags)
            if captures is not None:
                return self._ready[number], captures
        return None

    def _rule_none(self, where: SamplePlace) -> Finding:
        tags = None if where.tag is None else where.tag.split("/")
        rules = [self.file.rules[number] for number in self._index.near(where.topic.split("/"), tags)]
        message, remedy = f"no rule of `{self.file.stem}` takes this address", "add a rule"
        for each in nearest_rules(rules, where.topic, where.tag, limit=1):
            message, remedy = f"{message}; nearest `{each.rule.id}` stops at {each.stops}", each.remedy or remedy
        return found("rule-none", message, remedy, where)


def _too_long(tag: str, where: SamplePlace) -> Finding:
    message = f"the tag has {len(tag)} characters, more than {LONGEST_TAG}"
    return found("payload-limit", message, "check the source's `tag`", where)


class _Ready:
    """A rule, ready to match and to aim; made so when it is first asked."""

    def __init__(self, rule: Rule, file: RuleFile, standard: Standard) -> None:
        self.rule, self._file, self._standard = rule, file, standard

    @cached_property
    def _matchers(self) -> tuple[Matcher, Matcher | None]:
        tag = Matcher(self.rule.tag, self.rule.where) if self.rule.tag else None
        return Matcher(self.rule.topic, self.rule.where), tag

    @cached_property
    def _aims(self) -> tuple[Aim, ...]:
        places, rule = self.rule.places, self.rule
        whole = places.get("to") or places.get("record") or rule.place
        templates = (None,) if rule.record == "product" else rule.to
        return tuple(
            Aim(self._file, self._standard, rule, template, places.get(f"to/{number}", whole))
            for number, template in enumerate(templates)
        )

    def match(self, topic: list[str], tag: list[str] | None) -> dict[str, str] | None:
        """The captures of both patterns, or None where the rule does not take the address."""
        of_topic, of_tag = self._matchers
        captures = of_topic.match(topic)
        if captures is None or of_tag is None:
            return captures
        tagged = None if tag is None else of_tag.match(tag)
        return None if tagged is None else captures | tagged

    def resolution(self, captures: Mapping[str, str], where: SamplePlace) -> Resolution:
        """What the rule makes of an address that it has matched."""
        if self.rule.ignore:
            return Resolution(self.rule, captures, ignored=str(self.rule))
        branches = join(self.rule.lookups, captures)
        common = shared(branches)
        kept = [branch for branch in branches if not branch.dropped]
        if not kept:
            return Resolution(self.rule, common.captures, common.joined, ignored="lookup")
        if len(branches) == 1 and branches[0].refusal is not None:
            findings = (branches[0].refusal.at(where),)
            return Resolution(self.rule, common.captures, common.joined, findings=findings)
        return Resolution(self.rule, common.captures, common.joined, self._outcomes(kept, where))

    def _outcomes(self, branches: list[Branch], where: SamplePlace) -> tuple[Target | Refused, ...]:
        return tuple(aim.outcome(branch, where) for aim in self._aims for branch in branches)
