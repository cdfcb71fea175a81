"""Proofs: what can be said of rule files without a message, each question in a module of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from uns.finding import FilePlace, Finding
from uns.naming.prove.automaton import Budget
from uns.naming.prove.captures import captures
from uns.naming.prove.collision import collisions
from uns.naming.prove.evidence import Court
from uns.naming.prove.feed import feed, feeding
from uns.naming.prove.index import Takers
from uns.naming.prove.language import Algebra
from uns.naming.prove.meaning import meaning
from uns.naming.prove.order import order
from uns.naming.prove.path import Ground
from uns.naming.prove.reach import reach
from uns.naming.prove.sets import related
from uns.naming.rule import RuleFile
from uns.naming.standard import Standard

__all__ = ["prove"]

LOOKS: Final = 300_000
"""How many times one question may compare two rules of one file."""


def prove(standard: Standard, files: tuple[RuleFile, ...]) -> list[Finding]:
    """All that can be said of these files, by place; the same for the same files, however long it takes.

    Of a rule that is not sound, only what its patterns and targets say.
    """
    told = {finding: None for file in sorted(files, key=lambda each: each.path) for finding in _file(standard, file)}
    return sorted(told, key=_by_place)


def _file(standard: Standard, file: RuleFile) -> Iterator[Finding]:
    algebra = Algebra(Budget(400_000 + 500 * len(file.rules)))
    takers = Takers(file.rules, algebra)
    fed = feed(file, takers.taken, algebra, _looks(file))
    yield from feeding(file, fed)
    ground, broken = Ground(standard, file, algebra), set[int]()
    for number, rule in enumerate(file.rules):
        of_captures = list(captures(rule))
        if rule.sound:
            yield from of_captures
        if of_captures or not fed.by_rule[number]:
            broken.add(number)
            continue
        relation = related(rule)
        if relation is not None:
            yield from reach(ground, relation)
            if rule.sound:
                yield from meaning(standard, file, relation, fed.by_rule[number])
    ordered = list(order(Court(fed, takers, algebra, _looks(file))))
    yield from ordered
    shadowed = {each.where for each in ordered if each.code == "rule-shadowed"}
    dead = {number for number, rule in enumerate(file.rules) if rule.place in shadowed}
    yield from collisions(Court(fed, takers, algebra, _looks(file)), frozenset(dead | broken))


def _looks(file: RuleFile) -> Budget:
    """For each question one; rules that differ in literal levels need a few looks each."""
    return Budget(LOOKS + 100 * len(file.rules))


def _by_place(finding: Finding) -> tuple[FilePlace, str, str]:
    assert isinstance(finding.where, FilePlace)
    return finding.where, finding.code, finding.message
