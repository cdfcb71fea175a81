"""Verdicts: whether two entries that give one topic are two addresses in truth, and how that is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from uns.finding import FilePlace, Finding, Malformed, found
from uns.naming.prove.captures import caught_by
from uns.naming.prove.claims import Claim
from uns.naming.prove.evidence import Court, Shown
from uns.naming.prove.places import place
from uns.naming.prove.sets import Relation
from uns.naming.template import render_levels


class Entry(NamedTuple):
    """One way to fill a claim that is written out."""

    claim: Claim
    relation: Relation
    number: int

    @property
    def captures(self) -> dict[str, str]:
        """What the entry says of the captures; free ones are left out."""
        named = zip(self.relation.names, self.relation.cells[self.number], strict=True)
        caught = caught_by(self.claim.rule)
        return {name: text for name, text in named if name in caught and not self.relation.free(name, self.number)}

    @property
    def bit(self) -> str:
        return self.relation.cell("bit", self.number)

    @property
    def place(self) -> FilePlace:
        """The last joined row, or the target where no table takes part."""
        lookups = self.claim.rule.lookups
        if not lookups:
            return place(self.claim.rule, self.claim.key)
        return lookups[-1].place_of(self.relation.rows[self.number][-1])

    def shown(self, court: Court, like: Mapping[str, str]) -> Shown:
        """Evidence for it; captures that it leaves free are as in `like`, where that says them."""
        return court.show(self.claim.number, {**like, **self.captures}, self.relation.rows[self.number])

    def topic(self, captures: Mapping[str, str]) -> str | None:
        """The topic, without root, that this entry gives with all captures known."""
        named = zip(self.relation.names, self.relation.cells[self.number], strict=True)
        known = {**{name: text for name, text in named if name}, **captures}
        levels = render_levels(self.claim.template, known)
        return None if isinstance(levels, Malformed) else "/".join(levels)


def pair(court: Court, one: Entry, other: Entry) -> Finding | bool | None:
    """A finding where both addresses are shown, False where they are none or the same, None where that is not sure."""
    same_rule = one.claim.number == other.claim.number
    left = one.shown(court, {})
    if same_rule and one.captures == other.captures and one.claim.at == other.claim.at:
        return _bits(one, other, left) if left.address and one.bit != other.bit else False
    right = other.shown(court, left.captures if same_rule else {})
    if left.address is None or right.address is None:
        return False if (left.sure and not left.address) or (right.sure and not right.address) else None
    if left.address == right.address:
        return False
    topic = one.topic(left.captures)
    if topic is None or topic != other.topic(right.captures):
        return None
    return _present(one, other, f"`{left.address}` and `{right.address}`", topic)


def _bits(one: Entry, other: Entry, shown: Shown) -> Finding:
    both = f"bits {one.bit or '-'} and {other.bit or '-'} of `{shown.address}`"
    return _present(one, other, both, other.topic(shown.captures) or other.claim.template.text)


def _present(one: Entry, other: Entry, both: str, topic: str) -> Finding:
    where = other.place if one.claim.number == other.claim.number else other.claim.rule.place
    return found("collision", f"{both} both give `…/{topic}`", "correct the table or the rule", where)


def possible(claim: Claim, reason: str) -> Finding:
    remedy = "use a lookup, or list the values in `where`"
    return found(
        "collision-possible", f"two addresses may share a topic: {reason}", remedy, place(claim.rule, claim.key)
    )
