"""An instance of the service as others know it: what it said last about itself below `_uns`."""

from __future__ import annotations

from datetime import UTC
from typing import Any, Final, NamedTuple

import orjson

from uns.instant import SECOND, Instant, from_text

FRESH: Final = 30 * SECOND
"""It says so every five seconds; who was silent for longer serves nobody."""


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


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
