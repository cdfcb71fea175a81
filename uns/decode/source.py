"""A source: what a rule file listens to, and where in a payload things stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from uns.decode.pointer import Pointer
from uns.finding import FilePlace
from uns.message import Quality
from uns.topic import TopicFilter

MINUTE: Final = 60 * 1_000_000_000
RECEIVED: Final = "received"


@dataclass(frozen=True, slots=True)
class ClockLimits:
    """How far an event time may lie from receipt to be believed, in nanoseconds."""

    ahead: int = 5 * MINUTE
    behind: int = 7 * 24 * 60 * MINUTE


@dataclass(frozen=True, slots=True)
class TimeSpec:
    """Where the event time stands: the first pointer that is there wins.

    `as_` is auto, s, ms, us, ns, iso or a strptime format.
    """

    at: tuple[Pointer, ...] = ()
    or_received: bool = True
    """Whether the receive time may stand in: the default, and what a list that ends in `received` says."""
    as_: str = "auto"
    zone: str | None = None
    """IANA zone of text without offset; the site's own where None."""


@dataclass(frozen=True, slots=True)
class QualitySpec:
    """Where the quality stands and how it is read: `as_` bool, opcda, opcua or text, else by `listed` values."""

    at: Pointer
    as_: Literal["bool", "opcda", "opcua", "text"] | None = None
    listed: Mapping[str, Quality] = field(default_factory=dict)
    """Raw value as text → quality."""
    absent: Quality = Quality.GOOD
    otherwise: Quality = Quality.BAD


TagPart = Pointer | str
"""A pointer, or text with `{captures}` of `each`."""


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of a rule file's `sources`, its preset already spread out."""

    topics: tuple[TopicFilter, ...]
    place: FilePlace
    read: str = "json"
    """The dialect that decodes: json, text, neuron, ignore (later influx, opcua, sparkplug)."""
    each: tuple[Pointer, ...] = ()
    """Empty: the whole payload is one reading."""
    tag: tuple[TagPart, ...] | None = None
    """Parts to join by `/`; None: the captures of `each`, where it has any."""
    value: Pointer | None = None
    """None: the reading itself (`.`)."""
    time: TimeSpec = TimeSpec()
    quality: QualitySpec | None = None
    unit: Pointer | None = None
    clock: ClockLimits = ClockLimits()
    zone: str = "UTC"
    """The site's zone, for text without offset."""
    decimal: Literal[".", ","] = "."
    schema: str | None = None
    """Path of the raw payload's JSON Schema below `schemas/`."""
    retained: Literal["timed", "use", "ignore"] = "timed"
    empty: Literal["reject", "ignore"] = "reject"
    places: Mapping[str, FilePlace] = field(default_factory=dict)
    """Key → place of its value, for findings and explanations."""

    sound: bool = True
    """Whether all of it could be read: of one that could not, nobody knows what it yields."""

    @property
    def yields_tags(self) -> bool:
        """Whether its samples carry a tag."""
        return self.read == "neuron" or bool(self.tag) or any(each.captures for each in self.each)
