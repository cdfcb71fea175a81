"""Where the service talks about itself: everything below `<root>/_uns/<instance>`."""

from __future__ import annotations

from dataclasses import dataclass

DROPPED = "$SYS/broker/publish/messages/dropped"
"""The broker's own count of messages that it threw away."""


@dataclass(frozen=True, slots=True)
class OwnTopics:
    root: str
    instance: str

    @property
    def status(self) -> str:
        """Retained: counters, revisions and links; the last will says here that it is gone."""
        return f"{self.root}/_uns/{self.instance}"

    @property
    def rejected(self) -> str:
        """Rejections as they happen."""
        return f"{self.status}/rejected"

    @property
    def marker(self) -> str:
        """What the service sends itself through its own session, to know when the backlog is over."""
        return f"{self.status}/marker"

    @property
    def witness(self) -> str:
        """What a replay's witness sends itself, to know that nothing is left to read in its session."""
        return f"{self.status}/witness"

    @property
    def release(self) -> str:
        """Commands to end a claim; the payload is the governed topic."""
        return f"{self.status}/release"

    @property
    def replies(self) -> str:
        """Below this stand the answers to commands."""
        return f"{self.status}/replies"
