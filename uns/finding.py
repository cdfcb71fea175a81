"""One thing that is wrong: a code, a message, a remedy and the place; the same everywhere it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from uns.codes import CODES, Severity

__all__ = [
    "FilePlace", "Finding", "Malformed", "Place", "SamplePlace", "Severity", "found", "gravest", "known_code",
    "nearest", "packed", "unpacked",
]  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class FilePlace:
    """A place in a file; line and column count characters from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def as_json(self) -> dict[str, Any]:
        return {"file": self.file, "line": self.line, "column": self.column}


@dataclass(frozen=True, slots=True)
class SamplePlace:
    """A place in a message: its raw topic, the tag where there is one, and a JSON pointer into the payload."""

    topic: str
    tag: str | None = None
    pointer: str | None = None
    inside: Literal["raw", "governed"] = "raw"

    def __str__(self) -> str:
        parts = [self.topic, *(f"[{self.tag}]" if self.tag is not None else "",), self.pointer or ""]
        return " ".join(part for part in parts if part)

    def as_json(self) -> dict[str, Any]:
        members: dict[str, Any] = {"topic": self.topic}
        if self.tag is not None:
            members["tag"] = self.tag
        if self.pointer is not None:
            members |= {"pointer": self.pointer, "in": self.inside}
        return members


Place = FilePlace | SamplePlace


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a file or in a message, told so that the reader can mend it."""

    code: str
    severity: Severity
    message: str
    remedy: str
    where: Place
    count: int = 1
    """How many of its kind it tells of."""

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
            "remedy": self.remedy,
            "where": self.where.as_json(),
        }

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> Finding:
        where = members["where"]
        place: Place = (
            FilePlace(where["file"], where["line"], where["column"])
            if "file" in where
            else SamplePlace(where["topic"], where.get("tag"), where.get("pointer"), where.get("in", "raw"))
        )
        return cls(members["code"], Severity(members["severity"]), members["message"], members["remedy"], place)

    def __str__(self) -> str:
        return f"{self.where}: {self.severity}: {self.message} ({self.code})\n  → {self.remedy}"


def found(code: str, message: str, remedy: str, where: Place, severity: Severity | None = None) -> Finding:
    """A finding of a known code; its severity is the code's own unless the case says otherwise."""
    return Finding(code, severity or CODES[code].severity, message, remedy, where)


def packed(findings: Iterable[Finding]) -> list[tuple[dict[str, Any], int]]:
    """For another process: as they are shown, and of how many each tells."""
    return [(each.as_json(), each.count) for each in findings]


def unpacked(told: Iterable[tuple[Mapping[str, Any], int]]) -> tuple[Finding, ...]:
    """What was `packed`; KeyError, TypeError or ValueError where it was not."""
    return tuple(replace(Finding.from_json(members), count=count) for members, count in told)


def gravest(findings: Iterable[Finding], limit: int) -> list[Finding]:
    """As many as may be shown, errors first, otherwise in their order."""
    grades = list(Severity)
    return sorted(findings, key=lambda each: grades.index(each.severity))[:limit]


class Malformed(ValueError):
    """A text that cannot be the value that it should be; `offset` is where in the text, in characters from 0."""

    def __init__(self, code: str, message: str, remedy: str, offset: int = 0) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy, self.offset = code, message, remedy, offset

    def at(self, where: Place) -> Finding:
        return found(self.code, self.message, self.remedy, where)


def known_code(code: str) -> str:
    """Itself; Malformed where no finding is called so: who asks for those would be told that there are none."""
    if code not in CODES:
        near = nearest(code, CODES)
        remedy = f"did you mean `{near}`?" if near else "`docs/findings.md` lists them"
        raise Malformed("key-value", f"there is no finding `{code:.60}`", remedy)
    return code


def nearest(word: str, known: Iterable[object]) -> str | None:
    """The known word that a reader most likely meant, or None where nothing is near."""
    from difflib import get_close_matches

    texts = [str(each) for each in known]
    matches = get_close_matches(word, texts, n=1, cutoff=0.6) or [each for each in texts if each == word.lower()]
    return matches[0] if matches else None
