"""The enterprise's naming standard: levels, sites, the dictionary of names, contracts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from uns.decode.source import ClockLimits
from uns.finding import FilePlace
from uns.message import Scalar

Type = Literal["number", "integer", "string", "boolean", "object"]
Shape = Literal["value", "object", "document"]
Role = Literal["area", "work_center", "work_unit"]
Requirable = Literal["batch", "shift", "product"]


@dataclass(frozen=True, slots=True)
class Site:
    name: str
    zone: str
    place: FilePlace
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Level:
    """One level below the site; it accepts its listed values or what its pattern takes whole."""

    name: str
    place: FilePlace
    values: tuple[str, ...] | None = None
    pattern: str | None = None
    optional: bool = False
    local: bool = False
    registered: bool = False
    parallel: bool = False
    role: Role = "work_unit"
    """What ISA-95 calls equipment of this level."""


@dataclass(frozen=True, slots=True)
class Name:
    """A dictionary entry: what a governed name means."""

    name: str
    type: Type
    place: FilePlace
    unit: str | None = None
    """UCUM code."""
    low: float | None = None
    high: float | None = None
    values: tuple[Scalar, ...] | None = None
    description: str = ""
    every: int | None = None
    """Nanoseconds within which a new value is expected."""


@dataclass(frozen=True, slots=True)
class Contract:
    """A versioned JSON Schema for one kind of governed payload."""

    name: str
    version: int
    schema: str
    """Path below `schemas/`, such as `telemetry/1.json`."""
    shape: Shape
    place: FilePlace
    retain: bool = True
    require: tuple[Requirable, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}/{self.version}"


@dataclass(frozen=True, slots=True)
class States:
    """A named translation of raw values, compared as text; `otherwise` is what `'*'` yields."""

    name: str
    place: FilePlace
    mapping: Mapping[str, Scalar] = field(default_factory=dict)
    otherwise: Scalar | None = None


@dataclass(frozen=True, slots=True)
class Standard:
    root: str
    place: FilePlace
    sites: Mapping[str, Site]
    levels: tuple[Level, ...]
    names: Mapping[str, Name]
    contracts: Mapping[str, Contract]
    clock: ClockLimits = ClockLimits()
    group_pattern: str = "[a-z][a-z0-9-]{0,31}"
    group_depth: int = 2
    units: Mapping[str, str] = field(default_factory=dict)
    """Spelling → UCUM code."""
    states: Mapping[str, States] = field(default_factory=dict)
    lookups: Mapping[str, Any] = field(default_factory=dict)
    reads: Mapping[str, Any] = field(default_factory=dict)
