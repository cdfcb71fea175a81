"""The corpus of bad projects: each case is a set of files and the complete findings that they get."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from uns.finding import Finding
from uns.naming.parse import parse_project

HERE = Path(__file__).parent.parent / "naming"
RULES_AT = "naming_rules"


class BadProject(NamedTuple):
    """Files beside (or in place of) those of `bad/standard.yaml`, and what is said about them."""

    title: str
    files: Mapping[str, bytes]
    findings: str


def bad_projects() -> Iterator[BadProject]:
    standard = {"standard.yaml": (HERE / "bad" / "standard.yaml").read_bytes()}
    for theme in sorted((HERE / "bad").glob("*.txt")):
        for case in re.split(r"^=== ", theme.read_text("utf-8"), flags=re.MULTILINE)[1:]:
            title, _, body = case.partition("\n")
            parts = dict(part.split("\n", 1) for part in re.split(r"^--- ", body, flags=re.MULTILINE)[1:])
            findings = parts.pop("findings").strip()
            yield BadProject(f"{theme.stem}: {title}", standard | {k: v.encode() for k, v in parts.items()}, findings)


def good_project() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((HERE / "good").iterdir())}


def findings_of(files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """Everything that is wrong with a rules folder."""
    return parse_project(files, RULES_AT).findings


def as_table(findings: tuple[Finding, ...]) -> str:
    """Two lines per finding: place, severity, code and message, then the remedy."""
    lines = []
    for each in findings:
        place = str(each.where).removeprefix(f"{RULES_AT}/")
        lines.append(f"{place} {each.severity} {each.code}: {each.message}\n    → {each.remedy}")
    return "\n".join(lines)
