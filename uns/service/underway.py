"""What is to be known of a publish or a journal entry once somebody else has answered for it."""

from __future__ import annotations

from typing import NamedTuple

from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.decision import Publish
from uns.ledger import Entry
from uns.message import RawMessage


class Sent(NamedTuple):
    """What is to be known of a publish once the broker has answered."""

    entry: Entry
    decision: Publish
    raw: RawMessage
    bundle: Bundle
    timeline: Timeline


class Written(NamedTuple):
    """What is to be known of a journal entry once it is safe."""

    entry: Entry
    outcome: str
    decisions: int
    size: int
    carried: bool = False
