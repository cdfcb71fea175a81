"""What comes in: raw messages, and the samples drawn from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal

from uns.finding import Finding
from uns.instant import Instant

Scalar = bool | int | float | str
Value = Any
"""A parsed JSON value: None, Scalar, list or dict; integers of any size are exact."""


class Absent:
    """What a pointer finds where nothing is: distinct from JSON's null."""

    _only: ClassVar[Absent | None] = None

    def __new__(cls) -> Absent:
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


class Quality(StrEnum):
    GOOD = "good"
    UNCERTAIN = "uncertain"
    BAD = "bad"

    def at_most(self, other: Quality) -> Quality:
        """The worse of the two."""
        order = (Quality.BAD, Quality.UNCERTAIN, Quality.GOOD)
        return min(self, other, key=order.index)


GOOD: Final = Quality.GOOD
UNCERTAIN: Final = Quality.UNCERTAIN
BAD: Final = Quality.BAD

Clock = Literal["", "received", "replaced", "ambiguous", "gap", "backlog"]
"""Why an event time is not simply the machine's own word; empty where it is."""


NO_CAPTURES: Final[Mapping[str, str]] = MappingProxyType({})

# Nobody changes a message, a sample or a decision: to freeze them, or to leave their constructors to `dataclass`, would
# make each take several times as long to make.


@dataclass(slots=True, init=False)
class RawMessage:
    """One message as the broker handed it over. `receipt` numbers the messages of a receive instant."""

    topic: str
    payload: bytes
    received: Instant
    receipt: int
    qos: int
    retained: bool
    redelivered: bool
    backlog: bool
    """Queued before the session came back, so that its receive time is later than its arrival."""

    def __init__(
        self, topic: str, payload: bytes, received: Instant, receipt: int = 0, qos: int = 1, retained: bool = False,
        redelivered: bool = False, backlog: bool = False,
    ) -> None:  # fmt: skip
        self.topic, self.payload, self.received, self.receipt = topic, payload, received, receipt
        self.qos, self.retained, self.redelivered, self.backlog = qos, retained, redelivered, backlog


@dataclass(slots=True, init=False)
class Reading:
    """The part of a payload that one sample was drawn from, for pointers of rules (`fields`, `batch`)."""

    payload: Value
    node: Value
    path: tuple[str | int, ...]
    """From the payload to the node: the keys and indices that `each` went through."""
    captures: Mapping[str, str]
    whole: bool
    """Whether the node is the whole payload."""

    def __init__(
        self, payload: Value, node: Value, path: tuple[str | int, ...] = (),
        captures: Mapping[str, str] = NO_CAPTURES, whole: bool = False,
    ) -> None:  # fmt: skip
        self.payload, self.node, self.path, self.captures = payload, node, path, captures
        self.whole = whole


@dataclass(slots=True, init=False)
class Sample:
    """One reading drawn from a raw message; `findings` tell what could not be read of it."""

    topic: str
    tag: str | None
    value: Value | Absent
    time: Instant
    clock: Clock
    quality: Quality
    code: Scalar | None
    unit: str | None
    reading: Reading
    pointer: str
    """JSON pointer of the value in the raw payload."""
    findings: tuple[Finding, ...]
    undecoded: bool
    """Stands for a whole message that could not be decoded: it has no tag and no value."""

    def __init__(
        self, topic: str, tag: str | None, value: Value | Absent, time: Instant, clock: Clock, quality: Quality,
        code: Scalar | None, unit: str | None, reading: Reading, pointer: str = "",
        findings: tuple[Finding, ...] = (), undecoded: bool = False,
    ) -> None:  # fmt: skip
        self.topic, self.tag, self.value, self.time = topic, tag, value, time
        self.clock, self.quality, self.code, self.unit = clock, quality, code, unit
        self.reading, self.pointer, self.findings, self.undecoded = reading, pointer, findings, undecoded
