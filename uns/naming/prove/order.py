"""Order: rules that earlier ones leave nothing (`rule-shadowed`), and literal ones behind general ones (`rule-order`).

The first rule that matches takes a sample, whatever its lookup says then. So a rule is dead where one earlier rule's
patterns contain its own; and where an earlier rule with fewer literal levels takes a part of what a later, more literal
one names, the order was most likely not meant. The warning shows an address that the earlier rule takes away. Where so
many rules overlap that the budget does not reach, one warning says from which rule on their order is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from uns.finding import Finding, found
from uns.naming.prove.addresses import IN_TAGS, IN_TOPICS, Address, contains, overlap, witness
from uns.naming.prove.automaton import Open
from uns.naming.prove.evidence import Court
from uns.naming.prove.index import Index
from uns.naming.rule import Rule


def order(court: Court) -> Iterator[Finding]:
    """Findings on one file's rules, at the id of the later of two."""
    rules, earlier = court.takers.rules, Index(court.algebra)
    for number, (rule, taken) in enumerate(zip(rules, court.takers.taken, strict=True)):
        before = earlier.near(taken, court.looks)
        if isinstance(before, Open):
            yield _unjudged(rule)
            return
        first = _shadow(court, before, number)
        if first is not None:
            yield _shadowed(rule, rules[first])
        else:
            yield from _misplaced(court, before, number)
        earlier.add(number, taken)


def _unjudged(rule: Rule) -> Finding:
    message = f"so many rules overlap that the order of `{rule.id}` and those below it is not judged"
    return found("rule-order", message, "split the file, or tell its rules apart by literal levels", rule.place)


def _shadow(court: Court, before: list[int], number: int) -> int | None:
    taken = court.takers.taken
    return next((each for each in before if contains(taken[each], taken[number], court.algebra)), None)


def _shadowed(rule: Rule, earlier: Rule) -> Finding:
    message = f"every address of `{rule.id}` is taken by `{earlier.id}` (line {earlier.place.line})"
    return found("rule-shadowed", message, f"move `{rule.id}` above `{earlier.id}`, or drop it", rule.place)


def _misplaced(court: Court, before: list[int], number: int) -> Iterator[Finding]:
    rule, taken = court.takers.rules[number], court.takers.taken[number]
    for each in before:
        earlier = court.takers.taken[each]
        if taken.literals <= earlier.literals or overlap(taken, earlier, court.algebra) is False:
            continue
        address = _shared(court, number, each)
        if address is not None:
            first = court.takers.rules[each]
            message = f"`{address}` goes to `{first.id}` (line {first.place.line}), which is less literal"
            yield found("rule-order", message, f"move `{rule.id}` above `{first.id}`", rule.place)
            return


def _shared(court: Court, number: int, earlier: int) -> Address | None:
    """An address of both that a source delivers and that no rule before the two takes."""
    one, other = court.takers.taken[number], court.takers.taken[earlier]
    for source in court.feed.by_rule[number]:
        topic = witness((one.topic, other.topic, source.levels), court.algebra, IN_TOPICS)
        tags = tuple(each for each in (one.tag, other.tag) if each)
        tag = witness(tags, court.algebra, IN_TAGS) if tags else "tag" if source.tagged else None
        if isinstance(topic, str) and (isinstance(tag, str) or not tags) and bool(tags) <= source.tagged:
            address = Address(topic, tag if isinstance(tag, str) else None)
            taken = court.taker(address)
            if taken and taken[0] == earlier:
                return address
    return None
