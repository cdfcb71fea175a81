"""What the path writes down before it acknowledges."""

from __future__ import annotations

from typing import Any, NamedTuple

from uns.context.values import Record
from uns.instant import Instant
from uns.message import RawMessage
from uns.quarantine import Rejection


class Refusal(NamedTuple):
    """A raw message and those of its samples that were rejected; keys are given when it is written."""

    raw: RawMessage
    rejections: tuple[Rejection, ...]


class Announced(NamedTuple):
    """A record on its way to the registry. `key` is unique for good: applying it twice applies it once."""

    key: str
    record: Record
    source: str
    """Raw topic, and tag, that it came from."""
    rule: str
    received: Instant
    parallel: bool = False
    """Whether the equipment's level may run several batches at once."""


Item = Refusal | Announced


class Waiting(NamedTuple):
    """An item and whoever waits for it, and for what was handed in before it, to be safe."""

    item: Item | None
    waits: Any
    spoilt: bool = False
    """It stands in place of an item at which this program failed."""
