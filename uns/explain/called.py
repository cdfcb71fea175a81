"""What a sample is called: the rule that takes it, or those that nearly do, and what its tables bring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from uns.address import Route
from uns.bundle import Bundle
from uns.decision import Decision, Observe
from uns.explain.line import Line
from uns.naming.edit import MAX_LENGTH, yaml_text
from uns.naming.near import Near, near, nearest_rules
from uns.naming.resolution import Joined
from uns.naming.rule import Rule


def rule_lines(decision: Decision, route: Route | None) -> Iterator[Line]:
    sample = decision.would.sample if isinstance(decision, Observe) else decision.sample
    rule = decision.would.rule if isinstance(decision, Observe) else decision.rule
    if route is None or sample is None or sample.undecoded:
        return
    if rule is not None:
        captures = route.resolver.resolve(sample.topic, sample.tag).captures
        yield Line("rule", rule.id, pairs(captures, _captured(rule)), rule.place)
        return
    yield Line("rule", "none takes this address (rule-none); nearest:")
    for each in near(route.file, sample.topic, sample.tag):
        yield from _near(each)


def sourceless_lines(topic: str, bundle: Bundle) -> Iterator[Line]:
    """For a topic to which no file listens: the rules that were perhaps meant for it, and where their topics differ."""
    rules = [replace(rule, tag=None) for file in bundle.files for rule in file.rules]
    yield Line("source", "none takes this topic; nearest rules:")
    for each in nearest_rules(rules, topic, None):
        yield Line("", each.rule.id, f"stops at {each.stops}", each.rule.place)
    if len(topic) <= MAX_LENGTH:
        yield Line("", f"→ to listen to it, add a source: - {yaml_text(topic)}")


def _near(each: Near) -> Iterator[Line]:
    yield Line("", each.rule.id, f"stops at {each.stops}", each.rule.place)
    if each.remedy:
        yield Line("", f"→ {each.remedy}")


def _captured(rule: Rule) -> tuple[str, ...]:
    return rule.topic.captures + (rule.tag.captures if rule.tag else ())


def lookup_line(joined: Joined) -> Line:
    lookup, row = joined
    cells = dict(zip(lookup.columns, row.cells, strict=True))
    names = tuple(column for column in lookup.columns if column not in lookup.key and cells[column])
    return Line("lookup", lookup.name, pairs(cells, names), lookup.place_of(row))


def pairs(values: Any, names: tuple[str, ...]) -> str:
    return " ".join(f"{name}={values[name]}" for name in names if name in values)
