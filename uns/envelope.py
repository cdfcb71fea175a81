"""Envelopes: what stands on every governed message of one address alike."""

from __future__ import annotations

Pair = tuple[str, str]


class Provenance:
    """User properties that stand behind the source: one for all addresses of a rule."""

    __slots__ = ("more", "pairs", "written")

    def __init__(self, pairs: tuple[Pair, ...] = ()) -> None:
        self.pairs = pairs
        self.written = b""
        """As a packet writes them, with the further properties and up to the digits of the `id`."""
        self.more: tuple[Pair, ...] | None = None
        """The further properties that it was written for; None until a packet is."""


class Envelope:
    """The governed topic, and the user properties that address and bundle alone decide.

    What every message asks for stands first: there are many envelopes, and the processor reads them by the line.
    """

    __slots__ = ("name", "provenance", "room", "source", "start", "topic")

    def __init__(self, topic: str, source: str, provenance: Provenance) -> None:
        self.name = self.start = b""
        """As a packet writes them: the topic; the length of all properties, the content type and the source."""
        self.room = -1
        """How many bytes of provenance that length is for; none until a packet is written."""
        self.provenance = provenance
        self.topic = topic
        self.source = source
        """The raw address."""

    @property
    def pairs(self) -> tuple[Pair, ...]:
        return (("source", self.source), *self.provenance.pairs)
