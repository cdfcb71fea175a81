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
from uns.naming.prove.verdict import Entry, pair, possible
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
    """Two addresses of one rule."""
    if claim.relation is None:
        yield possible(claim, "its tables are too large, or joined by a part of a key, to be compared")
        return
    first: dict[Filling, int] = {}
    told, unsure, loose = 0, False, list[tuple[int, Filling]]()
    for number, filling in claim.fillings():
        before = first.setdefault(filling, number)
        if before != number and told < MAX_SHOWN:
            verdict = pair(court, Entry(claim, claim.relation, before), Entry(claim, claim.relation, number))
            told += isinstance(verdict, Finding)
            unsure = unsure or verdict is None
            if isinstance(verdict, Finding):
                yield verdict
        if _has_star(claim.rule, claim.relation, number):
            loose.append((number, filling))
    if told == 0:
        reason = _lossy(claim) or ("rows with the same names differ only where wildcards stand" if unsure else None)
        reason = reason or _stars(court, claim, claim.relation, first, loose)
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
    named = (name for name in caught_by(rule) if name in relation.names)
    return ANY in relation.cells[number] and any(relation.free(name, number) for name in named)


def _stars(
    court: Court, claim: Claim, relation: Relation, first: dict[Filling, int], loose: list[tuple[int, Filling]]
) -> str | None:
    """Whether a row with `*` in its key may share a topic with another row."""
    if len(loose) * len(first) > MAX_STARS:
        return "rows with `*` in their key are too many to be compared"
    for number, filling in loose:
        for other, entry in first.items():
            if entry != number and _meet(court, filling, other) and not _same_key(claim, relation, number, entry):
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
