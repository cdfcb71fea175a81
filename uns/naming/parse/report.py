"""The findings of one judgement, collected: one bad node never hides the others, and many of a kind nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Final, NamedTuple

from uns.codes import CODES
from uns.finding import FilePlace, Finding, Malformed, Severity, found

LIMITS: Final = {Severity.ERROR: 100, Severity.WARNING: 100, Severity.NOTE: 20}
"""Findings of one kind that are told one by one; what lies behind them is told as a number."""


class _Kind(NamedTuple):
    file: str
    code: str
    severity: Severity


class Report:
    """Takes findings and counts them, so that a reader can ask whether what it read was sound."""

    def __init__(self) -> None:
        self.errors = 0
        self._told: dict[Finding, None] = {}
        self._counts: Counter[_Kind] = Counter()
        self._next: dict[_Kind, FilePlace] = {}

    def add(self, code: str, message: str, remedy: str, place: FilePlace) -> None:
        self.take(found(code, message, remedy, place))

    def malformed(self, error: Malformed, place: FilePlace) -> None:
        self.take(error.at(place))

    def take_all(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.take(finding)

    def take(self, finding: Finding) -> None:
        self.errors += finding.severity is Severity.ERROR
        place = finding.where
        if finding in self._told:
            return
        if isinstance(place, FilePlace):
            kind = _Kind(place.file, finding.code, finding.severity)
            self._counts[kind] += 1
            if self._counts[kind] > LIMITS[finding.severity]:
                self._next.setdefault(kind, place)
                return
        self._told[finding] = None

    def crowded(self, code: str, place: FilePlace) -> bool:
        """Whether so many of this kind are told already that another needs no pains."""
        severity = CODES[code].severity
        return self._counts[_Kind(place.file, code, severity)] >= LIMITS[severity]

    def close(self) -> tuple[Finding, ...]:
        """All findings, with one more for each kind of which there were too many to tell."""
        return (*self._told, *(self._rest(kind, place) for kind, place in self._next.items()))

    def _rest(self, kind: _Kind, place: FilePlace) -> Finding:
        count = self._counts[kind] - LIMITS[kind.severity]
        message = f"{count} more of this kind in this file, the next one here"
        remedy = "mend those before it; then these are told"
        return replace(found(kind.code, message, remedy, place, kind.severity), count=count)
