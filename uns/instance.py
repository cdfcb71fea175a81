"""An instance of the service as others know it: what it said last about itself below `_uns`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from itertools import groupby
from typing import Any, Final, NamedTuple

import orjson

from uns.instant import SECOND, Instant, from_text

FRESH: Final = 30 * SECOND
"""It says so every five seconds; who was silent for longer serves nobody."""

Served = dict[str, list[str]] | None
"""Of each rule file that somebody serves now, the instances that do; None where nobody can be asked."""


class Instance(NamedTuple):
    name: str
    run: str
    """Tells a process from every other that ever bore the name."""
    state: str
    files: frozenset[str]
    """Stems of the rule files that it serves."""
    at: Instant | None

    def serves(self, now: Instant) -> bool:
        """By its clock and ours."""
        return self.state == "running" and self.at is not None and abs(now - self.at) < FRESH


def instance_of(payload: bytes) -> Instance | None:
    """None where an instance says nothing of the kind; anybody may have written there."""
    try:
        said = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(said, dict):
        return None
    name, run, state, at = (_text(said.get(each)) for each in ("instance", "run", "state", "at"))
    files = said.get("files")
    served = frozenset(each for each in files if isinstance(each, str)) if isinstance(files, list) else frozenset()
    return Instance(name, run, state, served, from_text(at, UTC))


def serving(payloads: Iterable[bytes], now: Instant) -> Served:
    """By what the instances said last."""
    said = [instance_of(each) for each in payloads]
    ours = sorted((stem, each.name) for each in said if each is not None and each.serves(now) for stem in each.files)
    return {stem: [name for _, name in pairs] for stem, pairs in groupby(ours, key=lambda pair: pair[0])}


def instances_of(served: Served, stem: str | None) -> list[str] | None:
    """Of one rule file; of none, where no source takes a topic."""
    return None if served is None else served.get(stem or "", [])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
