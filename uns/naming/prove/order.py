"""Order: rules that earlier ones leave nothing (`rule-shadowed`), and literal ones behind general ones (`rule-order`).

The first rule that matches takes a sample, whatever its lookup says then. So a rule is dead where one earlier rule's
patterns contain its own; and where an earlier rule with fewer literal levels takes a part of what a later, more literal
one names, the order was most likely not meant. The warning shows an address that the earlier rule takes away.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from uns.finding import Finding, found
from uns.naming.prove.addresses import IN_TAGS, IN_TOPICS, Address, contains, overlap, witness
from uns.naming.prove.feed import Feed
from uns.naming.prove.index import Takers
from uns.naming.prove.language import Algebra
from uns.naming.rule import Rule

MAX_PAIRS: Final = 400_000
"""How many pairs of one file are looked at; beyond them order is left unjudged."""


def order(feed: Feed, takers: Takers, algebra: Algebra) -> Iterator[Finding]:
    """Findings on one file's rules, at the id of the later of two."""
    pairs = 0
    for number, rule in enumerate(takers.rules):
        before = [each for each in takers.index.near(takers.taken[number]) if each < number]
        pairs += len(before)
        if pairs > MAX_PAIRS:
            return
        first = _shadow(before, number, takers, algebra)
        if first is not None:
            yield _shadowed(rule, takers.rules[first])
        else:
            yield from _misplaced(before, number, feed, takers, algebra)


def _shadow(before: list[int], number: int, takers: Takers, algebra: Algebra) -> int | None:
    inner = takers.taken[number]
    return next((each for each in before if contains(takers.taken[each], inner, algebra)), None)


def _shadowed(rule: Rule, earlier: Rule) -> Finding:
    message = f"every address of `{rule.id}` is taken by `{earlier.id}` (line {earlier.place.line})"
    return found("rule-shadowed", message, f"move `{rule.id}` above `{earlier.id}`, or drop it", rule.place)


def _misplaced(before: list[int], number: int, feed: Feed, takers: Takers, algebra: Algebra) -> Iterator[Finding]:
    rule, taken = takers.rules[number], takers.taken[number]
    for each in before:
        earlier = takers.taken[each]
        if taken.literals <= earlier.literals or overlap(taken, earlier, algebra) is False:
            continue
        address = _shared(number, each, feed, takers, algebra)
        if address is not None:
            first = takers.rules[each]
            message = f"`{address}` goes to `{first.id}` (line {first.place.line}), which is less literal"
            yield found("rule-order", message, f"move `{rule.id}` above `{first.id}`", rule.place)
            return


def _shared(number: int, earlier: int, feed: Feed, takers: Takers, algebra: Algebra) -> Address | None:
    """An address of both that a source delivers and that no rule before the two takes."""
    one, other = takers.taken[number], takers.taken[earlier]
    for source in feed.by_rule[number]:
        topic = witness((one.topic, other.topic, source.levels), algebra, IN_TOPICS)
        tags = tuple(each for each in (one.tag, other.tag) if each)
        tag = witness(tags, algebra, IN_TAGS) if tags else "tag" if source.tagged else None
        if isinstance(topic, str) and (isinstance(tag, str) or not tags) and bool(tags) <= source.tagged:
            address = Address(topic, tag if isinstance(tag, str) else None)
            taken = takers.take(address) if feed.delivers(address) else None
            if taken and taken[0] == earlier:
                return address
    return None
