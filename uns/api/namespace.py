"""The namespace as the broker tells it: what stands on every governed topic, as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from uns.api.changes import Change, Changes
from uns.instant import Instant
from uns.topic import TopicFilter

SERVICE: Final = "_uns"
MAX_TOPICS: Final = 200_000
MAX_BYTES: Final = 512 * 1024 * 1024
MAX_STATUSES: Final = 1_000


class Entry(NamedTuple):
    """What was last published on one governed topic, as it came."""

    topic: str
    payload: bytes
    properties: Mapping[str, str]
    arrived: Instant
    retained: bool
    version: int

    @property
    def rogue(self) -> bool:
        """Whether somebody else than the service published it: whatever we publish names its rule."""
        return "rule" not in self.properties


@dataclass(slots=True)
class Node:
    """One level of the tree; `version` rises with every change at or below it."""

    children: dict[str, None] = field(default_factory=dict)
    version: int = 0


class Namespace:
    """Every governed topic below `root`, and what each instance says about itself; bounded in topics and in bytes."""

    def __init__(self, changes: Changes, max_topics: int = MAX_TOPICS, max_bytes: int = MAX_BYTES) -> None:
        self.root = ""
        self.changes = changes
        self.max_topics, self.max_bytes = max_topics, max_bytes
        self.clear("")

    def clear(self, root: str) -> None:
        """Begin anew below another root."""
        self.root = root
        self.entries: dict[str, Entry] = {}
        self.nodes: dict[str, Node] = {}
        self.statuses: dict[str, Entry] = {}
        self.bytes = 0
        self.left_out = 0

    def take(
        self, topic: str, payload: bytes, properties: Mapping[str, str], retained: bool, arrived: Instant
    ) -> Change | None:
        """Let one message of the broker take effect; None where it concerns no governed topic or there is no room."""
        if topic.startswith(f"{self.root}/{SERVICE}/"):
            self._take_status(topic, payload, properties, arrived)
            return None
        if not payload:
            return self._remove(topic, arrived)
        known = self.entries.get(topic)
        grown = len(payload) - (len(known.payload) if known else 0)
        if self.bytes + grown > self.max_bytes or (known is None and len(self.entries) >= self.max_topics):
            self.left_out += 1
            return None
        change = self.changes.append(topic, payload, properties, retained, arrived)
        self.bytes += grown
        self.entries[topic] = Entry(topic, payload, properties, arrived, retained, change.number)
        self._touch(topic, change.number)
        return change

    def sweep(self, since: Instant) -> None:
        """Drop what was retained before `since` and was not heard again: it was deleted while we were away."""
        gone = [each.topic for each in self.entries.values() if each.retained and each.arrived < since]
        for topic in gone:
            self._remove(topic, since)

    def below(self, path: str) -> Iterator[tuple[str, Node]]:
        """The children of a node by path, in order of their names."""
        node = self.nodes.get(path)
        for name in sorted(node.children) if node else ():
            child = f"{path}/{name}" if path else name
            yield child, self.nodes[child]

    def matching(self, topics: TopicFilter | None) -> list[str]:
        """Topics that hold a value and that the filter takes, sorted."""
        return sorted(topic for topic in self.entries if topics is None or topics.matches(topic))

    def _touch(self, topic: str, version: int) -> None:
        path = ""
        for level in topic.split("/"):
            node = self.nodes.setdefault(path, Node())
            node.version = version
            node.children.setdefault(level)
            path = f"{path}/{level}" if path else level
        self.nodes.setdefault(topic, Node()).version = version

    def _remove(self, topic: str, arrived: Instant) -> Change | None:
        entry = self.entries.pop(topic, None)
        if entry is None:
            return None
        self.bytes -= len(entry.payload)
        change = self.changes.append(topic, b"", {}, True, arrived)
        self._touch(topic, change.number)
        path = topic
        while path and path not in self.entries and not self.nodes[path].children:
            del self.nodes[path]
            path, _, level = path.rpartition("/")
            self.nodes[path].children.pop(level)
        return change

    def _take_status(self, topic: str, payload: bytes, properties: Mapping[str, str], arrived: Instant) -> None:
        instance = topic[len(self.root) + len(SERVICE) + 2 :]
        if "/" in instance:
            return
        if not payload:
            self.statuses.pop(instance, None)
        elif instance in self.statuses or len(self.statuses) < MAX_STATUSES:
            self.statuses[instance] = Entry(topic, payload, properties, arrived, True, 0)
