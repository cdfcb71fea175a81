"""One change set, one judgement: documents in, every finding out, and a bundle where nothing is in error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from uns.bundle import Bundle, Documents
from uns.cases import run_all, untested
from uns.finding import FilePlace, Finding, Severity
from uns.instant import Instant
from uns.naming.parse import parse_project
from uns.naming.prove import prove
from uns.naming.rule import RuleFile
from uns.naming.standard import Standard
from uns.schema.catalog import Catalog, Wanted
from uns.schema.change import changed


class Judgement(NamedTuple):
    """What was found; `draft` is the bundle that the files make, as far as they can be read."""

    draft: Bundle | None
    findings: tuple[Finding, ...]

    @property
    def bundle(self) -> Bundle | None:
        """The bundle, where no finding is an error: only then may it take effect."""
        return None if any(each.severity is Severity.ERROR for each in self.findings) else self.draft


def judge(
    documents: Documents, now: Instant, in_force: Mapping[str, str] | None = None, *, proven: bool = False
) -> Judgement:
    """`in_force` are the fingerprints of schemas under which something was published; None where nobody can tell.

    `proven`: proofs and cases of just these documents found no error before, and are not gone through once more.
    """
    parsed = parse_project(documents.rules, documents.rules_at)
    standard, files, report = parsed.standard, parsed.files, parsed.report
    if standard is None:
        return Judgement(None, ordered(report.close()))
    if not proven:
        report.take_all(prove(standard, files))
    wanted = _wanted(standard, files)
    catalog, problems = Catalog.build(documents.schemas, documents.schemas_at, wanted)
    report.take_all(problems)
    places = {path: place for path, place, shape in wanted if shape is not None}
    report.take_all(changed(catalog, in_force, places))
    draft = Bundle(standard, tuple(map(_sound, files)), catalog, documents)
    if not (proven or report.errors):
        ran = run_all(draft, now)
        report.take_all(each.finding for each in ran if each.finding is not None)
        report.take_all(untested(draft, ran))
    return Judgement(draft, ordered(report.close()))


def _sound(file: RuleFile) -> RuleFile:
    """Without the rules that could be read in part only."""
    if all(rule.sound for rule in file.rules):
        return file
    return replace(file, rules=tuple(rule for rule in file.rules if rule.sound))


def _wanted(standard: Standard, files: tuple[RuleFile, ...]) -> list[Wanted]:
    """Every schema that something refers to, with the place that does."""
    declared = [each for each in standard.contracts.values() if each.schema]
    contracts: list[Wanted] = [(each.schema, each.place, each.shape) for each in declared]
    raw: list[Wanted] = [
        (source.schema, source.places.get("schema", source.place), None)
        for file in files
        for source in file.sources
        if source.schema is not None
    ]
    return contracts + raw


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By file and place."""
    return tuple(sorted(findings, key=lambda each: (_file_place(each), each.code, each.message)))


def _file_place(finding: Finding) -> FilePlace:
    return finding.where if isinstance(finding.where, FilePlace) else FilePlace("")
