"""Where a governed topic can come from: the rules whose targets can be it, and the raw addresses that lead there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from uns.bundle import Bundle
from uns.naming.lookup import Lookup, Row
from uns.naming.matcher import allows
from uns.naming.pattern import Capture, One, Pattern, Rest
from uns.naming.rule import Rule, RuleFile
from uns.naming.template import Slot, Template
from uns.naming.transform import TRANSFORMS

MOST = 1000


class Origin(NamedTuple):
    """A rule that can produce the topic, and what its raw addresses look like."""

    rule: Rule
    topic: str
    """Raw topic; `+` stands where any level does."""
    tag: str | None
    joined: tuple[tuple[Lookup, Row], ...] = ()


def origins(bundle: Bundle, topic: str) -> list[Origin]:
    """At most a thousand, in the order of the rules."""
    found: list[Origin] = []
    for file in bundle.files:
        prefix = prefix_of(file, bundle)
        if topic.startswith(f"{prefix}/"):
            found += _of_file(file, topic.removeprefix(f"{prefix}/"))
    return found[:MOST]


def prefix_of(file: RuleFile, bundle: Bundle) -> str:
    """What stands before every target of the file."""
    return bundle.standard.root if len(file.sites) > 1 else f"{bundle.standard.root}/{file.sites[0]}"


def _of_file(file: RuleFile, rest: str) -> Iterator[Origin]:
    for rule in file.rules:
        if rule.record is not None or rule.ignore:
            continue
        for template in rule.to:
            for captures, joined in rows(rule, {}, 0):
                known = _matched(template, captures, rest)
                if known is not None and all(
                    allows(each, known[each.capture]) for each in rule.where if each.capture in known
                ):
                    tag = _address(rule.tag, known) if rule.tag else None
                    yield Origin(rule, _address(rule.topic, known), tag, joined)


def rows(
    rule: Rule, known: Mapping[str, str], index: int
) -> Iterator[tuple[Mapping[str, str], tuple[tuple[Lookup, Row], ...]]]:
    """What the rule's tables can bring: one combination of rows after the other, consistent in their keys."""
    if index == len(rule.lookups):
        yield known, ()
        return
    lookup = rule.lookups[index]
    for row in lookup.rows:
        cells = {
            c: cell for c, cell in zip(lookup.columns, row.cells, strict=True) if cell != "*" or c not in lookup.key
        }
        if all(known.get(key, cells[key]) == cells[key] for key in lookup.key if key in cells):
            for captures, joined in rows(rule, {**known, **cells}, index + 1):
                yield captures, ((lookup, row), *joined)


def _matched(template: Template, captures: Mapping[str, str], rest: str) -> Mapping[str, str] | None:
    """The captures, with those that the topic itself tells; None where the template cannot give the topic."""
    pattern, open_slots = [], []
    for level in template.levels:
        parts = []
        for part in level:
            if not isinstance(part, Slot):
                parts.append(re.escape(part))
            elif part.name in captures:
                text = filled(part, captures[part.name])
                if text is None:
                    return None
                parts.append(re.escape(text))
            else:
                open_slots.append(part)
                parts.append("([^/]+?)")
        pattern.append("".join(parts))
    match = re.fullmatch("/".join(pattern), rest)
    if match is None:
        return None
    told = {slot.name: text for slot, text in zip(open_slots, match.groups(), strict=True) if not slot.transforms}
    return {**told, **captures}


def filled(slot: Slot, text: str) -> str | None:
    """The text after the slot's transforms; None where one has no result."""
    for name in slot.transforms:
        result = TRANSFORMS[name](text)
        if not isinstance(result, str):
            return None
        text = result
    return text


def _address(pattern: Pattern, known: Mapping[str, str]) -> str:
    levels = []
    for level in pattern.levels:
        if isinstance(level, One):
            levels.append("+")
        elif isinstance(level, Rest):
            levels.append("#")
        else:
            parts = [known.get(part.name, "+") if isinstance(part, Capture) else part for part in level]
            levels.append("".join(parts))
    return "/".join(levels)
