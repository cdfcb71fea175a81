"""Every example that the verbs' help gives is run, in a project with a running service."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from uns.cli import load_verbs
from uns.cli.app import app

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "commands.md").read_text("utf-8")
VERBS = re.findall(r"^## `(.*)`$", PAGE, re.MULTILINE)
EXAMPLES = re.findall(r"^Example: `(.*)`$", PAGE, re.MULTILINE)
ELSEWHERE = ("uns demo", "uns run")
"""The demonstration has a test of its own, and this one stands on a service that runs."""
LATER = ("uns registry export", "uns registry list", "uns submissions", "uns release")


def test_every_verb_has_an_example() -> None:
    assert len(EXAMPLES) == len(VERBS)
    assert all(example.startswith(verb) for verb, example in zip(VERBS, EXAMPLES, strict=True))


def test_every_example_succeeds(service, monkeypatch: pytest.MonkeyPatch) -> None:
    for table in (PROJECT / "examples" / "demo" / "registry").iterdir():
        shutil.copy(table, service.folder)
    monkeypatch.chdir(service.folder)
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    load_verbs()
    (known,) = set(re.findall(r'"revision": ?"(\w+)"', run("uns submissions list --json").stdout))
    for example in sorted(EXAMPLES, key=lambda each: each.startswith(LATER)):
        if not example.startswith(ELSEWHERE):
            done = run(example.replace("3f2a", known).replace("--for 10", "--for 1"))
            assert done.exit_code == 0, f"{example}\n{done.output}"


def run(command: str) -> Result:
    """In this process: starting one for each would cost more than what they do."""
    return CliRunner().invoke(app, shlex.split(command)[1:])
