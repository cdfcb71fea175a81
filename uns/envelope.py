"""Envelopes: what stands on every governed message of one address alike."""

from __future__ import annotations

Pair = tuple[str, str]


class Envelope:
    """The governed topic, and the user properties that address and bundle alone decide."""

    __slots__ = ("more", "more_for", "name", "others", "source", "start", "topic")

    def __init__(self, topic: str, source: str, others: tuple[Pair, ...] = ()) -> None:
        self.topic = topic
        self.source = source
        """The raw address."""
        self.others = others
        """One for all addresses of a rule."""
        self.name = self.start = self.more = b""
        """As a packet writes them: the topic; the length of all properties, up to the source; and what stands behind it
        up to the digits of the `id`, which is shared with other envelopes."""
        self.more_for: tuple[Pair, ...] | None = None
        """The further properties that the last two were written for; None until a packet is written."""

    @property
    def pairs(self) -> tuple[Pair, ...]:
        return (("source", self.source), *self.others)
