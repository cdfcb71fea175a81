"""Rules and rule files as values; parsing them is `naming.parse`'s business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from uns.decode.pointer import Pointer
from uns.decode.source import Source
from uns.equipment import EquipmentPath
from uns.finding import FilePlace
from uns.message import Scalar
from uns.naming.lookup import Lookup
from uns.naming.pattern import Pattern
from uns.naming.standard import States
from uns.naming.template import Template

Mode = Literal["enforce", "warn", "observe"]
RecordKind = Literal["batch-start", "batch-stop", "batch-change", "batch", "shift-change", "product"]


@dataclass(frozen=True, slots=True)
class RawUnit:
    """The unit in which the machine counts: value in `code` = raw × factor + offset."""

    code: str
    place: FilePlace
    factor: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Field:
    """One member of an object or record: drawn from the payload by `at`, or text of captures."""

    name: str
    place: FilePlace
    at: Pointer | None = None
    text: Template | None = None
    unit: RawUnit | None = None
    states: States | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """What a capture may be: one of `values`, or what `pattern` (RE2, whole match) takes."""

    capture: str
    place: FilePlace
    values: tuple[str, ...] | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    stem: str
    place: FilePlace
    """Of its id."""
    topic: Pattern
    tag: Pattern | None = None
    where: tuple[Where, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    to: tuple[Template, ...] = ()
    unit: RawUnit | None = None
    states: States | None = None
    fields: tuple[Field, ...] = ()
    record: RecordKind | None = None
    batch: Pointer | None = None
    ignore: bool = False
    mode: Mode = "enforce"
    sound: bool = True
    """Whether all of it could be read; what could not is told of, and the rest can be judged."""
    places: Mapping[str, FilePlace] = field(default_factory=dict)
    """Key (`from`, `tag`, `to`, `to/1`, `where/line`, `fields/speed`, …) → place of its value."""

    def __str__(self) -> str:
        return f"{self.stem}/{self.id}"


@dataclass(frozen=True, slots=True)
class Case:
    """One entry of `tests`: a message, and what is expected of it."""

    place: FilePlace
    topic: str
    payload: bytes
    expect: tuple[Mapping[str, Any], ...]
    name: str = ""
    received: int | None = None
    retained: bool = False
    context: Mapping[str, Any] = field(default_factory=dict)
    before: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class RuleFile:
    stem: str
    path: str
    sites: tuple[str, ...]
    owns: tuple[EquipmentPath, ...]
    steward: str
    sources: tuple[Source, ...]
    rules: tuple[Rule, ...]
    mode: Mode = "enforce"
    unmatched: Literal["reject", "ignore"] = "reject"
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    states: Mapping[str, States] = field(default_factory=dict)
    cases: tuple[Case, ...] = ()
    partial: bool = False
    """Whether some of its sources could not be read."""
    places: Mapping[str, FilePlace] = field(default_factory=dict)


__all__ = [
    "Case", "Field", "Mode", "RawUnit", "RecordKind", "Rule", "RuleFile", "Scalar", "Where",
]  # fmt: skip
