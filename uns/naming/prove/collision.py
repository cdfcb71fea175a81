"""Collision: two raw addresses for one governed topic.

Proven absent where targets are disjoint level by level, where every capture is told by the topic and all entries of
tables and lists differ, or where an earlier rule takes the addresses that would collide. Proven present where entries
that are written out give one topic: `collision`, an error, with both addresses, each delivered and really taken. All
else is open: `collision-possible`, a warning, and the publisher guards. Addresses that differ only where a pattern has
a wildcard are one signal, and one address that a rule sends to several targets does not collide with itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from uns.finding import Finding
from uns.naming.lookup import ANY
from uns.naming.prove.between import between
from uns.naming.prove.captures import caught_by
from uns.naming.prove.claims import Claim, Filling, claims
from uns.naming.prove.evidence import Court, row_taken
from uns.naming.prove.language import Language
from uns.naming.prove.sets import Relation
from uns.naming.prove.verdict import Entry, collide, possible, seen
from uns.naming.rule import Rule

MAX_SHOWN: Final = 100
"""Collisions that are told of one target; a table that is doubled as a whole need not say so for each row."""
MAX_STARS: Final = 200_000
"""Pairs of rows that are compared because one has a `*` in its key."""


def collisions(court: Court, dead: frozenset[int]) -> Iterator[Finding]:
    """One file's collisions; rules that are dead or at fault elsewhere are left out."""
    made = [
        claim
        for number, rule in enumerate(court.takers.rules)
        if number not in dead and rule.to and not rule.record and not rule.ignore
        for claim in claims(number, rule)
    ]
    for claim in made:
        yield from _within(court, claim)
    yield from between(court, made)


def _within(court: Court, claim: Claim) -> Iterator[Finding]:
    """Two addresses of one target."""
    relation = claim.relation
    if relation is None:
        yield possible(claim, "its tables are too large, or joined by a part of a key, to be compared")
        return
    entries: dict[Filling, list[int]] = {}
    for number, filling in claim.fillings():
        entries.setdefault(filling, []).append(number)
    told, unsure = 0, False
    for several in (numbers for numbers in entries.values() if len(numbers) > 1):
        proven, open_ = seen(court, (Entry(claim, relation, number) for number in several))
        findings = [finding for other in proven[1:] if (finding := collide(proven[0], other))]
        yield from findings[: MAX_SHOWN - told]
        told += len(findings)
        unsure = unsure or (open_ and not findings)
        if told >= MAX_SHOWN:
            return
    if told == 0:
        reason = _lossy(claim) or ("rows with the same names may be told apart by nothing" if unsure else None)
        reason = reason or _stars(court, claim, relation, entries)
        if reason:
            yield possible(claim, reason)


def _lossy(claim: Claim) -> str | None:
    if not claim.lossy:
        return None
    name = claim.lossy[0]
    slots = [slot for slot in claim.template.slots if slot.name == name]
    if slots and slots[0].transforms:
        return f"`{slots[0].transforms[0]}` may merge what `{{{name}}}` holds"
    return (
        f"`{{{name}}}` does not stand alone in a level"
        if slots
        else f"what `{{{name}}}` holds is lost where a key is `*`"
    )


def _has_star(rule: Rule, relation: Relation, number: int) -> bool:
    if ANY not in relation.cells[number]:
        return False
    return any(relation.free(name, number) for name in caught_by(rule) if name in relation.names)


def _stars(court: Court, claim: Claim, relation: Relation, entries: dict[Filling, list[int]]) -> str | None:
    """Whether a row with `*` in its key may share a topic with another row."""
    loose = [each for each, numbers in entries.items() if _has_star(claim.rule, relation, numbers[0])]
    if len(loose) * len(entries) > MAX_STARS:
        return "rows with `*` in their key are too many to be compared"
    for filling in loose:
        for other, numbers in entries.items():
            met = other is not filling and _meet(court, filling, other)
            if met and not all(_same_key(claim, relation, entries[filling][0], number) for number in numbers):
                return "a row with `*` in its key may give what another row gives"
    return None


def _meet(court: Court, one: Filling, other: Filling) -> bool:
    for left, right in zip(one, other, strict=True):
        if isinstance(left, Language) and isinstance(right, Language):
            if court.algebra.overlaps(left, right) is False:
                return False
        elif isinstance(left, Language) or isinstance(right, Language):
            language, text = (left, right) if isinstance(left, Language) else (right, left)
            if isinstance(language, Language) and court.algebra.takes(language, str(text)) is False:
                return False
        elif left != right:
            return False
    return True


def _same_key(claim: Claim, relation: Relation, loose: int, exact: int) -> bool:
    """Whether the exact row takes just what the row with `*` would: then there is one address only."""
    one, two = Entry(claim, relation, loose).captures, Entry(claim, relation, exact).captures
    return one.items() <= two.items() and row_taken(claim.rule.lookups, relation.rows[exact], two)
