"""An index over rules: which of them may take an address, found without asking each one.

Rules stand in a tree of levels: literal levels (and captures of few values) by hash, others by the text before, after
and inside them. It finds candidates, at most a few too many; whether a rule takes the address is a `Matcher`'s word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from uns.naming.affixes import Affixes, AffixTable
from uns.naming.matcher import around
from uns.naming.pattern import One, Part, Pattern, PatternLevel, Rest, is_deep, literal_of
from uns.naming.rule import Rule, Where
from uns.naming.where import finite_values

WRITTEN_OUT: Final = 1_000
"""Values of one rule that are written out as levels of their own."""
ALL_WRITTEN_OUT: Final = 200_000
NEAR: Final = 8
"""How many rules are looked at for the one that is told to be nearest."""
_THROUGH: Final = 4


@dataclass(slots=True)
class Node:
    """A level reached: what may follow it, and which rules are complete here."""

    literals: dict[str, Node] = field(default_factory=dict)
    one: Node | None = None
    affixed: AffixTable[Node] = field(default_factory=AffixTable)
    end: Node | None = None
    """Where the topic is complete: the tag's levels follow."""
    rest: Node | None = None
    """The same, whatever levels come."""
    rules: list[int] = field(default_factory=list)
    through: list[int] = field(default_factory=list)
    """Numbers of the first few rules that come this way."""


class Index:
    """The rules of a file, by their topic and tag patterns."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.root = Node()
        self.room = ALL_WRITTEN_OUT
        for number, rule in enumerate(rules):
            _passed(self.root, number)
            wheres = {each.capture: each for each in rule.where}
            complete = self._grown([self.root], rule.topic, wheres, number)
            for node in self._grown(complete, rule.tag, wheres, number) if rule.tag else complete:
                node.rules.append(number)

    def candidates(self, topic: list[str], tag: list[str] | None) -> list[int]:
        """Numbers of the rules that may take the address, in the file's order."""
        found: set[int] = set()
        for node in _complete(self.root, topic):
            found.update(node.rules)
            if tag is not None:
                found.update(number for last in _complete(node, tag) for number in last.rules)
        return sorted(found)

    def near(self, topic: list[str], tag: list[str] | None) -> list[int]:
        """A few rules that go far along with an address that none takes, the furthest first."""
        found: dict[int, None] = {}
        ways = [_reached(node, tag or []) for node in _complete(self.root, topic)]
        for nodes in chain(*ways, _reached(self.root, topic)):
            for node in nodes:
                found.update(dict.fromkeys(node.through))
            if len(found) >= NEAR:
                break
        return list(found)[:NEAR]

    def _grown(self, nodes: list[Node], pattern: Pattern, wheres: Mapping[str, Where], number: int) -> list[Node]:
        """The nodes that the pattern leads to from these, made where they are not there yet."""
        room = WRITTEN_OUT
        for level in pattern.levels:
            if isinstance(level, Rest) or is_deep(level):
                return [_rest(node, number) for node in nodes]
            ways = _ways(level, wheres, min(room // max(len(nodes), 1), self.room))
            room, self.room = room // max(len(ways), 1), self.room - (len(ways) - 1) * len(nodes)
            nodes = [_child(node, way, number) for node in nodes for way in ways]
        return [_end(node, number) for node in nodes]


def _ways(level: PatternLevel, wheres: Mapping[str, Where], room: int) -> list[str | Affixes | None]:
    """How a level is looked up: by whole texts, by affixes, or (None) not at all."""
    if isinstance(level, (One, Rest)):
        return [None]
    literal = literal_of(level)
    return [literal] if literal is not None else list(_affixes(level, wheres, room))


def _affixes(level: tuple[Part, ...], wheres: Mapping[str, Where], room: int) -> list[str] | list[Affixes]:
    texts, names = around(level)
    first = _few(wheres.get(names[0]), room)
    if len(names) == 1:
        return [Affixes(texts[0], texts[-1])] if first is None else [texts[0] + each + texts[1] for each in first]
    if first is not None:
        return [Affixes(texts[0] + each + texts[1], texts[-1], _longest(texts[2:-1])) for each in first]
    last = _few(wheres.get(names[-1]), room)
    if last is not None:
        return [Affixes(texts[0], texts[-2] + each + texts[-1], _longest(texts[1:-2])) for each in last]
    return [Affixes(texts[0], texts[-1], _longest(texts[1:-1]))]


def _longest(texts: tuple[str, ...]) -> str:
    return max(texts, key=len, default="")


def _few(where: Where | None, room: int) -> list[str] | None:
    """The values of a capture, or None where there are too many to write them out."""
    if where is None:
        return None
    values = where.values
    if values is None:
        values = None if where.pattern is None else tuple(finite_values(where.pattern, WRITTEN_OUT) or ()) or None
    return None if values is None or len(values) > room else sorted({each for each in values if each})


def _child(node: Node, way: str | Affixes | None, number: int) -> Node:
    if way is None:
        node.one = node.one or Node()
        return _passed(node.one, number)
    if isinstance(way, Affixes):
        return _passed(node.affixed.setdefault(way, Node()), number)
    return _passed(node.literals.setdefault(way, Node()), number)


def _end(node: Node, number: int) -> Node:
    node.end = node.end or Node()
    return _passed(node.end, number)


def _rest(node: Node, number: int) -> Node:
    node.rest = node.rest or Node()
    return _passed(node.rest, number)


def _passed(node: Node, number: int) -> Node:
    if len(node.through) < _THROUGH and number not in node.through:
        node.through.append(number)
    return node


def _complete(root: Node, levels: list[str]) -> Iterator[Node]:
    """The nodes at which patterns are complete that may take all of the levels."""
    nodes = [root]
    for text in levels:
        yield from (node.rest for node in nodes if node.rest)
        nodes = [child for node in nodes for child in _children(node, text)]
    yield from (last for node in nodes for last in (node.rest, node.end) if last)


def _reached(root: Node, levels: list[str]) -> list[list[Node]]:
    """The nodes that each further level leads to, the last ones first."""
    reached = [[root]]
    for text in levels:
        further = [child for node in reached[-1] for child in _children(node, text)]
        if not further:
            break
        reached.append(further)
    return reached[::-1]


def _children(node: Node, text: str) -> Iterator[Node]:
    if text in node.literals:
        yield node.literals[text]
    if node.one:
        yield node.one
    yield from node.affixed.matching(text)
