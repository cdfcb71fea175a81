"""Resolutions: what becomes of an address under one bundle, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from uns.equipment import EquipmentPath
from uns.finding import FilePlace, Finding
from uns.naming.lookup import Lookup, Row
from uns.naming.rule import Field, RawUnit, Rule
from uns.naming.standard import Contract, Name, States
from uns.topic import Topic


class Joined(NamedTuple):
    """A lookup and the row of it that was taken."""

    lookup: Lookup
    row: Row


class Scale(NamedTuple):
    """Raw value → dictionary unit: raw × factor + offset."""

    factor: float
    offset: float


@dataclass(frozen=True, slots=True)
class TargetField:
    """A field as a target draws it: with its dictionary entry or its fixed text, where it has one."""

    field: Field
    name: Name | None = None
    scale: Scale | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One place where a sample goes: a governed topic, or (for a record) equipment."""

    place: FilePlace
    """Of the `to` that made it."""
    equipment: EquipmentPath | None
    """None only for `record: product`."""
    topic: Topic | None = None
    """None for a record."""
    contract: Contract | None = None
    name: Name | None = None
    unit: RawUnit | None = None
    """What the machine counts in, where the row or the rule says so."""
    scale: Scale | None = None
    """None where nothing is to be multiplied, or where the payload's own unit decides."""
    states: States | None = None
    bit: int | None = None
    fields: tuple[TargetField, ...] = ()
    registered: bool = False
    """Whether a level of the path demands the equipment in the registry."""
    parallel: bool = False
    """Whether the equipment's level may run several batches at once."""
    joined: tuple[Joined, ...] = ()
    """The rows that led here; with `bit`, the bit's own row."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One target that has no legal name."""

    place: FilePlace
    findings: tuple[Finding, ...]
    joined: tuple[Joined, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """What becomes of one address under one bundle. Without a rule nothing took it."""

    rule: Rule | None = None
    captures: Mapping[str, str] = field(default_factory=dict)
    """Of the patterns, then the columns of the joined rows."""
    joined: tuple[Joined, ...] = ()
    outcomes: tuple[Target | Refused, ...] = ()
    """One per target and bit, a target's bits in the order of their rows; none where it is dropped or refused whole."""
    ignored: str | None = None
    """Why it is dropped: the rule (`dallas/heartbeat`), `lookup` (an `ignore` row, a missing key) or `unmatched`."""
    findings: tuple[Finding, ...] = ()
    """`rule-none`, or what refuses the whole address (`lookup-missing`)."""
