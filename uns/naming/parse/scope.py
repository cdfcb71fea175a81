"""What reading one file needs to know of the rest of the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from uns.finding import FilePlace
from uns.naming.lookup import Lookup
from uns.naming.parse.report import Report
from uns.naming.standard import Standard, States


@dataclass(slots=True)
class Scope:
    """Names that a file may use. One that is declared but broken is None: it is no unknown name, and nothing to use."""

    report: Report
    path: str
    """How findings name the file."""
    documents: Mapping[str, bytes]
    """Every file of the rules folder by its path there."""
    rules_at: str
    standard: Standard | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    states: dict[str, States | None] = field(default_factory=dict)
    lookups: dict[str, Lookup | None] = field(default_factory=dict)
    faulty: set[FilePlace] = field(default_factory=set)
    """Where tables are declared that have cells at fault and can be judged by all the same."""
