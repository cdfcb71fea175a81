"""A sheet that takes a while shows how far it is: on a terminal, and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

STANDARD = """
enterprise: acme
sites: {dallas: {zone: America/Chicago}}
levels: [{name: line, role: work_center, pattern: 'line-[0-9]'}]
names: {temperature: {type: number, unit: Cel}}
contracts: {}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "naming_rules").mkdir()
    (tmp_path / "naming_rules" / "standard.yaml").write_text(STANDARD, encoding="utf-8")
    (tmp_path / "products.csv").write_text("id,name\nSKU-42,Cola 330\n", encoding="utf-8")
    imported(tmp_path, subprocess.DEVNULL)  # which also makes the registry
    return tmp_path


def imported(folder: Path, stderr: int) -> str:
    own = {name: text for name, text in os.environ.items() if not name.startswith("UNS_")}
    done = subprocess.run(
        [sys.executable, "-m", "uns", "registry", "import", "products", "products.csv"],
        cwd=folder, env=own | {"TERM": "xterm"}, stdout=subprocess.PIPE, stderr=stderr, timeout=60, check=True,
    )  # fmt: skip
    return (done.stderr or b"").decode()


def test_a_terminal_shows_the_rows_that_are_checked_and_then_the_writing(folder: Path) -> None:
    terminal, end = os.openpty()
    try:
        imported(folder, end)
        os.write(end, b".")  # so that there is something to read where nothing was shown
        shown = os.read(terminal, 65_536).decode()
    finally:
        os.close(terminal)
        os.close(end)
    assert shown.index("checked") < shown.index("writing")


def test_a_file_or_a_pipe_shows_nothing(folder: Path) -> None:
    assert imported(folder, subprocess.PIPE) == ""
