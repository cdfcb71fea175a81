"""What we are subscribed to, remembered beyond restarts: the broker keeps our filters, but does not list them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from uns.broker.session import Filter
from uns.bundle import Bundle
from uns.decode.source import Source
from uns.topic import TopicFilter


class Subscriptions:
    def __init__(self, folder: Path) -> None:
        self._path = folder / "subscriptions.json"
        self.known: frozenset[str] = self._read()

    def remember(self, patterns: Iterable[str]) -> None:
        self.known = frozenset(patterns)
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps(sorted(self.known)), encoding="utf-8")
        new.replace(self._path)

    def _read(self) -> frozenset[str]:
        try:
            return frozenset(map(str, json.loads(self._path.read_text(encoding="utf-8"))))
        except (OSError, ValueError):
            return frozenset()


def wanted(bundle: Bundle, known: frozenset[str], before: Bundle | None) -> list[Filter]:
    """Every filter of the bundle; afresh where the broker does not have it, or a source below it is new or changed."""
    changed = _changed(bundle, before)
    return [
        Filter(pattern, fresh=pattern not in known or any(pattern.contains(each) for each in changed))
        for pattern in bundle.subscriptions
    ]


def _changed(bundle: Bundle, before: Bundle | None) -> set[TopicFilter]:
    if before is None:
        return set()
    old = _sources(before)
    return {topic for topic, source in _sources(bundle).items() if old.get(topic) != source}


def _sources(bundle: Bundle) -> dict[TopicFilter, Source]:
    return {topic: source for file in bundle.files for source in file.sources for topic in source.topics}
