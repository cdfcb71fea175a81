"""Every command of `examples/README.md` succeeds, every case passes, and every link leads somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PAGES = sorted([*(PROJECT / "docs").glob("*.md"), *(PROJECT / "examples").rglob("*.md")])
PAGE = (PROJECT / "examples" / "README.md").read_text("utf-8")
COMMANDS = [line for fence in re.findall(r"^```sh\n(.*?)^```$", PAGE, re.M | re.S) for line in fence.splitlines()]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_succeeds(command: str, tmp_path: Path) -> None:
    own = {name: text for name, text in os.environ.items() if not name.startswith("UNS_")}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = own | {"PATH": path, "UNS_REGISTRY": f"sqlite:///{tmp_path}/uns.db", "UNS_STATE": str(tmp_path)}
    done = subprocess.run(
        ["bash", "-c", command], cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if command.startswith("uns test"):
        assert re.search(r"[1-9]\d* passed, 0 failed", done.stdout)
    if command.startswith("uns explain"):
        assert '"value":22.0,"unit":"Cel"' in done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    for link in re.findall(r"\]\(([^)#]*)#?[^)]*\)", text):
        assert not link or "://" in link or (page.parent / link).exists(), link


def test_the_page_names_every_file_of_the_plant() -> None:
    assert {each.name for each in (PROJECT / "naming_rules").glob("*.yaml")} <= set(re.findall(r"[\w-]+\.yaml", PAGE))
