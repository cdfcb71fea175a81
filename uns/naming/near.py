"""The rules that come nearest to an address that none takes: where each stops, and the edit with which it would not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from uns.finding import FilePlace
from uns.naming.edit import edited
from uns.naming.matcher import allows, level_matcher
from uns.naming.pattern import Pattern, Rest, is_deep, literal_of, written_levels
from uns.naming.rule import Rule, RuleFile, Where

SHOWN: Final = 60


class Near(NamedTuple):
    """A rule that does not take an address."""

    rule: Rule
    place: FilePlace
    """Of the key at which it stops."""
    stops: str
    """`level 3 of from: ...`, or `where: line = 9, allowed [1-3]`."""
    remedy: str
    """The edit that would let it take the address (and perhaps others); none for a rule that ignores."""


class Stop(NamedTuple):
    """One place where a rule does not go along; `distance` is 1 for a level that has nothing in common."""

    key: str
    text: str
    distance: float


def near(file: RuleFile, topic: str, tag: str | None, limit: int = 3) -> list[Near]:
    """The nearest rules of the file, nearest first."""
    return nearest_rules(file.rules, topic, tag, limit)


def nearest_rules(rules: Iterable[Rule], topic: str, tag: str | None, limit: int = 3) -> list[Near]:
    """The nearest of these rules; of equally near ones the earlier first. One that ignores counts as further off."""
    ranked = []
    for number, rule in enumerate(rules):
        stops = list(_stops(rule, topic, tag))
        ranked.append((sum(stop.distance for stop in stops) + rule.ignore, number, rule, stops))
    ranked.sort(key=lambda entry: entry[:2])
    return [_near(rule, stops[0], topic, tag) for _, _, rule, stops in ranked[:limit] if stops]


def _near(rule: Rule, stop: Stop, topic: str, tag: str | None) -> Near:
    return Near(rule, rule.places.get(stop.key, rule.place), stop.text, "" if rule.ignore else edited(rule, topic, tag))


def _stops(rule: Rule, topic: str, tag: str | None) -> Iterator[Stop]:
    yield from _in_levels("from", rule.topic, rule.where, topic.split("/"))
    if rule.tag is not None and tag is None:
        yield Stop("tag", "tag: the reading has none", 1.0)
    elif rule.tag is not None and tag is not None:
        yield from _in_levels("tag", rule.tag, rule.where, tag.split("/"))


def _in_levels(key: str, pattern: Pattern, wheres: tuple[Where, ...], levels: list[str]) -> Iterator[Stop]:
    last = pattern.levels[-1]
    mine = pattern.levels[:-1] if isinstance(last, Rest) else pattern.levels
    if is_deep(last) and len(levels) >= len(mine):
        levels = [*levels[: len(mine) - 1], "/".join(levels[len(mine) - 1 :])]
    ruled = {where.capture: where for where in wheres}
    for index, (level, text) in enumerate(zip(mine, levels, strict=False)):
        free = level_matcher(level, {}).match(text)
        if free is None:
            source, literal = written_levels(pattern)[index], literal_of(level)
            stop = f"level {index + 1} of {key}: `{text[:SHOWN]}` is not `{source[:SHOWN]}`"
            yield Stop(key, stop, _distance(literal if literal is not None else source, text))
        elif level_matcher(level, ruled).match(text) is None:
            yield from _in_where(Pattern("", (level,)).captures, free, ruled)
    yield from _in_count(key, pattern, len(mine), levels)


def _in_where(names: Sequence[str], values: Sequence[str], ruled: dict[str, Where]) -> Iterator[Stop]:
    for name, value in zip(names, values, strict=True):
        where = ruled.get(name)
        if where is not None and not allows(where, value):
            allowed = where.pattern if where.values is None else ", ".join(where.values)
            stop = f"where: {name} = {value[:SHOWN]}, allowed {(allowed or '')[:SHOWN]}"
            yield Stop(f"where/{name}", stop, 0.3)


def _in_count(key: str, pattern: Pattern, mine: int, levels: list[str]) -> Iterator[Stop]:
    if len(levels) < mine:
        stop = f"level {len(levels) + 1} of {key}: `{written_levels(pattern)[len(levels)][:SHOWN]}` finds nothing"
        yield Stop(key, stop, float(mine - len(levels)))
    elif len(levels) > mine and not isinstance(pattern.levels[-1], Rest):
        stop = f"level {mine + 1} of {key}: the pattern ends before `{levels[mine][:SHOWN]}`"
        yield Stop(key, stop, float(len(levels) - mine))


def _distance(wanted: str, got: str) -> float:
    """From 0.5 for texts that begin and end alike to 1 for those that have nothing in common there."""
    wanted, got = wanted[:SHOWN], got[:SHOWN]
    shorter = min(len(wanted), len(got))
    head = next((at for at in range(shorter) if wanted[at] != got[at]), shorter)
    left = shorter - head
    tail = next((at for at in range(left) if wanted[-1 - at] != got[-1 - at]), left)
    return 1.0 - 0.5 * (head + tail) / max(len(wanted), len(got), 1)
