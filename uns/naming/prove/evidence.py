"""Evidence: addresses that show a collision, each delivered by a source and taken by its rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from uns.naming.lookup import Lookup, Row
from uns.naming.pattern import Capture, One, Pattern, Rest
from uns.naming.prove.addresses import IN_TAGS, IN_TOPICS, Address, Levels, Tail, witness
from uns.naming.prove.automaton import Budget, Open
from uns.naming.prove.feed import Feed
from uns.naming.prove.index import Takers
from uns.naming.prove.language import ANY_LEVEL, SOME_TEXT, Algebra, Language, Piece, language, level_language, only
from uns.naming.rule import Rule


class Shown(NamedTuple):
    """An address that a rule takes with certain captures, or None; `sure` where no choice was left."""

    address: Address | None
    captures: dict[str, str]
    """What the rule captures of it."""
    sure: bool


@dataclass(frozen=True, slots=True)
class Court:
    """What evidence is weighed with: one file's rules, what feeds them, and who takes what."""

    feed: Feed
    takers: Takers
    algebra: Algebra
    looks: Budget
    """How many rules may still be looked at."""

    def taker(self, address: Address) -> tuple[int, dict[str, str]] | None:
        """The number of the rule that takes it, where a source delivers it, and its captures."""
        return self.takers.take(address, self.looks) if self.feed.delivers(address) else None

    def show(self, number: int, captures: dict[str, str], rows: tuple[Row, ...]) -> Shown:
        """An address of the rule with these captures that leads to these rows; captures not given are made up."""
        rule, sure = self.takers.rules[number], True
        topic = _filled(rule.topic, captures, rule)
        tag = _filled(rule.tag, captures, rule) if rule.tag else None
        for source in self.feed.by_rule[number]:
            found = self._found(topic, tag, source.levels, source.tagged)
            sure = sure and _settled(topic) and (tag is None or _settled(tag))
            taken = self._taken(number, found, captures, rows) if found else None
            if taken is not None:
                return Shown(found, taken, True)
        return Shown(None, {}, sure)

    def _found(self, topic: Levels, tag: Levels | None, source: Levels, tagged: bool) -> Address | None:
        text = witness((topic, source), self.algebra, IN_TOPICS)
        if tagged != (tag is not None) or not isinstance(text, str):
            return None
        tagged_as = witness((tag,), self.algebra, IN_TAGS) if tag else None
        return None if isinstance(tagged_as, Open) or (tag and not tagged_as) else Address(text, tagged_as)

    def _taken(
        self, number: int, address: Address, captures: dict[str, str], rows: tuple[Row, ...]
    ) -> dict[str, str] | None:
        """The captures with which the rule takes the address, if they are the ones meant and lead to the rows."""
        taken = self.taker(address)
        if taken is None or taken[0] != number or not captures.items() <= taken[1].items():
            return None
        return taken[1] if row_taken(self.takers.rules[number].lookups, rows, taken[1]) else None


def row_taken(lookups: tuple[Lookup, ...], rows: tuple[Row, ...], captures: dict[str, str]) -> bool:
    """Whether these captures lead to just these rows."""
    known = dict(captures)
    for lookup, row in zip(lookups, rows, strict=True):
        if any(name not in known for name in lookup.key):
            return False
        if row not in lookup.find(tuple(known[name] for name in lookup.key)):
            return False
        known = dict(zip(lookup.columns, row.cells, strict=True)) | known
    return True


def _settled(levels: Levels) -> bool:
    return levels.tail is None and all(each.only is not None for each in levels.fixed)


def _filled(pattern: Pattern, captures: dict[str, str], rule: Rule) -> Levels:
    """The pattern with the captures in it; a deep one becomes the levels that it caught."""
    fixed, tail = list[Language](), None
    for level in pattern.levels:
        if isinstance(level, Rest):
            tail = Tail()
        elif isinstance(level, One):
            fixed.append(ANY_LEVEL)
        elif any(isinstance(part, Capture) and part.deep and part.name not in captures for part in level):
            tail = Tail(True, "".join(part for part in level if isinstance(part, str)))
        else:
            fixed.extend(_level(level, captures, rule))
    return Levels(tuple(fixed), tail)


def _level(level: tuple[str | Capture, ...], captures: dict[str, str], rule: Rule) -> list[Language]:
    wheres = {each.capture: each for each in rule.where}
    if all(isinstance(part, str) or part.name in captures for part in level):
        text = "".join(part if isinstance(part, str) else captures[part.name] for part in level)
        return [only(each) for each in text.split("/")]
    pieces: list[Piece] = []
    for part in level:
        if isinstance(part, Capture) and part.name not in captures:
            pieces.extend(level_language((part,), wheres).pieces or SOME_TEXT.pieces or ())
        else:
            pieces.append(part if isinstance(part, str) else captures[part.name])
    return [language(tuple(pieces))]
