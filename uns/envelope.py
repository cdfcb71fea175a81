"""Envelopes: what stands on every governed message of one address alike."""

from __future__ import annotations

from collections.abc import Sequence

Pair = tuple[str, str]


class Envelope:
    """The governed topic, and the user properties that address and bundle alone decide."""

    __slots__ = ("fixed", "name", "pairs", "source", "start", "started_for", "topic")

    def __init__(self, topic: str, source: str, *others: Pair) -> None:
        self.topic = topic
        self.source = source
        """The raw address."""
        self.pairs: tuple[Pair, ...] = (("source", source), *others)
        self.name = self.fixed = self.start = b""
        """As a packet writes them: the topic; the pairs; and all properties up to the digits of the `id`."""
        self.started_for: Sequence[Pair] | None = None
        """The further properties that the start was last written with; None until a packet is written."""
