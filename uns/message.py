"""What comes in: raw messages, and the samples drawn from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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

# Nobody changes a message, a sample or a decision; to freeze them would make each take three times as long to make.


@dataclass(slots=True)
class RawMessage:
    """One message as the broker handed it over. `receipt` numbers the messages of a receive instant."""

    topic: str
    payload: bytes
    received: Instant
    receipt: int = 0
    qos: int = 1
    retained: bool = False
    redelivered: bool = False
    backlog: bool = False
    """Queued before the session came back, so that its receive time is later than its arrival."""


@dataclass(slots=True)
class Reading:
    """The part of a payload that one sample was drawn from, for pointers of rules (`fields`, `batch`)."""

    payload: Value
    node: Value
    path: tuple[str | int, ...] = ()
    """From the payload to the node: the keys and indices that `each` went through."""
    captures: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False
    """Whether the node is the whole payload."""


@dataclass(slots=True)
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
    pointer: str = ""
    """JSON pointer of the value in the raw payload."""
    findings: tuple[Finding, ...] = ()
    undecoded: bool = False
    """Stands for a whole message that could not be decoded: it has no tag and no value."""
