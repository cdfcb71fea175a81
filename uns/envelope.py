"""Envelopes: what stands on every governed message of one address alike."""

from __future__ import annotations

Pair = tuple[str, str]


class Envelope:
    """The governed topic, and the user properties that address and bundle alone decide."""

    __slots__ = ("pairs", "source", "topic", "wire")

    def __init__(self, topic: str, source: str, *others: Pair) -> None:
        self.topic = topic
        self.source = source
        """The raw address."""
        self.pairs: tuple[Pair, ...] = (("source", source), *others)
        self.wire: tuple[bytes, bytes] | None = None
        """Topic and pairs as a packet writes them; None until the first one does."""
