"""The rules folder as a whole: the standard first, then every rule file, then what they may not do to each other."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from uns.finding import FilePlace, Finding, Severity, found
from uns.naming.parse.file import read_rule_file
from uns.naming.parse.overlap import check_overlaps
from uns.naming.parse.ownership import check_ownership
from uns.naming.parse.report import Report
from uns.naming.parse.scope import Scope
from uns.naming.parse.standard import read_standard
from uns.naming.rule import RuleFile
from uns.naming.standard import Standard
from uns.naming.yaml import read_yaml

STANDARD: Final = "standard.yaml"
TEMPLATES: Final = "templates"


@dataclass(frozen=True, slots=True)
class Parsed:
    """What could be read: all that is sound, beside everything that is not."""

    standard: Standard | None
    files: tuple[RuleFile, ...]
    report: Report
    """What is wrong, to go on with."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(sorted(self.report.close(), key=_order))


def parse_project(rules: Mapping[str, bytes], rules_at: str) -> Parsed:
    """`rules` are the folder's files by path below it; `rules_at` is how findings name the folder."""
    report = Report()
    scope = _read_standard(rules, rules_at, report)
    files = []
    for path in sorted(rules):
        if path.endswith(".yaml") and "/" not in path and path != STANDARD:
            file = _read_file(path, rules, scope)
            if file is not None:
                files.append(file)
        elif posixpath.splitext(path)[1].lower() in (".yml", ".yaml") and path != STANDARD:
            _unread(path, FilePlace(posixpath.join(rules_at, path)), report)
    check_ownership(files, report)
    check_overlaps(files, scope.standard.root if scope.standard else None, report)
    return Parsed(scope.standard, tuple(files), report)


def _unread(path: str, place: FilePlace, report: Report) -> None:
    """A file that looks like a rule file and is none: not named as one, or not beside the standard."""
    folder, name = posixpath.split(path)
    if not folder:
        report.add("key-value", f"`{path}` is not read", f"name it `{posixpath.splitext(name)[0]}.yaml`", place)
    elif folder.split("/")[0] != TEMPLATES:
        remedy = f"put it beside `{STANDARD}`, or give it another ending"
        report.take(found("key-value", f"`{path}` is not read", remedy, place, Severity.WARNING))


def _order(finding: Finding) -> tuple[FilePlace, str]:
    place = finding.where if isinstance(finding.where, FilePlace) else FilePlace("")
    return place, finding.code


def _read_standard(rules: Mapping[str, bytes], rules_at: str, report: Report) -> Scope:
    scope = Scope(report, posixpath.join(rules_at, STANDARD), rules, rules_at)
    content = rules.get(STANDARD)
    if content is None:
        message = f"there is no `{STANDARD}` in `{rules_at or '.'}`"
        report.add("key-missing", message, "add the naming standard", FilePlace(scope.path))
        return scope
    node, findings = read_yaml(content, scope.path)
    for finding in findings:
        report.take(finding)
    if node is not None:
        scope.standard = read_standard(node, scope)
    return scope


def _read_file(path: str, rules: Mapping[str, bytes], standard: Scope) -> RuleFile | None:
    """A rule file; it sees the standard's states and tables, and hides them with its own of the same name."""
    at = posixpath.join(standard.rules_at, path)
    scope = replace(standard, path=at, states=dict(standard.states), lookups=dict(standard.lookups))
    node, findings = read_yaml(rules[path], at)
    for finding in findings:
        scope.report.take(finding)
    return None if node is None else read_rule_file(node, path.removesuffix(".yaml"), scope)
