"""What is to be known of a publish or a journal entry once somebody else has answered for it."""

from __future__ import annotations

from typing import NamedTuple

from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.decode import Births
from uns.instant import Instant
from uns.ledger import Entry
from uns.message import RawMessage
from uns.topic import Topic


class Sent(NamedTuple):
    """What is to be known of a publish once the broker has answered; little, since a thousand are under way at once.

    The decision itself is not kept: where the broker refuses it, the same arguments give it again.
    """

    entry: Entry
    topic: Topic
    time: Instant
    number: int
    """Which of the message's decisions it was."""
    raw: RawMessage
    bundle: Bundle
    timeline: Timeline
    births: Births


class Written(NamedTuple):
    """What is to be known of a journal entry once it is safe."""

    entry: Entry
    outcome: str
    decisions: int
    size: int
    carried: bool = False
