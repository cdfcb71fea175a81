"""`uns demo` as somebody runs it who has never met us."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(180)


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """In a folder of its own, with a temporary folder to look for what was left behind."""
    (folder / "tmp").mkdir()
    return subprocess.Popen(
        [sys.executable, "-m", "uns", "demo", *arguments], cwd=folder, env=os.environ | {"TMPDIR": str(folder / "tmp")},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip


def left_behind(folder: Path) -> list[str]:
    """Files, and processes that have the demo's folder in their command line or environment."""
    files = [str(path) for path in (folder / "tmp").iterdir()]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(folder / "tmp").encode() in told and process.name != str(os.getpid()):
            files.append(f"{process.name} {(process / 'cmdline').read_bytes().decode()}")
    return files


def test_it_ends_by_itself_with_an_account_that_balances(tmp_path: Path) -> None:
    with started(tmp_path, "--for", "5") as demo:
        said, _ = demo.communicate()
    assert demo.returncode == 0, said
    assert re.search(
        r"✓ dallas/packaging/line-3/filler-01/_telemetry/temperature  2\d\.?\d* Cel  B-1001 · \w+ [ABC] · ", said
    )
    assert re.search(r"✗ gw/porto/vat 3/temperature  not JSON .*\(payload-syntax\)", said)
    assert len(re.findall(r" (\d+) = \1 ", said)) == 5
    assert "≠" not in said
    assert left_behind(tmp_path) == []


def test_it_ends_with_everything_that_it_started_when_it_is_interrupted(tmp_path: Path) -> None:
    with started(tmp_path) as demo:
        assert demo.stdout is not None
        seen = next(line for line in demo.stdout if line.startswith("✓"))
        demo.send_signal(signal.SIGINT)
        said, _ = demo.communicate()
    assert demo.returncode == 0, seen + said
    assert "decisions:" in said
    assert left_behind(tmp_path) == []
