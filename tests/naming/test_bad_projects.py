"""Every bad project gets exactly its findings: code, place, message and remedy, all at once."""

from __future__ import annotations

import pytest
from support.corpus import BadProject, as_table, bad_projects, findings_of, good_project

from uns.finding import Severity

CASES = list(bad_projects())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_bad_project_gets_all_of_its_findings(case: BadProject) -> None:
    assert as_table(findings_of(case.files, case.untested)) == case.findings


def test_the_corpus_is_large_and_its_cases_are_distinct() -> None:
    assert len(CASES) >= 60
    assert len({case.title for case in CASES}) == len(CASES)
    assert all(case.findings for case in CASES)


def test_a_good_project_gets_none_but_for_what_nobody_can_prove() -> None:
    assert [each.code for each in findings_of(good_project())] == ["collision-possible"]


def test_a_project_without_a_standard_says_so_and_is_read_all_the_same() -> None:
    files = good_project()
    del files["standard.yaml"]
    findings = findings_of(files)
    assert findings[-1].code == "key-missing"
    assert str(findings[-1].where) == "naming_rules/standard.yaml:1:1"
    assert all(finding.severity is Severity.ERROR for finding in findings)
