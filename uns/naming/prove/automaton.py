"""Languages of endless `where` patterns as automata, searched lazily and within a budget.

A library that builds whole automata has no bound: `(a|b)*a(a|b){30}` alone is a thousand million states. Here the
positions of the expression are the states (Glushkov), sets of them are followed only as far as a question needs, and a
question that grows too large stays open.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from uns.naming.regex import Chars, Choice, Node, Repeat, Sequence

MAX_POSITIONS: Final = 600
MAX_FOLLOWS: Final = 20_000
_LAST: Final = 0x10FFFF
_PREFERRED: Final = "xam1A0"
_SURROGATES: Final = range(0xD800, 0xE000)

Ranges = tuple[tuple[int, int], ...]
"""Characters as inclusive ranges of code points."""
NO_SLASH: Final = Chars(((ord("/"), ord("/")),), negated=True)
NO_SLASHES: Final = Repeat(NO_SLASH, 1, None)
ANYTHING: Final = Repeat(Chars((), negated=True), 1, None)


def literal(text: str) -> Node:
    return Sequence(tuple(Chars(((ord(each), ord(each)),)) for each in text))


@dataclass(frozen=True, slots=True)
class Automaton:
    """State 0 is the start, every other one a position of the expression, entered by a character of its class."""

    entered: tuple[tuple[Ranges, frozenset[int]], ...]
    """Each class, with the states that its characters lead to."""
    follow: tuple[frozenset[int], ...]
    accepting: frozenset[int]

    def reached(self, states: Iterable[int]) -> frozenset[int]:
        return frozenset().union(*(self.follow[state] for state in states))

    def entered_by(self, character: str) -> frozenset[int]:
        """The states that this character may lead to."""
        code = ord(character)
        return frozenset().union(*(states for ranges, states in self.entered if _holds(ranges, code)))

    def accepts(self, text: str) -> bool:
        states = frozenset([0])
        for character in text:
            states = self.reached(states) & self.entered_by(character)
            if not states:
                return False
        return bool(states & self.accepting)


MAX_SEARCH: Final = 60_000
"""Steps of one search."""


class Budget:
    """How much may still be worked out in one judgement: counted in steps, not in time, so that all machines agree."""

    def __init__(self, steps: int = 400_000) -> None:
        self.left = steps

    @property
    def is_spent(self) -> bool:
        return self.left <= 0

    def spend(self, steps: int) -> bool:
        self.left -= steps
        return self.left > 0


class Open(NamedTuple):
    """The answer is beyond the budget."""


OPEN: Final = Open()


def build(node: Node) -> Automaton | None:
    """The automaton of an expression; None where it would be too large."""
    if _positions(node) > MAX_POSITIONS:
        return None
    builder = _Builder()
    nullable, first, last = builder.fragment(node)
    if builder.follows > MAX_FOLLOWS:
        return None
    builder.follow[0] = first
    accepting = last | {0} if nullable else last
    return Automaton(_by_class(builder.classes), tuple(map(frozenset, builder.follow)), frozenset(accepting))


def _by_class(classes: list[Ranges]) -> tuple[tuple[Ranges, frozenset[int]], ...]:
    entered: dict[Ranges, list[int]] = {}
    for state, ranges in enumerate(classes):
        entered.setdefault(ranges, []).append(state)
    return tuple((ranges, frozenset(states)) for ranges, states in entered.items())


def _positions(node: Node) -> int:
    match node:
        case Chars():
            return 1
        case Sequence(nodes) | Choice(nodes):
            return sum(_positions(each) for each in nodes)
        case Repeat(inner, low, high):
            return _positions(inner) * max(1, low, high or 0)


Fragment = tuple[bool, set[int], set[int]]
"""Whether it takes the empty text, the positions that it may begin with and those that it may end with."""


class _Builder:
    def __init__(self) -> None:
        self.classes: list[Ranges] = [()]
        self.follow: list[set[int]] = [set()]
        self.follows = 0

    def fragment(self, node: Node) -> Fragment:
        match node:
            case Chars(ranges, negated):
                self.classes.append(_others(ranges) if negated else ranges)
                self.follow.append(set())
                return False, {len(self.classes) - 1}, {len(self.classes) - 1}
            case Sequence(nodes):
                return self._sequence(self.fragment(each) for each in nodes)
            case Choice(nodes):
                parts = [self.fragment(each) for each in nodes]
                first, last = (
                    set[int]().union(*(part[1] for part in parts)),
                    set[int]().union(*(part[2] for part in parts)),
                )
                return any(part[0] for part in parts), first, last
            case Repeat(inner, low, high):
                return self._repeat(inner, low, high)

    def _sequence(self, parts: Iterable[Fragment]) -> Fragment:
        nullable, first, last = True, set[int](), set[int]()
        for part in parts:
            self._join(last, part[1])
            first = first | part[1] if nullable else first
            last = last | part[2] if part[0] else part[2]
            nullable = nullable and part[0]
        return nullable, first, last

    def _repeat(self, inner: Node, low: int, high: int | None) -> Fragment:
        parts = [self.fragment(inner) for _ in range(max(1, low, high or 0))]
        if high == 0:
            return True, set(), set()
        if high is None:
            self._join(parts[-1][2], parts[-1][1])
        return self._sequence((part[0] or number >= low, part[1], part[2]) for number, part in enumerate(parts))

    def _join(self, lasts: set[int], firsts: set[int]) -> None:
        self.follows += len(lasts) * len(firsts)
        if self.follows <= MAX_FOLLOWS:
            for each in lasts:
                self.follow[each] |= firsts


def search(
    inside: tuple[Automaton, ...], outside: tuple[Automaton, ...], budget: Budget, banned: str
) -> str | Open | None:
    """A shortest text that all of `inside` take and none of `outside`, of characters that are not banned."""
    if not budget.spend(1):
        return OPEN
    machines, need, left = (*inside, *outside), len(inside), MAX_SEARCH
    alphabet = _representatives(machines, banned)
    entered = [[machine.entered_by(each) for machine in machines] for each in alphabet]
    start = tuple(frozenset([0]) for _ in machines)
    seen, waiting = {start}, deque([(start, "")])
    while waiting:
        states, text = waiting.popleft()
        accepted = [not each.isdisjoint(machine.accepting) for each, machine in zip(states, machines, strict=True)]
        if all(accepted[:need]) and not any(accepted[need:]):
            return text
        reached = [machine.reached(each) for each, machine in zip(states, machines, strict=True)]
        steps = sum(map(len, states)) + len(alphabet) * (2 + sum(map(len, reached)) // 8)
        left -= steps
        if left < 0 or not budget.spend(steps):
            return OPEN
        for character, classes in zip(alphabet, entered, strict=True):
            after = tuple(map(frozenset.intersection, reached, classes))
            if all(after[:need]) and after not in seen:
                seen.add(after)
                waiting.append((after, text + character))
    return None


def _others(ranges: Ranges) -> Ranges:
    """All characters but these."""
    edges, at = list[tuple[int, int]](), 0
    for low, high in sorted(ranges):
        if at < low:
            edges.append((at, low - 1))
        at = max(at, high + 1)
    return (*edges, (at, _LAST)) if at <= _LAST else tuple(edges)


def _holds(ranges: Ranges, code: int) -> bool:
    return any(low <= code <= high for low, high in ranges)


def _representatives(machines: tuple[Automaton, ...], banned: str) -> list[str]:
    """One character for each set of characters that no class tells apart, everyday ones first."""
    cuts = {0, _LAST + 1, _SURROGATES.start, _SURROGATES.stop, *map(ord, banned), *(ord(each) + 1 for each in banned)}
    for machine in machines:
        for ranges, _ in machine.entered:
            cuts.update(edge for low, high in ranges for edge in (low, high + 1))
    edges = sorted(cuts)
    chosen = [_choose(low, high) for low, high in pairwise(edges) if low not in _SURROGATES]
    return sorted(
        (each for each in chosen if each not in banned), key=lambda each: (not each.isalnum(), each > "~", each)
    )


def _choose(low: int, high: int) -> str:
    """A character at or above `low` and below `high`."""
    return next((each for each in _PREFERRED if low <= ord(each) < high), chr(low))
