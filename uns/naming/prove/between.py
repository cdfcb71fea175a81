"""Between claims: whether two rules, or two targets of one rule, can give the same topic.

Claims are found by an index of their targets, so that ten thousand rules with different literal targets cost one look
each. Where both are written out their topics are compared; where one is endless and neither level by level nor by order
they are told apart, the verdict is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

from uns.finding import Finding, Severity, found
from uns.naming.prove.addresses import Addresses, levels_overlap
from uns.naming.prove.automaton import Open
from uns.naming.prove.claims import Claim, Filling
from uns.naming.prove.evidence import Court
from uns.naming.prove.index import Index
from uns.naming.prove.narrow import narrowed_away
from uns.naming.prove.sets import Relation
from uns.naming.prove.verdict import Entry, collide, possible, seen

MAX_TRIED: Final = 2_000
MAX_WRITTEN: Final = 1_000_000
"""Topics of one file that are written out for comparison between rules."""


Topics = dict[Filling, list[int]]
"""Each topic with the entries that give it."""
Whole = tuple[Claim, Relation, Topics] | None


class _Written:
    """The topics of claims that can be written out, each made once, up to a number for the whole file."""

    def __init__(self, made: list[Claim]) -> None:
        self._made, self._left = made, MAX_WRITTEN
        self._known: dict[int, tuple[Claim, Relation, Topics] | None] = {}

    def of(self, number: int) -> tuple[Claim, Relation, Topics] | None:
        if number not in self._known:
            whole = self._made[number].whole()
            self._left -= len(whole.relation.cells) if whole and whole.relation else 0
            topics = _topics(whole) if whole and self._left >= 0 else None
            self._known[number] = (
                (whole, whole.relation, topics) if whole and whole.relation and topics is not None else None
            )
        return self._known[number]


def _topics(claim: Claim) -> Topics:
    topics: Topics = {}
    for number, filling in claim.fillings():
        topics.setdefault(filling, []).append(number)
    return topics


def between(court: Court, made: list[Claim]) -> Iterator[Finding]:
    """At most one finding for each claim, on the first earlier one that it meets; a proven one before an open one."""
    targets, index, written = [claim.levels() for claim in made], Index(court.algebra), _Written(made)
    for later, claim in enumerate(made):
        asked = Addresses(targets[later], None)
        near = index.near(asked, court.looks)
        if isinstance(near, Open):
            yield possible(claim, "so many rules overlap that this one and those below it are not compared")
            return
        met = (each for each in near if levels_overlap(targets[each], targets[later], court.algebra) is not False)
        finding: Finding | None = None
        for each in met:
            whole = written.of(each), written.of(later)
            if finding is None or None not in whole:
                finding = _proven(finding, _meeting(court, (made[each], claim), whole))
            if finding is not None and finding.severity is Severity.ERROR:
                break
        if finding is not None:
            yield finding
        index.add(later, asked)


def _proven(one: Finding | None, other: Finding | None) -> Finding | None:
    return one if other is None or (one is not None and other.severity is not Severity.ERROR) else other


def _meeting(court: Court, claims: tuple[Claim, Claim], written: tuple[Whole, Whole]) -> Finding | None:
    (one, other), (left, right) = claims, written
    if narrowed_away(court, one, other):
        return None
    if left is None or right is None:
        reason = f"`{one.rule.id}` (line {one.rule.place.line}) gives topics that `{other.rule.id}` may give too"
        remedy = "tell them apart in `to`, or narrow one with `where`"
        return found("collision-possible", reason, remedy, other.rule.place)
    return _compared(court, left, right)


def _compared(
    court: Court, left: tuple[Claim, Relation, Topics], right: tuple[Claim, Relation, Topics]
) -> Finding | None:
    (one, of_one, these), (other, of_other, those) = left, right
    smaller, larger = (these, those) if len(these) <= len(those) else (those, these)
    unsure = False
    for tried, filling in enumerate(each for each in smaller if each in larger):
        first = seen(court, (Entry(one, of_one, number) for number in these[filling]))
        second = seen(court, (Entry(other, of_other, number) for number in those[filling]))
        for each, later in product(first.proven, second.proven):
            finding = collide(each, later)
            if finding:
                return finding
        unsure = unsure or (first.may_be and second.may_be and (first.unsure or second.unsure)) or tried > MAX_TRIED
        if tried > MAX_TRIED:
            break
    return possible(other, f"`{one.rule.id}` gives some of the same topics") if unsure else None
