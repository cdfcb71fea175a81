"""Verdicts: whether two entries that give one topic are two addresses in truth, and how that is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from uns.finding import FilePlace, Finding, Malformed, found
from uns.naming.prove.claims import Claim
from uns.naming.prove.evidence import Court, Shown
from uns.naming.prove.places import place
from uns.naming.prove.sets import Relation
from uns.naming.template import render_levels

MAX_SEEN: Final = 200
"""Entries of one topic that are looked at."""


class Entry(NamedTuple):
    """One way to fill a claim that is written out."""

    claim: Claim
    relation: Relation
    number: int

    @property
    def captures(self) -> dict[str, str]:
        """What the entry says of the captures; free ones are left out."""
        named = zip(self.relation.names, self.relation.cells[self.number], strict=True)
        caught = self.relation.captured
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


class Seen(NamedTuple):
    """Entries of one topic with an address of their own, and whether others may have one."""

    proven: list[tuple[Entry, Shown]]
    unsure: bool

    @property
    def may_be(self) -> bool:
        return bool(self.proven) or self.unsure


def seen(court: Court, entries: Iterable[Entry]) -> Seen:
    """Up to a number; what the first one leaves free the others of its rule leave free alike."""
    proven, unsure = list[tuple[Entry, Shown]](), False
    for number, entry in enumerate(entries):
        if number == MAX_SEEN:
            return Seen(proven, True)
        shown = entry.shown(court, proven[0][1].captures if proven else {})
        if shown.address is not None:
            proven.append((entry, shown))
        unsure = unsure or (shown.address is None and not shown.sure)
    return Seen(proven, unsure)


def collide(one: tuple[Entry, Shown], other: tuple[Entry, Shown]) -> Finding | None:
    """The finding that two addresses, or two bits of one, give one topic in truth."""
    (first, left), (second, right) = one, other
    topic = first.topic(left.captures)
    if topic is None or topic != second.topic(right.captures):
        return None
    if left.address != right.address:
        both = f"`{left.address}` and `{right.address}`"
    elif first.claim is second.claim and first.bit != second.bit:
        both = f"bits {first.bit or '-'} and {second.bit or '-'} of `{left.address}`"
    else:
        return None
    where = second.place if first.claim.number == second.claim.number else second.claim.rule.place
    return found("collision", f"{both} both give `…/{topic}`", "correct the table or the rule", where)


def possible(claim: Claim, reason: str) -> Finding:
    remedy = "use a lookup, or list the values in `where`"
    return found(
        "collision-possible", f"two addresses may share a topic: {reason}", remedy, place(claim.rule, claim.key)
    )
