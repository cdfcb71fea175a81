"""Feeds: which sources a rule lives on, and whether its `tag` suits them.

`from-outside`: no source that is decoded meets the rule's `from`. `tag-open`: the source yields tags and the rule says
none, so that all of them would share one topic (a rule that ignores may). `tag-none`: a tag pattern on sources without
tags never matches. `wildcard-merges` notes that addresses which differ at a wildcard share a target, where the sources
let them differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from uns.decode.source import Source
from uns.finding import Finding, found
from uns.naming.pattern import One, Pattern, PatternLevel, Rest
from uns.naming.prove.addresses import Address, Addresses, Levels, levels_contain, levels_overlap, of_filter
from uns.naming.prove.automaton import Budget, Open
from uns.naming.prove.index import Index
from uns.naming.prove.language import Algebra
from uns.naming.prove.places import place
from uns.naming.rule import Rule, RuleFile


class Fed(NamedTuple):
    """One filter of a source that is decoded."""

    levels: Levels
    source: Source

    @property
    def tagged(self) -> bool:
        return self.source.yields_tags

    @property
    def measured(self) -> bool:
        """Whether the payload carries its unit."""
        return self.source.unit is not None


@dataclass(frozen=True, slots=True)
class Feed:
    """For each rule of a file, the filters that bring it messages."""

    file: RuleFile
    by_rule: tuple[tuple[Fed, ...], ...]

    def delivers(self, address: Address) -> bool:
        """Whether the first source that matches the topic yields samples with, or without, such a tag."""
        for source in self.file.sources:
            if any(each.matches(address.topic) for each in source.topics):
                return source.read != "ignore" and source.yields_tags == (address.tag is not None)
        return False


def feed(file: RuleFile, taken: tuple[Addresses, ...], algebra: Algebra, looks: Budget) -> Feed:
    filters = [(of_filter(each), source) for source in file.sources for each in source.topics]
    index, known = Index(algebra), dict[Levels, tuple[Fed, ...]]()
    for number, (levels, _) in enumerate(filters):
        index.add(number, Addresses(levels, None))
    for each in taken:
        if each.topic not in known:
            near = index.near(Addresses(each.topic, None), looks)
            met = filters if isinstance(near, Open) else [filters[number] for number in near]
            known[each.topic] = tuple(_feeding(met, each.topic, algebra))
    return Feed(file, tuple(known[each.topic] for each in taken))


def _feeding(filters: list[tuple[Levels, Source]], topic: Levels, algebra: Algebra) -> Iterator[Fed]:
    """Those of the filters that meet the pattern, up to the first that takes all of it."""
    for levels, source in filters:
        if levels_overlap(levels, topic, algebra) is not False:
            if source.read != "ignore":
                yield Fed(levels, source)
            if levels_contain(levels, topic, algebra):
                return


def feeding(file: RuleFile, fed: Feed) -> Iterator[Finding]:
    for rule, sources in zip(file.rules, fed.by_rule, strict=True):
        if not sources and file.partial:
            continue
        if not sources:
            remedy = _outside(rule.topic.text, file)
            yield found("from-outside", f"`{rule.topic.text}` is in no source", remedy, place(rule, "from"))
            continue
        if all(each.source.sound for each in sources):
            yield from _tags(rule, [each.tagged for each in sources])
        if rule.to and not rule.record:
            yield from _wildcards(rule, sources)


def _outside(topic: str, file: RuleFile) -> str:
    other = topic.removeprefix("/") if topic.startswith("/") else f"/{topic}"
    first = other.split("/")[: 1 + other.startswith("/")]
    if any(str(each).split("/")[: len(first)] == first for source in file.sources for each in source.topics):
        return f"did you mean `{other}`? A leading `/` is a level of its own"
    return "add a source that takes it, or correct `from`"


def _tags(rule: Rule, tagged: list[bool]) -> Iterator[Finding]:
    alone = rule.tag is not None and _takes_all(rule.tag)
    if rule.tag is not None and not any(tagged):
        message = f"the source yields no tags, so `{rule.tag.text}` never matches"
        yield found("tag-none", message, "drop `tag`, or give the source one", place(rule, "tag"))
    elif any(tagged) and not rule.ignore and (rule.tag is None or alone):
        slip = "`tag: '#'` takes them all" if alone else f"rule `{rule.id}` has no `tag`"
        message = f"the source has tags and {slip}: all would share one topic"
        yield found("tag-open", message, "say `tag`, such as `tag: '{name}'`", place(rule, "tag"))


def _takes_all(tag: Pattern) -> bool:
    return len(tag.levels) == 1 and isinstance(tag.levels[0], Rest)


def _wildcards(rule: Rule, sources: tuple[Fed, ...]) -> Iterator[Finding]:
    for number, sign in _wild_levels(rule.topic):
        if any(each.levels.at(number).only is None for each in sources):
            yield _merges(rule, "from", number, sign)
    for number, sign in _wild_levels(rule.tag) if rule.tag and not _takes_all(rule.tag) else ():
        yield _merges(rule, "tag", number, sign)


def _wild_levels(pattern: Pattern) -> list[tuple[int, str]]:
    signs = ((at, _sign(level)) for at, level in enumerate(pattern.levels))
    return [(at, sign) for at, sign in signs if sign]


def _sign(level: PatternLevel) -> str:
    return "+" if isinstance(level, One) else "#" if isinstance(level, Rest) else ""


def _merges(rule: Rule, key: str, number: int, sign: str) -> Finding:
    message = f"`{sign}` at level {number + 1} of `{key}`: what differs there shares a target"
    return found("wildcard-merges", message, "capture it if the signals differ", place(rule, key))
