"""Proofs: what can be said of rule files without a message, each question in a module of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from uns.finding import FilePlace, Finding, found
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
from uns.naming.prove.places import place
from uns.naming.prove.reach import reach
from uns.naming.prove.sets import related, size
from uns.naming.rule import Rule, RuleFile
from uns.naming.standard import Standard

__all__ = ["prove"]

LOOKS: Final = 300_000
"""How many times one question may compare two rules of one file."""
MOST_ENTRIES: Final = 5_000_000
"""How many rows of tables and values of lists the rules of a project are gone through with, each rule for itself."""


def prove(standard: Standard, files: tuple[RuleFile, ...]) -> list[Finding]:
    """All that can be said of these files, by place; the same for the same files, however long it takes.

    Of a rule that is not sound, only what its patterns and targets say.
    """
    entries, told = Budget(MOST_ENTRIES), dict[Finding, None]()
    for file in sorted(files, key=lambda each: each.path):
        told |= dict.fromkeys(_file(standard, file, entries))
        if entries.is_spent:
            break
    return sorted(told, key=_by_place)


def _file(standard: Standard, file: RuleFile, entries: Budget) -> Iterator[Finding]:
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
        if relation is not None and not entries.spend(size(relation)):
            yield _too_many(rule)
            return
        if relation is not None:
            yield from reach(ground, relation)
            if rule.sound:
                yield from meaning(standard, file, relation, fed.by_rule[number])
    ordered = list(order(Court(fed, takers, algebra, _looks(file))))
    yield from ordered
    shadowed = {each.where for each in ordered if each.code == "rule-shadowed"}
    dead = {number for number, rule in enumerate(file.rules) if rule.place in shadowed}
    yield from collisions(Court(fed, takers, algebra, _looks(file)), frozenset(dead | broken))


def _too_many(rule: Rule) -> Finding:
    most = f"{MOST_ENTRIES:,}".replace(",", " ")
    message = f"with `{rule.id}` the rules join more than {most} rows of tables and lists, which are not judged"
    remedy = "let one rule take what differs in captures only, or give each rule a table of its own rows"
    return found("lookup-shape", message, remedy, place(rule, "lookup"))


def _looks(file: RuleFile) -> Budget:
    """For each question one; rules that differ in literal levels need a few looks each."""
    return Budget(LOOKS + 100 * len(file.rules))


def _by_place(finding: Finding) -> tuple[FilePlace, str, str]:
    assert isinstance(finding.where, FilePlace)
    return finding.where, finding.code, finding.message
