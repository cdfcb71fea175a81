"""Every example of `docs/rules.md` is sound: judged whole, its cases run, nothing found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.corpus import NOW, SOUND

from uns.bundle import Documents
from uns.cases import run_all
from uns.codes import CODES
from uns.decode.presets import DIALECTS, PRESETS
from uns.finding import Finding
from uns.judge import Judgement, judge

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text("utf-8")
FENCES = re.findall(r"^```(?:yaml|csv) ?(\S*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
FILES = {name: text.encode() for name, text in FENCES if name}
FRAGMENTS = [text for name, text in FENCES if not name]
HEADER = "site: dallas\nsteward: packaging-ot@acme.example\n"


def judged(rules: dict[str, bytes]) -> Judgement:
    schemas = {path.removeprefix("schemas/"): content for path, content in SOUND.items()}
    return judge(Documents(rules, schemas), NOW, {})


def told(findings: tuple[Finding, ...]) -> list[str]:
    return [str(each) for each in findings]


def test_the_whole_file_is_sound_with_its_table_and_its_standard_and_every_rule_is_tested() -> None:
    judgement = judged(FILES)
    assert told(judgement.findings) == []
    assert judgement.bundle is not None
    assert [case.differences for case in run_all(judgement.bundle, NOW)] == [()] * 5


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=[text.splitlines()[1].strip()[:40] for text in FRAGMENTS])
def test_a_fragment_is_sound_in_a_file_of_its_own(fragment: str) -> None:
    judgement = judged({"standard.yaml": FILES["standard.yaml"], "dallas.yaml": (HEADER + fragment).encode()})
    assert told(judgement.findings) == []


def test_every_fragment_has_cases() -> None:
    assert all("\ntests:\n" in fragment for fragment in FRAGMENTS)


def test_every_dialect_and_preset_that_exists_has_its_row() -> None:
    rows = set(re.findall(r"^\| `([\w-]+)` \|", PAGE.split("### Dialects and presets")[1].split("## Rules")[0], re.M))
    assert rows - {"read"} == DIALECTS | set(PRESETS)


def test_the_codes_that_the_page_names_exist() -> None:
    ours = [
        "time-",
        "value-",
        "batch-",
        "unit-",
        "transform-",
        "contract-",
        "context-",
        "lookup-",
        "payload-",
        "equipment-",
    ]
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", PAGE))
    records = {"batch-start", "batch-stop", "batch-change"}
    assert {each for each in named if each.startswith(tuple(ours))} - records <= set(CODES)
