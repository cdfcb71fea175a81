"""The bundle: the standard, all rules, lookups and schemas in force, as one immutable value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from uns.decode.source import Source
from uns.naming.rule import RuleFile
from uns.naming.standard import Standard


@dataclass(frozen=True, slots=True)
class Documents:
    """The files of a project as bytes: rule files, standard and tables by path below the rules folder, schemas below theirs."""

    rules: Mapping[str, bytes]
    schemas: Mapping[str, bytes]
    rules_at: str = "naming_rules"
    """How findings name the rules folder."""
    schemas_at: str = "schemas"


@dataclass(frozen=True, slots=True)
class Route:
    """A rule file and the source of it that takes a topic."""

    file: RuleFile
    source: Source


@dataclass(frozen=True, slots=True)
class Bundle:
    revision: str
    """A hash of every file's content."""
    standard: Standard
    files: tuple[RuleFile, ...]
    documents: Documents
    caches: dict[str, Route | None] = field(default_factory=dict, repr=False, compare=False)
