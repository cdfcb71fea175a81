"""`uns check` from outside: what it is given, how findings name files, and how it ends."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from uns.cli import load_verbs
from uns.cli.app import app
from uns.registry.engine import connect
from uns.registry.migrate import migrate

HERE = Path(__file__).parent.parent.parent


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound project with a registry, and the working directory."""
    for folder in ("naming_rules", "schemas"):
        shutil.copytree(HERE / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    migrate(connect("sqlite:///uns.db"))
    return tmp_path


def check(*arguments: str) -> Result:
    load_verbs()
    return CliRunner().invoke(app, ["check", *arguments], env={"COLUMNS": "200"})


def told(*arguments: str) -> list[tuple[str, str, str]]:
    findings = json.loads(check("--json", *arguments).stdout)
    return [(each["severity"], each["code"], each["where"]["file"]) for each in findings]


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_sound_project_ends_well_whatever_it_is_called_by(project: Path) -> None:
    for path in (
        [],
        ["."],
        ["naming_rules"],
        ["naming_rules/dallas.yaml"],
        ["naming_rules", "schemas/telemetry/1.json"],
    ):
        result = check(*path)
        assert (result.exit_code, result.stdout) == (0, "all well\n"), path


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ([], "naming_rules/dallas.yaml"),
        (["."], "naming_rules/dallas.yaml"),
        (["naming_rules"], "dallas.yaml"),
        (["naming_rules/dallas.yaml"], "naming_rules/dallas.yaml"),
    ],
)
def test_files_are_named_as_seen_from_the_folder_that_was_checked(project: Path, path: list[str], file: str) -> None:
    change(project / "naming_rules" / "dallas.yaml", "mode: enforce", "mode: enforced")
    assert told(*path) == [("error", "key-value", file)]
    result = check(*path)
    assert result.exit_code == 1
    assert result.stdout == f"{file}:4:7: error: `mode` cannot be `enforced` (key-value)\n  → did you mean `enforce`?\n"


def test_of_one_file_only_its_own_findings_are_told(project: Path) -> None:
    change(project / "naming_rules" / "dallas.yaml", "mode: enforce", "mode: enforced")
    assert check("naming_rules/berlin.yaml").exit_code == 0


def test_one_schema_is_judged_in_its_project(project: Path) -> None:
    (project / "schemas" / "telemetry" / "1.json").write_text("{", "utf-8")
    assert told("schemas/telemetry/1.json") == [("error", "schema-invalid", "schemas/telemetry/1.json")]
    standard = project / "naming_rules" / "standard.yaml"
    sound = standard.read_text("utf-8")
    standard.write_text("enterprise: [", "utf-8")
    assert ("error", "yaml-syntax", "naming_rules/standard.yaml") in told("schemas/telemetry/1.json")
    standard.write_text(sound, "utf-8")
    (project / "naming_rules").rename(project / "names")
    assert told("schemas/telemetry/1.json") == [("error", "file-unreadable", "schemas/telemetry/1.json")]
    (project / "uns.toml").write_text('rules = "names"', "utf-8")
    assert told("schemas/telemetry/1.json") == [("error", "schema-invalid", "schemas/telemetry/1.json")]


def test_a_file_of_no_project_is_never_well(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    alone = tmp_path_factory.mktemp("alone") / "dallas.yaml"
    shutil.copy(project / "naming_rules" / "dallas.yaml", alone)
    (project / "naming_rules" / "notes.md").write_text("x", "utf-8")
    for path in ("/dev/null", str(alone), "naming_rules/notes.md"):
        assert told(path) == [("error", "file-unreadable", path)]


def test_a_folder_that_nobody_may_look_into_is_told(project: Path) -> None:
    (project / "naming_rules").chmod(0)
    try:
        outcome = subprocess.run(
            [*_without_privileges(), sys.executable, "-m", "uns", "check", "--json"],
            cwd=project, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        (project / "naming_rules").chmod(0o755)
    assert "naming_rules: Permission denied" in [each["message"] for each in json.loads(outcome.stdout)]


def _without_privileges() -> list[str]:
    """Root reads everything, unless it gives the power up."""
    return ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


def test_warnings_end_well_unless_strict(project: Path) -> None:
    change(project / "naming_rules" / "dallas.yaml", "speed: {at: ./rpm, unit: 1/min}", "speed: ./rpm")
    assert told() == [("warning", "unit-assumed", "naming_rules/dallas.yaml")]
    assert [check().exit_code, check("--strict").exit_code] == [0, 1]


def test_the_last_line_counts_what_is_told_as_a_number_too(project: Path) -> None:
    rules = "".join(f"  - {{id: r{at}, from: plc/dallas/x{at}/+, ignore: true}}\n" for at in range(300))
    change(project / "naming_rules" / "dallas.yaml", "\nrules:\n", f"\nrules:\n{rules}")
    result = check()
    assert "280 more of this kind in this file, the next one here (rule-untested)" in result.stdout
    assert (result.exit_code, result.stderr) == (0, "300 notes\n")
    assert len(told()) == 21


def test_files_that_are_not_read_are_told(project: Path) -> None:
    rules = project / "naming_rules"
    (rules / "folder.yaml").mkdir()
    (rules / "link.csv").symlink_to("/nowhere")
    for name in ("north.yml", "SOUTH.YAML"):
        shutil.copy(rules / "berlin.yaml", rules / name)
    for folder in ("old", "templates"):
        (rules / folder).mkdir()
        shutil.copy(rules / "berlin.yaml", rules / folder)
    assert told("naming_rules") == [
        ("error", "key-value", "SOUTH.YAML"),
        ("error", "file-unreadable", "folder.yaml"),
        ("error", "file-unreadable", "link.csv"),
        ("error", "key-value", "north.yml"),
        ("warning", "key-value", "old/berlin.yaml"),
    ]


def test_marks_and_line_ends_of_other_systems_move_no_place(project: Path) -> None:
    rules = project / "naming_rules"
    for path in rules.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert check().stdout == "all well\n"
    change(rules / "dallas.yaml", "1/min}", "1/mim}")
    assert ":40:39: error: `1/mim`" in check().stdout


def test_schemas_as_they_were_in_force(project: Path) -> None:
    shutil.copytree(project / "schemas", project / "was")
    assert check("--against", "was").exit_code == 0
    change(project / "schemas" / "telemetry" / "1.json", '"required"', '"minProperties": 2, "required"')
    assert told("--against", "was") == [("error", "contract-changed", "schemas/telemetry/1.json")]
    assert check("--against", "nowhere").exit_code == 2


def test_schemas_as_they_were_in_force_in_another_checkout(project: Path, tmp_path: Path) -> None:
    shutil.copytree(project, tmp_path / "main")
    change(project / "schemas" / "telemetry" / "1.json", '"required"', '"minProperties": 2, "required"')
    assert ("error", "contract-changed", "schemas/telemetry/1.json") in told("--against", str(tmp_path / "main"))
    refused = check("--against", str(project / "naming_rules"))
    assert (refused.exit_code, "naming_rules holds no schema" in refused.output) == (2, True)


def test_what_is_not_there_is_an_error(project: Path) -> None:
    for path in ("nowhere", "a" * 5000):
        assert told(path) == [("error", "file-unreadable", path)]
    assert check("--nowhere").exit_code == 2


def test_without_a_registry_nobody_can_tell_what_was_in_force(project: Path) -> None:
    (project / "uns.db").unlink()
    assert {code for _, code, _ in told()} == {"contract-unverified"}
    assert told("--against", "schemas") == []
