"""The findings of one reading, collected: one bad node never hides the others."""

from __future__ import annotations

from collections import Counter
from typing import Final

from uns.finding import FilePlace, Finding, Malformed, Severity, found

LIMIT: Final = 100
"""Findings of one code in one file that are told one by one; a table of 200 000 bad rows is told once."""


class Report:
    """Takes findings and counts them, so that a reader can ask whether what it read was sound."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.errors = 0
        self._counts: Counter[tuple[str, str]] = Counter()
        self._more: dict[tuple[str, str], FilePlace] = {}

    def add(self, code: str, message: str, remedy: str, place: FilePlace) -> None:
        self.take(found(code, message, remedy, place))

    def malformed(self, error: Malformed, place: FilePlace) -> None:
        self.take(error.at(place))

    def take(self, finding: Finding) -> None:
        self.errors += finding.severity is Severity.ERROR
        place = finding.where
        if isinstance(place, FilePlace):
            kind = (place.file, finding.code)
            self._counts[kind] += 1
            if self._counts[kind] > LIMIT:
                self._more[kind] = place
                return
        self.findings.append(finding)

    def crowded(self, code: str, place: FilePlace) -> bool:
        """Whether so many of this kind are told already that another needs no pains."""
        return self._counts[place.file, code] >= LIMIT

    def close(self) -> tuple[Finding, ...]:
        """All findings, with a last one for each kind of which there were too many to tell."""
        rest = []
        for (file, code), place in self._more.items():
            message = f"{self._counts[file, code] - LIMIT} more of this kind, the last one here"
            rest.append(found(code, message, "mend the others first", place))
        return (*self.findings, *rest)
