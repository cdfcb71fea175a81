"""A tree of topic filters: which of many filters take a topic, without trying each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from uns.topic import TopicFilter

T = TypeVar("T")


class FilterTree(Generic[T]):
    """Filters and what each stands for; built once, then only read."""

    def __init__(self, entries: Iterable[tuple[TopicFilter, T]]) -> None:
        self._root: _Node[T] = _Node()
        for topic_filter, item in entries:
            node = self._root
            for level in topic_filter.levels:
                node = node.below.setdefault(level, _Node())
            node.items.append(item)

    def matching(self, topic: str) -> Iterator[T]:
        """The items of every filter that takes the topic, in no order."""
        if not topic.startswith("$"):
            yield from self._taking(topic.split("/"))

    def containing(self, topic_filter: TopicFilter) -> Iterator[T]:
        """The items of every filter that takes all that this one takes, in no order."""
        return self._taking(topic_filter.levels)

    def _taking(self, levels: list[str]) -> Iterator[T]:
        nodes = [self._root]
        for level in levels:
            for node in nodes:
                if "#" in node.below:
                    yield from node.below["#"].items
            if level == "#":
                return
            nodes = [node.below[step] for node in nodes for step in {level, "+"} if step in node.below]
        for node in nodes:
            yield from node.items
            if "#" in node.below:
                yield from node.below["#"].items


class _Node(Generic[T]):
    __slots__ = ("below", "items")

    def __init__(self) -> None:
        self.below: dict[str, _Node[T]] = {}
        self.items: list[T] = []


def outermost(filters: Iterable[TopicFilter]) -> tuple[TopicFilter, ...]:
    """The filters that no other contains: what is subscribed, so that the broker delivers nothing twice."""
    known = sorted(set(filters))
    tree = FilterTree((each, each) for each in known)
    return tuple(each for each in known if all(other == each for other in tree.containing(each)))
