"""What the path writes down before it acknowledges."""

from __future__ import annotations

from typing import Any, NamedTuple

from uns.context.values import Record
from uns.message import RawMessage
from uns.quarantine import Rejection


class Refusal(NamedTuple):
    """A raw message and those of its samples that were rejected; keys are given when it is written."""

    raw: RawMessage
    rejections: tuple[Rejection, ...]


class Announcement(NamedTuple):
    """A raw message and one of its records; its key is given when it is written."""

    raw: RawMessage
    record: Record
    parallel: bool
    """Whether the equipment's level may run several batches at once."""
    kept: Rejection
    """What quarantine keeps of it where the registry does not take it."""


class Announced(NamedTuple):
    """A record on its way to the registry; applying it twice applies it once."""

    record: Record
    parallel: bool
    kept: Rejection
    """As above, with a key that is unique for good; its raw message is without its payload, which others may share."""


Item = Refusal | Announcement


class Waiting(NamedTuple):
    """An item and whoever waits for it, and for what was handed in before it, to be safe."""

    item: Item | None
    waits: Any
    spoilt: bool = False
    """It stands in place of an item at which this program failed."""
