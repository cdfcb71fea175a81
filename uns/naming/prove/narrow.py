"""Narrowing: what is left of a rule's addresses where its topics are also another rule's.

`plc/{m}/speed` and, after it, `plc/{m}/{t}` both give `…/{m}/speed`, but only an address that the first one takes would
make the second give it. Where the captures that a topic tells are narrowed to what the other rule's topics can be, and
an earlier rule takes everything that is left, there is no collision.
"""

from __future__ import annotations

from uns.naming.prove.addresses import Addresses, Levels, contains, levels
from uns.naming.prove.automaton import Open
from uns.naming.prove.claims import Claim, direct
from uns.naming.prove.evidence import Court
from uns.naming.prove.language import Endless, Language
from uns.naming.rule import Where
from uns.naming.template import Slot, Template


def narrowed_away(court: Court, one: Claim, other: Claim) -> bool:
    """Whether an earlier rule takes every address of one of them that could meet the other's topics."""
    return _taken_before(court, other, one.levels()) or _taken_before(court, one, other.levels())


def _taken_before(court: Court, claim: Claim, topics: Levels) -> bool:
    left = _narrowed(claim, topics)
    near = court.takers.index.near(left, court.looks)
    return not isinstance(near, Open) and any(
        number < claim.number and contains(court.takers.taken[number], left, court.algebra) for number in near
    )


def _narrowed(claim: Claim, topics: Levels) -> Addresses:
    wheres = {each.capture: each for each in claim.rule.where}
    for name, at in direct(claim.template).items():
        if name not in wheres and at < len(topics.fixed):
            where = _stripped(name, claim, claim.template, at, topics.fixed[at])
            wheres |= {name: where} if where else {}
    rule = claim.rule
    return Addresses(levels(rule.topic, wheres), levels(rule.tag, wheres) if rule.tag else None)


def _stripped(name: str, claim: Claim, template: Template, at: int, level: Language) -> Where | None:
    """The language of a target's level without the fixed text around the capture."""
    level_parts = template.levels[at]
    slot = next(index for index, part in enumerate(level_parts) if isinstance(part, Slot))
    before = "".join(part for part in level_parts[:slot] if isinstance(part, str))
    after = "".join(part for part in level_parts[slot + 1 :] if isinstance(part, str))
    if level.values is not None:
        cut = (text[len(before) : len(text) - len(after)] for text in level.values if _holds(text, before, after))
        return Where(name, claim.rule.place, tuple(sorted(cut)))
    endless = [each for each in level.pieces or () if isinstance(each, Endless)]
    texts = [each for each in level.pieces or () if isinstance(each, str)]
    if len(endless) == 1 and endless[0].pattern and texts == [each for each in (before, after) if each]:
        return Where(name, claim.rule.place, pattern=endless[0].pattern)
    return None


def _holds(text: str, before: str, after: str) -> bool:
    return len(text) > len(before) + len(after) and text.startswith(before) and text.endswith(after)
