"""Envelopes: what stands on every governed message of one address alike."""

from __future__ import annotations

from typing import Any

Pair = tuple[str, str]


class Envelope:
    """The governed topic, and the user properties that address and bundle alone decide."""

    __slots__ = ("memory", "more", "more_for", "name", "others", "source", "start", "topic")

    def __init__(self, topic: str, source: str, others: tuple[Pair, ...] = ()) -> None:
        self.topic = topic
        self.source = source
        """The raw address."""
        self.others = others
        self.memory: Any = None
        """What the publisher remembers of the topic, at hand: it need not look for it with every message."""
        self.name = self.start = self.more = b""
        """As a packet writes them: the topic; the length of all properties and the pairs; and what stands behind the
        pairs up to the digits of the `id`, which is shared with other envelopes."""
        self.more_for: tuple[Pair, ...] | None = None
        """The further properties that the last two were written for; None until a packet is written."""

    @property
    def pairs(self) -> tuple[Pair, ...]:
        return (("source", self.source), *self.others)
