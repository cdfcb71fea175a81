"""The examples of dialects: sound, complete, and each with a case that is refused."""

from pathlib import Path

import pytest

from uns.bundle import Bundle
from uns.cases import run_all
from uns.decision import Reject
from uns.decode.presets import DIALECTS, PRESETS
from uns.files import read_documents
from uns.judge import judge

FOLDER = Path(__file__).parents[2] / "examples" / "dialects"
NOW = 1_795_000_000_000_000_000


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    documents, unreadable = read_documents(FOLDER / "naming_rules", FOLDER / "schemas", FOLDER)
    judgement = judge(documents, NOW)
    assert [str(each) for each in (*unreadable, *judgement.findings) if each.severity != "note"] == []
    assert judgement.bundle is not None
    return judgement.bundle


def test_every_case_passes_and_every_rule_is_reached(bundle):
    ran = run_all(bundle, NOW)
    assert [str(each.finding) for each in ran if each.finding] == []
    reached = {str(decision.rule) for each in ran for decision in each.decisions if decision.rule}
    assert {str(rule) for file in bundle.files for rule in file.rules} <= reached


def test_every_file_shows_a_reading_that_is_refused(bundle):
    refused = {
        each.case.place.file
        for each in run_all(bundle, NOW)
        if any(isinstance(decision, Reject) for decision in each.decisions)
    }
    assert {file.path for file in bundle.files} == refused


def test_every_dialect_and_preset_has_its_example(bundle):
    shown = {line.read for file in bundle.files for line in file.sources}
    assert shown == DIALECTS
    texts = "".join(path.read_text() for path in (FOLDER / "naming_rules").glob("*.yaml"))
    assert [name for name in PRESETS if f"read: {name}}}" not in texts] == []


def test_the_page_names_every_rule_file():
    page = (FOLDER / "README.md").read_text()
    files = {path.name for path in (FOLDER / "naming_rules").glob("*.yaml")} - {"standard.yaml"}
    assert [name for name in sorted(files) if f"`{name}`" not in page] == []
