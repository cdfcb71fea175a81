"""Addresses: the topics and tags that a rule or a source takes, as levels to be compared pairwise.

Each capture stands in one level only, so a pattern takes the product of its levels' languages, and containment and
disjointness are questions to single levels. The tag is a further row of levels; without a pattern it may be anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from uns.naming.pattern import Capture, Pattern, Rest, is_deep
from uns.naming.prove.automaton import Open
from uns.naming.prove.language import (
    ANY_LEVEL,
    SOME_TEXT,
    Algebra,
    Endless,
    Language,
    Piece,
    language,
    level_language,
    only,
    piece,
)
from uns.naming.rule import Rule, Where
from uns.topic import TopicFilter

IN_TOPICS: Final = "/+#\x00\n\r\t"
IN_TAGS: Final = "/\x00\n\r\t"


class Tail(NamedTuple):
    """What a pattern takes beyond its fixed levels: any rest (`#`), or (deep) one level and more with `suffix` last."""

    deep: bool = False
    suffix: str = ""
    piece: Piece = Endless(deep=True)
    """What the capture may be."""


@dataclass(frozen=True, slots=True)
class Levels:
    fixed: tuple[Language, ...]
    tail: Tail | None = None

    @property
    def least(self) -> int:
        return len(self.fixed) + bool(self.tail and self.tail.deep)

    @property
    def literals(self) -> int:
        return sum(level.only is not None for level in self.fixed)

    def at(self, index: int) -> Language:
        return self.fixed[index] if index < len(self.fixed) else ANY_LEVEL


class Address(NamedTuple):
    topic: str
    tag: str | None = None

    def __str__(self) -> str:
        return self.topic if self.tag is None else f"{self.topic} [{self.tag}]"


@dataclass(frozen=True, slots=True)
class Addresses:
    """What one rule takes: `tag` is None where it may be anything, or absent."""

    topic: Levels
    tag: Levels | None

    @property
    def literals(self) -> int:
        return self.topic.literals + (self.tag.literals if self.tag else 0)


def addresses(rule: Rule) -> Addresses:
    wheres = {each.capture: each for each in rule.where}
    return Addresses(levels(rule.topic, wheres), levels(rule.tag, wheres) if rule.tag else None)


def levels(pattern: Pattern, wheres: dict[str, Where]) -> Levels:
    last = pattern.levels[-1]
    if isinstance(last, Rest):
        tail = Tail()
    elif is_deep(last) and isinstance(last, tuple) and isinstance(last[0], Capture):
        tail = Tail(True, "".join(each for each in last if isinstance(each, str)), piece(last[0], wheres))
    else:
        return Levels(tuple(level_language(each, wheres) for each in pattern.levels if not isinstance(each, Rest)))
    return Levels(
        tuple(level_language(each, wheres) for each in pattern.levels[:-1] if not isinstance(each, Rest)), tail
    )


def of_filter(filter_: TopicFilter) -> Levels:
    texts = filter_.levels
    fixed = tuple(ANY_LEVEL if text == "+" else only(text) for text in texts if text != "#")
    return Levels(fixed, Tail() if texts[-1] == "#" else None)


def contains(outer: Addresses, inner: Addresses, algebra: Algebra) -> bool | None:
    """Whether every address of the inner is one of the outer's."""
    if outer.tag is not None and inner.tag is None:
        return False
    topics = levels_contain(outer.topic, inner.topic, algebra)
    if outer.tag is None or inner.tag is None or topics is False:
        return topics
    return both(topics, levels_contain(outer.tag, inner.tag, algebra))


def overlap(left: Addresses, right: Addresses, algebra: Algebra) -> bool | None:
    """False only where no address is one of both."""
    topics = levels_overlap(left.topic, right.topic, algebra)
    if left.tag is None or right.tag is None or topics is False:
        return topics
    return both(topics, levels_overlap(left.tag, right.tag, algebra))


def levels_contain(outer: Levels, inner: Levels, algebra: Algebra) -> bool | None:
    if outer == inner:
        return True
    if outer.least > inner.least or (outer.tail is None and (inner.tail or outer.least < inner.least)):
        return False
    answer = _tail_contains(outer, inner, algebra) if outer.tail and outer.tail.deep else True
    for index, level in enumerate(outer.fixed):
        if answer is False:
            return False
        answer = both(answer, algebra.contains(level, inner.at(index)))
    return answer


def _tail_contains(outer: Levels, inner: Levels, algebra: Algebra) -> bool | None:
    assert outer.tail is not None
    suffix, beyond = outer.tail.suffix, len(outer.fixed)
    if outer.tail.piece != Endless(deep=True):
        alone = inner.tail is None and len(inner.fixed) == beyond + 1
        return algebra.contains(language((outer.tail.piece, suffix)), inner.fixed[-1]) if alone else None
    if inner.tail is not None:
        ends = inner.tail.suffix.endswith(suffix) if inner.tail.deep else not suffix
        certain = inner.tail.deep or len(inner.fixed) > beyond + 1
        return ends and (certain or algebra.contains(SOME_TEXT, inner.at(beyond)))
    several = len(inner.fixed) > beyond + 1
    if several and inner.fixed[-1].values is not None:
        return all(text.endswith(suffix) for text in inner.fixed[-1].values)
    if suffix:
        return algebra.contains(language((Endless(), suffix)), inner.fixed[-1])
    return True if several else algebra.contains(SOME_TEXT, inner.fixed[-1])


def levels_overlap(left: Levels, right: Levels, algebra: Algebra) -> bool | None:
    if (left.tail is None and left.least < right.least) or (right.tail is None and right.least < left.least):
        return False
    answer = _ends_meet(left, right, algebra)
    for one, other in zip(left.fixed, right.fixed, strict=False):
        if answer is False:
            return False
        answer = both(answer, algebra.overlaps(one, other))
    return answer


def _ends_meet(left: Levels, right: Levels, algebra: Algebra) -> bool | None:
    if left.tail and right.tail:
        one, other = left.tail.suffix, right.tail.suffix
        return one.endswith(other) or other.endswith(one)
    longer, shorter = (left, right) if right.tail else (right, left)
    if not shorter.tail or not shorter.tail.suffix or not longer.fixed:
        return True
    if len(longer.fixed) > len(shorter.fixed) + 1:
        values = longer.fixed[-1].values
        return values is None or any(text.endswith(shorter.tail.suffix) for text in values)
    return algebra.overlaps(language((Endless(deep=True), shorter.tail.suffix)), longer.fixed[-1]) is not False


def both(one: bool | None, other: bool | None) -> bool | None:
    return False if one is False or other is False else None if one is None or other is None else True


def witness(every: tuple[Levels, ...], algebra: Algebra, banned: str) -> str | Open | None:
    """A text that all of them take, its levels as short as can be, or None where none was found."""
    least = max(each.least for each in every)
    answer: str | Open | None = None
    for count in range(max(least, 1), least + 2):
        if all(each.tail or each.least == count for each in every):
            answer = _of_length(every, count, algebra, banned)
            if isinstance(answer, str):
                return answer
    return answer


def _of_length(every: tuple[Levels, ...], count: int, algebra: Algebra, banned: str) -> str | Open | None:
    texts = []
    for index in range(count):
        here = tuple(_at(each, index, count) for each in every)
        some = algebra.common((SOME_TEXT, *here), banned)
        text = some if isinstance(some, str) else algebra.common(here, banned)
        if not isinstance(text, str):
            return text
        texts.append(text)
    return "/".join(texts)


def _at(each: Levels, index: int, count: int) -> Language:
    last = index == count - 1 and index >= len(each.fixed)
    return language((Endless(), each.tail.suffix)) if last and each.tail and each.tail.deep else each.at(index)
