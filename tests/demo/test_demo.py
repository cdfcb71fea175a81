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


def processes(folder: Path) -> dict[int, str]:
    """Those that were started with the demo's temporary folder, by id, and their command lines."""
    found = dict[int, str]()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "environ").read_bytes()
            if f"TMPDIR={folder / 'tmp'}".encode() in told:
                found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found


def left_behind(folder: Path) -> list[str]:
    return [str(path) for path in (folder / "tmp").iterdir()] + list(processes(folder).values())


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


@pytest.mark.parametrize(
    ("victim", "said"),
    [("uns run *$", "the service did not stay up"), ("mosquitto -c ", "went away|did not stay up")],
    ids=["the service", "the broker"],
)
def test_what_is_killed_under_it_ends_it_with_one_clear_word(tmp_path: Path, victim: str, said: str) -> None:
    with started(tmp_path) as demo:
        assert demo.stdout is not None
        assert next(line for line in demo.stdout if line.startswith("✓"))
        (pid,) = (pid for pid, command in processes(tmp_path).items() if re.search(victim, command))
        os.kill(pid, signal.SIGKILL)
        rest, _ = demo.communicate()
    assert demo.returncode == 3, rest
    assert re.search(said, rest)
    assert "Traceback" not in rest
    assert left_behind(tmp_path) == []
