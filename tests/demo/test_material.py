"""What the demo is made of is itself in order: rules without a warning, sheets without a bad row."""

from __future__ import annotations

import time
from pathlib import Path

from uns.demo.furnish import furnish
from uns.demo.material import Material
from uns.files import read_documents
from uns.judge import judge


def test_the_rules_have_no_finding() -> None:
    material = Material.found()
    documents, findings = read_documents(material.rules, material.schemas)
    judgement = judge(documents, time.time_ns(), in_force={})
    assert [str(each) for each in [*findings, *judgement.findings]] == []


def test_the_sheets_fill_an_empty_registry_and_change_nothing_in_a_full_one(tmp_path: Path) -> None:
    registry = f"sqlite:///{tmp_path / 'registry.db'}"
    assert furnish(registry, Material.found()) == []
    assert furnish(registry, Material.found()) == []
