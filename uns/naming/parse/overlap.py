"""Filters that take the same messages: within a file, between files, and with the governed tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from uns.decode.source import Source
from uns.finding import FilePlace
from uns.naming.parse.report import Report
from uns.naming.rule import RuleFile
from uns.topic import TopicFilter

MAX_HITS: Final = 200
"""Overlaps of one filter that are looked at."""


class _Claim(NamedTuple):
    number: int
    filter: TopicFilter
    file: RuleFile
    source: Source


class _Branch:
    """A level in the tree of the filters that came before."""

    __slots__ = ("below", "claims")

    def __init__(self) -> None:
        self.below: dict[str, _Branch] = {}
        self.claims: list[_Claim] = []


def check_overlaps(files: Iterable[RuleFile], root: str | None, report: Report) -> None:
    tree, number = _Branch(), 0
    governed = TopicFilter(f"{root}/#") if root else None
    for file in sorted(files, key=lambda each: each.path):
        for source in file.sources:
            for index, each in enumerate(source.topics):
                place = _place_of(source, index)
                if governed is not None and each.overlaps(governed):
                    message = f"`{each}` holds governed topics, those of `{governed}`"
                    report.add("source-loop", message, "listen elsewhere, or change the standard's `root`", place)
                if report.crowded("source-overlap", place) or report.crowded("source-loop", place):
                    continue
                claim = _Claim(number, each, file, source)
                _check(claim, sorted(_hits(tree, each), key=lambda hit: hit.number), place, report)
                number += 1
                _enter(tree, claim)


def _place_of(source: Source, index: int) -> FilePlace:
    return source.places.get(f"topic/{index}") or source.places.get("topic") or source.place


def _enter(tree: _Branch, claim: _Claim) -> None:
    branch = tree
    for level in claim.filter.levels:
        branch = branch.below.setdefault(level, _Branch())
    branch.claims.append(claim)


def _hits(tree: _Branch, each: TopicFilter) -> Iterator[_Claim]:
    """Earlier filters that overlap this one, the first `MAX_HITS`."""
    found = 0
    open_: list[tuple[_Branch, tuple[str, ...]]] = [(tree, tuple(each.levels))]
    while open_:
        branch, levels = open_.pop()
        here = list(branch.claims) if not levels or levels == ("#",) else []
        if "#" in branch.below:
            here += branch.below["#"].claims
        for claim in here:
            yield claim
            found += 1
            if found >= MAX_HITS:
                return
        if not levels:
            continue
        for level, below in branch.below.items():
            if level == "#":
                continue
            if levels[0] == "#":
                open_.append((below, levels))
            elif "+" in (level, levels[0]) or level == levels[0]:
                open_.append((below, levels[1:]))


def _check(claim: _Claim, hits: Sequence[_Claim], place: FilePlace, report: Report) -> None:
    """At most one finding per filter: of another file, of one that leaves it nothing, or of one half overlapped."""
    mine = claim.filter
    for other in hits:
        if other.file is not claim.file:
            message = f"`{mine}` overlaps `{other.filter}` of `{other.file.stem}.yaml`"
            report.add("source-overlap", message, "narrow it, or list the topics", place)
            return
    for other in hits:
        if other.filter.contains(mine):
            message = f"`{mine}` is never reached, `{other.filter}` comes first (line {other.source.place.line})"
            remedy = "remove it" if other.filter == mine else "move it up"
            report.add("source-shadowed", message, remedy, place)
            return
    for other in hits:
        if not mine.contains(other.filter):
            message = f"`{mine}` overlaps `{other.filter}` (line {other.source.place.line}) without containing it"
            report.add("source-overlap", message, "narrow it, or list the topics", place)
            return
