"""Captures: each name is captured once, comes from somewhere and goes somewhere.

`capture-duplicate`: one name in `from` and `tag`, or a capture and a table's column that a target could both mean.
`capture-undefined`: a target, a field, a lookup key or `where` names what nothing captures and no table brings.
`capture-unused`: what a capture holds goes nowhere, so that addresses which differ there would collide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from uns.finding import FilePlace, Finding, found, nearest
from uns.naming.joining import MEANT
from uns.naming.lookup import Lookup
from uns.naming.pattern import written_levels
from uns.naming.prove.language import values_of
from uns.naming.prove.places import place
from uns.naming.rule import Rule, Where


def captures(rule: Rule) -> Iterator[Finding]:
    caught = caught_by(rule)
    yield from _duplicates(rule)
    for where in rule.where:
        if where.capture not in caught:
            yield _unknown_in_where(where, caught)
    known = set(caught)
    for lookup in rule.lookups:
        missing = [each for each in lookup.key if each not in known]
        yield from (undefined(each, known, place(rule, "lookup"), f"lookup `{lookup.name}`: ") for each in missing)
        known |= set(lookup.columns)
    for name, at in _wanted(rule):
        if name not in known:
            yield undefined(name, known, at)
    yield from _unused(rule)


def _unknown_in_where(where: Where, caught: tuple[str, ...]) -> Finding:
    likely = nearest(where.capture, caught)
    choice = ", ".join(f"`{each}`" for each in caught) or "nothing"
    remedy = f"did you mean `{likely}`?" if likely else f"`from` and `tag` capture {choice}"
    return found("capture-undefined", f"the rule captures no `{where.capture[:60]}`", remedy, where.place)


def caught_by(rule: Rule) -> tuple[str, ...]:
    return (*rule.topic.captures, *(rule.tag.captures if rule.tag else ()))


def undefined(name: str, known: Iterable[str], where: FilePlace, before: str = "") -> Finding:
    likely = nearest(name, sorted(known))
    remedy = f"did you mean `{{{likely}}}`?" if likely else "capture it or look it up"
    return found("capture-undefined", f"{before}`{{{name}}}` comes from nowhere", remedy, where)


def used(rule: Rule) -> set[str]:
    """The names that a rule's targets and lookup keys are made of; a record's fields count too."""
    names = {slot.name for template in rule.to for slot in template.slots}
    names |= {name for lookup in rule.lookups for name in lookup.key}
    if rule.record:
        names |= {slot.name for field in rule.fields if field.text for slot in field.text.slots}
    return names


def _wanted(rule: Rule) -> Iterator[tuple[str, FilePlace]]:
    for number, template in enumerate(rule.to):
        yield from ((slot.name, place(rule, f"to/{number}")) for slot in template.slots)
    for field in rule.fields:
        if field.text:
            yield from ((slot.name, field.place) for slot in field.text.slots)


def _duplicates(rule: Rule) -> Iterator[Finding]:
    tagged = set(rule.tag.captures) if rule.tag else set()
    for name in sorted(tagged & set(rule.topic.captures)):
        message = f"`{{{name}}}` is captured by `from` and `tag`"
        yield found("capture-duplicate", message, "rename one of them", place(rule, "tag"))
    known, wanted = set(caught_by(rule)), used(rule) | {name for name, _ in _wanted(rule)}
    for lookup in rule.lookups:
        for name in _brought(lookup):
            if name in known and name in wanted:
                message = f"`{{{name}}}` is a column of lookup `{lookup.name}` and known before"
                yield found("capture-duplicate", message, "rename one of them", place(rule, "lookup"))
        known |= set(_brought(lookup))


def _brought(lookup: Lookup) -> list[str]:
    return [each for each in lookup.columns if each not in lookup.key and each not in MEANT]


def _unused(rule: Rule) -> Iterator[Finding]:
    """Nothing where the rule ignores; nothing of a capture that `where` leaves one value."""
    if rule.ignore:
        return
    wheres, reached = {each.capture: each for each in rule.where}, used(rule)
    for key, pattern in (("from", rule.topic), ("tag", rule.tag)):
        for name in pattern.captures if pattern else ():
            values = values_of(wheres.get(name))
            if name not in reached and (values is None or len(values) > 1):
                message = f"`{{{name}}}` goes nowhere, so addresses that differ there would collide"
                alone = pattern and f"{{{name}}}" in written_levels(pattern)
                remedy = (
                    "use it in `to`, or write `+`" if alone else "use it in `to`, or let `where` leave it one value"
                )
                yield found("capture-unused", message, remedy, place(rule, key))
