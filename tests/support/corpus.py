"""The corpus of bad projects: each case is a set of files and the complete findings that they get."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from uns.bundle import Documents
from uns.finding import Finding
from uns.instant import Instant
from uns.judge import judge
from uns.schema.catalog import Catalog

HERE = Path(__file__).parent.parent / "naming"
RULES_AT, SCHEMAS_AT, IN_FORCE_AT = "naming_rules", "schemas", "in-force"
NOW: Final[Instant] = 1_763_600_000_000_000_000
SOUND: Final = {
    f"{SCHEMAS_AT}/{path}": b'{"type": "object"}'
    for path in ("telemetry/1.json", "drive/1.json", "sample/1.json", "alarm/1.json", "erp/order.json")
}
"""The schemas that the standards of the corpus name, unless a case brings its own."""


class BadProject(NamedTuple):
    """Files beside (or in place of) those of `bad/standard.yaml`, and what is said about them.

    Under `schemas/` are schemas (an empty one is not there), under `in-force/` those that were published under;
    everything else is below the rules folder.
    """

    title: str
    files: Mapping[str, bytes]
    findings: str
    untested: bool
    """Whether the rules that no case reaches are told of too."""


def bad_projects() -> Iterator[BadProject]:
    standard = {"standard.yaml": (HERE / "bad" / "standard.yaml").read_bytes()}
    for theme in sorted((HERE / "bad").glob("*.txt")):
        for case in re.split(r"^=== ", theme.read_text("utf-8"), flags=re.MULTILINE)[1:]:
            title, _, body = case.partition("\n")
            parts = dict(part.split("\n", 1) for part in re.split(r"^--- ", body, flags=re.MULTILINE)[1:])
            findings = parts.pop("findings").strip()
            files = standard | dict(_file(path, text) for path, text in parts.items())
            yield BadProject(f"{theme.stem}: {title}", files, findings, theme.stem == "cases")


def _file(title: str, text: str) -> tuple[str, bytes]:
    """A path and its content; `tags.csv in latin-1` is not in UTF-8."""
    path, _, encoding = title.partition(" in ")
    return path, text.encode(encoding or "utf-8")


def good_project() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((HERE / "good").iterdir())}


def findings_of(files: Mapping[str, bytes], untested: bool = False) -> tuple[Finding, ...]:
    """Everything that is wrong with a project."""
    schemas, was = _below(SCHEMAS_AT, SOUND | dict(files)), _below(IN_FORCE_AT, files)
    rules = {path: content for path, content in files.items() if path.split("/")[0] not in (SCHEMAS_AT, IN_FORCE_AT)}
    in_force = Catalog.build(was, IN_FORCE_AT, ())[0].fingerprints
    unknown = was.keys() - in_force.keys()
    findings = judge(Documents(rules, schemas, RULES_AT, SCHEMAS_AT), NOW, None if unknown else in_force).findings
    return tuple(each for each in findings if untested or each.code != "rule-untested")


def _below(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    start = f"{folder}/"
    return {path.removeprefix(start): text for path, text in files.items() if path.startswith(start) and text.strip()}


def as_table(findings: tuple[Finding, ...]) -> str:
    """Two lines per finding: place, severity, code and message, then the remedy."""
    lines = []
    for each in findings:
        place = str(each.where).removeprefix(f"{RULES_AT}/")
        lines.append(f"{place} {each.severity} {each.code}: {each.message}\n    → {each.remedy}")
    return "\n".join(lines)
