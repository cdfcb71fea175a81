"""Setting up: what is missing is one line that says what to do; what is installed is pinned."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("bash", "cat", "cksum", "dirname", "id")


def set_up(folder: Path, *programs: str, python: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the set-up in a copy of what it reads, with only these programs to be found."""
    for name in ("tools/setup", "requirements-dev.txt", "pyproject.toml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "bin").mkdir()
    for program in (*TOOLS, *programs):
        os.symlink(str(shutil.which(program)), folder / "bin" / program)
    if python is not None:
        (folder / "bin" / "python3").write_text(f"#!{shutil.which('bash')}\n{python}\n")
        (folder / "bin" / "python3").chmod(0o755)
    command = [str(folder / "tools" / "setup")]
    environment = {"PATH": str(folder / "bin"), "HOME": str(folder)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)


WITHOUT_VENV = 'case "$2" in *ensurepip*) exit 1;; *print*) echo python3.13-venv;; esac'


NO_PYTHON = "Python 3.11 or later is missing."
PACKAGES = "Packages are missing. Install them, then run make again:  sudo apt-get install"
NO_VENV = f"{PACKAGES} python3.13-venv mosquitto mosquitto-clients\n"
NO_MOSQUITTO = f"{PACKAGES} mosquitto mosquitto-clients\n"


@pytest.mark.parametrize(
    ("python", "said"),
    [(None, NO_PYTHON), ("exit 1", NO_PYTHON), (WITHOUT_VENV, NO_VENV), ("exit 0", NO_MOSQUITTO)],
    ids=["no Python", "an old Python", "a Python without venv, and no Mosquitto", "no Mosquitto"],
)
def test_what_is_missing_is_one_line_that_says_what_to_do(tmp_path: Path, python: str | None, said: str) -> None:
    run = set_up(tmp_path, python=python)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith(said)
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_with_hashes_and_no_index_is_named(name: str) -> None:
    text = (ROOT / name).read_text()
    packages = re.findall(r"^[a-z0-9][^\n]*(?:\n[ ]+--hash[^\n]*)*", text, re.MULTILINE)
    assert len(packages) > 20
    for package in packages:
        assert re.match(r"[a-z0-9._-]+(\[[a-z0-9,-]+\])?==\S+", package)
        assert "--hash=sha256:" in package
    assert not re.search(r"https?://|--(extra-)?index|--find-links", text)


def test_development_has_what_the_service_runs_on() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9._-]+==\S+", (ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements.txt") <= pins("requirements-dev.txt")
