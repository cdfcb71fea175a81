"""Languages: which texts one level of a pattern takes, compared exactly where they are finite, by automata elsewhere.

A literal level takes one text; a capture whose `where` lists values (or takes up to 1 000) makes a finite set;
everything else is endless. Answers are True, False, or None where the budget does not reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final, NamedTuple

from uns.naming.pattern import Capture, One, Part
from uns.naming.prove.automaton import (
    ANYTHING,
    NO_SLASH,
    NO_SLASHES,
    OPEN,
    Automaton,
    Budget,
    Open,
    build,
    literal,
    search,
)
from uns.naming.regex import Choice, Node, Repeat, Sequence, not_empty, parse_regex
from uns.naming.rule import Where
from uns.naming.where import finite_values

MAX_VALUES: Final = 1_000
AFFIX: Final = 64
"""Characters of fixed text that are compared before anything else."""


class Endless(NamedTuple):
    """A capture that is not a finite set: any text, or what its `where` pattern takes; deep ones may hold `/`."""

    pattern: str | None = None
    deep: bool = False


Piece = str | tuple[str, ...] | Endless
"""Fixed text, the values that a capture may have, or an endless capture."""


@dataclass(frozen=True, slots=True)
class Language:
    """The texts of one level; `pieces` is None where the level may be anything, even empty."""

    pieces: tuple[Piece, ...] | None
    values: frozenset[str] | None
    """All of them, where they are finitely many."""

    @property
    def only(self) -> str | None:
        """The one text that it takes, if it takes just one."""
        return next(iter(self.values)) if self.values is not None and len(self.values) == 1 else None

    @property
    def begins(self) -> str:
        """Fixed text with which all of them begin, as far as it is compared."""
        first = self.pieces[0] if self.pieces else ""
        return first[:AFFIX] if isinstance(first, str) else ""

    @property
    def ends(self) -> str:
        """Fixed text with which all of them end."""
        last = self.pieces[-1] if self.pieces else ""
        return last[-AFFIX:] if isinstance(last, str) else ""


def apart(left: Language, right: Language) -> bool:
    """Whether their fixed beginnings or ends tell them apart at a glance."""
    one, other = left.begins, right.begins
    if not (one.startswith(other) or other.startswith(one)):
        return True
    one, other = left.ends, right.ends
    return not (one.endswith(other) or other.endswith(one))


def language(pieces: tuple[Piece, ...]) -> Language:
    choices = [(each,) if isinstance(each, str) else each for each in pieces if not isinstance(each, Endless)]
    if len(choices) < len(pieces) or _count(choices) > MAX_VALUES:
        return Language(pieces, None)
    return Language(pieces, frozenset("".join(each) for each in product(*choices)))


def _count(choices: list[tuple[str, ...]]) -> int:
    total = 1
    for each in choices:
        total *= len(each)
    return total


ANY_LEVEL: Final = Language(None, None)
SOME_TEXT: Final = language((Endless(),))


def only(text: str) -> Language:
    return Language((text,), frozenset((text,)))


def values_of(where: Where | None) -> tuple[str, ...] | None:
    """The values that a capture may have, sorted; None where they are endless."""
    if where is None:
        return None
    if where.values is not None:
        return tuple(sorted({each for each in where.values if each}))
    finite = None if where.pattern is None else finite_values(where.pattern, MAX_VALUES)
    return None if finite is None else tuple(sorted(each for each in finite if each))


def piece(part: Part, wheres: dict[str, Where]) -> Piece:
    if not isinstance(part, Capture):
        return part
    where = wheres.get(part.name)
    finite = values_of(where)
    if finite is not None:
        return finite if part.deep else tuple(each for each in finite if "/" not in each)
    return Endless(where.pattern if where else None, part.deep)


def level_language(level: One | tuple[Part, ...], wheres: dict[str, Where]) -> Language:
    return ANY_LEVEL if isinstance(level, One) else language(tuple(piece(part, wheres) for part in level))


@lru_cache(maxsize=8192)
def automaton(pieces: tuple[Piece, ...] | None) -> Automaton | None:
    if pieces is None:
        return build(Repeat(NO_SLASH, 0, None))
    return build(Sequence(tuple(_node(each) for each in pieces)))


def _node(part: Piece) -> Node:
    if isinstance(part, Endless):
        return (ANYTHING if part.deep else NO_SLASHES) if part.pattern is None else not_empty(parse_regex(part.pattern))
    return literal(part) if isinstance(part, str) else Choice(tuple(literal(each) for each in part))


class Algebra:
    """Comparisons of languages, each worked out once, all within one budget."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._known: dict[tuple[str, Language, Language], bool | None] = {}

    def overlaps(self, left: Language, right: Language) -> bool | None:
        if left.pieces is None or right.pieces is None or left == right:
            return left.values is None or bool(left.values)
        return False if apart(left, right) else self._remembered("overlaps", left, right)

    def contains(self, outer: Language, inner: Language) -> bool | None:
        if outer.pieces is None or outer == inner:
            return True
        return self._remembered("contains", outer, inner)

    def takes(self, outer: Language, text: str) -> bool | None:
        if outer.pieces is None:
            return "/" not in text
        if outer.values is not None:
            return text in outer.values
        if not (text.startswith(outer.begins) and text.endswith(outer.ends)):
            return False
        machine = automaton(outer.pieces)
        return machine.accepts(text) if machine else None

    def common(self, languages: tuple[Language, ...], banned: str = "/") -> str | Open | None:
        """A shortest text of all the languages, of characters that are not banned."""
        finite = next((each.values for each in languages if each.values is not None), None)
        if finite is not None:
            good = (text for text in sorted(finite) if not set(text) & set(banned))
            return next((text for text in good if all(self.takes(each, text) for each in languages)), None)
        machines = [automaton(each.pieces) for each in languages]
        inside = tuple(each for each in machines if each)
        return search(inside, (), self._budget, banned) if len(inside) == len(machines) else OPEN

    def _remembered(self, question: str, left: Language, right: Language) -> bool | None:
        asked = (question, left, right)
        if asked not in self._known:
            self._known[asked] = self._overlaps(left, right) if question == "overlaps" else self._contains(left, right)
        return self._known[asked]

    def _overlaps(self, left: Language, right: Language) -> bool | None:
        if left.values is not None and right.values is not None:
            return not left.values.isdisjoint(right.values)
        if left.values is not None or right.values is not None:
            finite, endless = (left.values, right) if left.values is not None else (right.values, left)
            return _any([self.takes(endless, text) for text in finite or ()])
        witness = self.common((left, right))
        return None if isinstance(witness, Open) else witness is not None

    def _contains(self, outer: Language, inner: Language) -> bool | None:
        if inner.values is not None and outer.values is not None:
            return inner.values <= outer.values
        if inner.values is not None:
            return _all([self.takes(outer, text) for text in inner.values])
        if outer.values is not None:
            return False
        within, without = automaton(inner.pieces), automaton(outer.pieces)
        if within is None or without is None:
            return None
        witness = search((within,), (without,), self._budget, "/")
        return None if isinstance(witness, Open) else witness is None


def _any(answers: list[bool | None]) -> bool | None:
    return True if True in answers else None if None in answers else False


def _all(answers: list[bool | None]) -> bool | None:
    return False if False in answers else None if None in answers else True
