"""An index of addresses: which rules could take an address, without looking at every rule.

A tree by levels, first the topic's and below each end the tag's. Literal levels are found by their text, others by
their language, so ten thousand rules that differ in one literal level cost one look each.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from itertools import islice
from typing import Generic, TypeVar

from uns.naming.matcher import Matcher
from uns.naming.prove.addresses import Address, Addresses, Levels, Tail, addresses
from uns.naming.prove.automaton import OPEN, Budget, Open
from uns.naming.prove.language import Algebra, Language, only
from uns.naming.rule import Rule

Kept = TypeVar("Kept")


class _Node(Generic[Kept]):
    def __init__(self) -> None:
        self.literal: dict[str, _Node[Kept]] = {}
        self.open: dict[str, dict[Language, _Node[Kept]]] = {}
        """By the fixed text with which they begin."""
        self.begins: list[str] = []
        """The keys of `open`, in order."""
        self.ends: dict[Tail | None, Kept] = {}

    def child(self, language: Language) -> _Node[Kept]:
        if language.only is not None:
            return self.literal.setdefault(language.only, _Node())
        if language.begins not in self.open:
            insort(self.begins, language.begins)
        return self.open.setdefault(language.begins, {}).setdefault(language, _Node())

    def below(self) -> Iterator[Kept]:
        """Everything that ends below here, and not here itself."""
        opened = (node for alike in self.open.values() for node in alike.values())
        for node in (*self.literal.values(), *opened):
            yield from node.ends.values()
            yield from node.below()

    def towards(self, language: Language, algebra: Algebra, looks: Budget) -> Iterator[_Node[Kept]]:
        """The children that some text of the language leads to, as far as the budget reaches."""
        if language.values is not None and len(language.values) < len(self.literal):
            looks.spend(len(language.values) // 8)
            yield from (self.literal[text] for text in language.values if text in self.literal)
        else:
            for text, node in self.literal.items():
                if looks.spend(1) and algebra.takes(language, text) is not False:
                    yield node
        for begin in self._alike(language.begins):
            for other, node in self.open[begin].items():
                if looks.spend(1) and algebra.overlaps(other, language) is not False:
                    yield node

    def _alike(self, begin: str) -> Iterator[str]:
        """The beginnings that go on as this one does, and those that this one goes on from."""
        yield from (begin[:end] for end in range(len(begin)) if begin[:end] in self.open)
        for each in islice(self.begins, bisect_left(self.begins, begin), None):
            if not each.startswith(begin):
                return
            yield each


class _Tags:
    """The numbers of the rules of one topic pattern: those that take any tag, and the others by their tags."""

    def __init__(self) -> None:
        self.any: list[int] = []
        self.by_tag: _Node[list[int]] = _Node()


class Index:
    def __init__(self, algebra: Algebra) -> None:
        self._algebra = algebra
        self._root: _Node[_Tags] = _Node()

    def add(self, number: int, taken: Addresses) -> None:
        tags = _end(self._root, taken.topic).ends.setdefault(taken.topic.tail, _Tags())
        if taken.tag is None:
            tags.any.append(number)
        else:
            _end(tags.by_tag, taken.tag).ends.setdefault(taken.tag.tail, []).append(number)

    def near(self, asked: Addresses, looks: Budget) -> list[int] | Open:
        """The numbers of all rules that share an address with these, and perhaps some more; in order."""
        if looks.is_spent:
            return OPEN
        numbers: list[int] = []
        for tags in self._met(self._root, asked.topic, 0, looks):
            numbers.extend(tags.any)
            ends = self._met(tags.by_tag, asked.tag, 0, looks) if asked.tag else _all(tags.by_tag)
            numbers.extend(number for end in ends for number in end)
        return sorted(numbers) if looks.spend(len(numbers)) else OPEN

    def _met(self, node: _Node[Kept], asked: Levels, depth: int, looks: Budget) -> Iterator[Kept]:
        left = len(asked.fixed) - depth
        for tail, kept in node.ends.items():
            if _may_end(tail, left, asked.tail):
                yield kept
        if left == 0:
            if asked.tail:
                yield from node.below()
            return
        for child in node.towards(asked.fixed[depth], self._algebra, looks):
            yield from self._met(child, asked, depth + 1, looks)


def _end(node: _Node[Kept], levels: Levels) -> _Node[Kept]:
    for level in levels.fixed:
        node = node.child(level)
    return node


def _all(node: _Node[Kept]) -> Iterator[Kept]:
    yield from node.ends.values()
    yield from node.below()


def _may_end(tail: Tail | None, left: int, asked: Tail | None) -> bool:
    """Whether a pattern that ends here with this tail can take what is left of the asked levels."""
    if tail is None:
        return left == 0 and not (asked and asked.deep)
    return not tail.deep or left > 0 or asked is not None


class Takers:
    """Who takes an address: the first rule of a file whose patterns match it, and what it captures."""

    def __init__(self, rules: tuple[Rule, ...], algebra: Algebra) -> None:
        self.rules = rules
        self.taken = tuple(addresses(rule) for rule in rules)
        self.index = Index(algebra)
        for number, each in enumerate(self.taken):
            self.index.add(number, each)

    def take(self, address: Address, looks: Budget) -> tuple[int, dict[str, str]] | None:
        """The number of the rule that takes it, and its captures; None also where the budget does not reach."""
        tag = None if address.tag is None else _exactly(address.tag)
        near = self.index.near(Addresses(_exactly(address.topic), tag), looks)
        for number in () if isinstance(near, Open) else near:
            captures = captured(self.rules[number], address)
            if captures is not None:
                return number, captures
        return None


def captured(rule: Rule, address: Address) -> dict[str, str] | None:
    """What the rule captures of the address, or None where it does not take it."""
    captures = Matcher(rule.topic, rule.where).match(address.topic.split("/"))
    if captures is None or rule.tag is None:
        return captures
    if address.tag is None:
        return None
    tagged = Matcher(rule.tag, rule.where).match(address.tag.split("/"))
    return None if tagged is None else captures | tagged


def _exactly(text: str) -> Levels:
    return Levels(tuple(only(level) for level in text.split("/")))
