"""What the path tells of as it happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from uns.decision import Recorded
from uns.quarantine import Rejection
from uns.service.late import Change


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told; each is called on the event loop and returns at once."""

    failed: Callable[[str, Exception], None] = lambda topic, fault: None
    """Of a fault of this program, and the topic of the message that set it off."""
    rejected: Callable[[Rejection], None] = lambda rejection: None
    recorded: Callable[[Recorded, Change], None] = lambda recorded, change: None
    """Of a record that changed the timeline."""
    unheard: Callable[[str, str], None] = lambda topic, reason: None
    """Of something about ourselves that the broker refused."""


NOBODY = Told()
