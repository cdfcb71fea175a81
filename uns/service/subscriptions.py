"""What we are subscribed to, remembered beyond restarts: the broker keeps our filters, but does not list them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from uns.broker.requests import Filter
from uns.bundle import Bundle
from uns.decode.source import Source
from uns.filters import FilterTree
from uns.finding import FilePlace
from uns.service.topics import DROPPED
from uns.topic import TopicFilter

_NOWHERE: Final = FilePlace("")


class Known(NamedTuple):
    """The filters that the broker has of us, and how what came by each source was read: its topic → a mark."""

    filters: frozenset[str]
    sources: Mapping[str, str]


NOTHING: Final = Known(frozenset(), {})


class Subscriptions:
    def __init__(self, folder: Path) -> None:
        self._path = folder / "subscriptions.json"
        self.known = self._read()

    def remember(self, known: Known) -> None:
        self.known = known
        new = self._path.with_suffix(".new")
        content = {"filters": sorted(known.filters), "sources": dict(known.sources)}
        new.write_text(json.dumps(content), encoding="utf-8")
        new.replace(self._path)

    def _read(self) -> Known:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            return Known(frozenset(map(_filter, content["filters"])), dict(content["sources"]))
        except (OSError, ValueError, TypeError, KeyError, AttributeError):  # a broker hangs up on what is no filter
            return NOTHING


def _filter(text: str) -> str:
    """As it was subscribed: the broker's own count of what it dropped, or a filter of machines' topics and ours."""
    return text if text == DROPPED else TopicFilter(text)


def wanted(bundle: Bundle, known: Known) -> list[Filter]:
    """Every filter of the bundle; afresh where the broker does not have it, or a source below it is new or changed."""
    outermost = bundle.subscriptions
    tree = FilterTree((each, each) for each in outermost)
    changed = (TopicFilter(topic) for topic, mark in marks(bundle).items() if known.sources.get(topic) != mark)
    afresh = {each for topic in changed for each in tree.containing(topic)}
    return [Filter(each, fresh=each not in known.filters or each in afresh) for each in outermost]


def marks(bundle: Bundle) -> dict[str, str]:
    """Of each source's topics, how what comes there is read; where in its file the source stands is no matter."""
    return {topic: _mark(bundle, source) for file in bundle.files for source in file.sources for topic in source.topics}


def _mark(bundle: Bundle, source: Source) -> str:
    schema = bundle.catalog.fingerprint(source.schema) if source.schema is not None else ""
    reading = repr(replace(source, place=_NOWHERE, places={}))
    return hashlib.blake2b(f"{reading}{schema}".encode(), digest_size=8).hexdigest()
