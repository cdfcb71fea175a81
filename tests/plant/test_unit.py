"""The systemd unit: accepted, hardly exposed, and naming what is really there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.mosquitto import Mosquitto
from support.plant import Service, write_project

UNIT = Path(__file__).parents[2] / "systemd" / "uns.service"
LOW = 20
"""Tenths: what `systemd-analyze` calls OK is below 2.0 of 10."""
NO_EXEC_GAIN = "import ctypes; ctypes.CDLL(None).prctl(65, 1, 0, 0, 0)"
"""As MemoryDenyWriteExecute=yes: no memory that could be written becomes code. Linux before 6.3 takes no notice."""


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """With the `uns` of this checkout, for one that is not there would not be accepted."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze on this machine: apt-get install systemd")
    text, here = UNIT.read_text(encoding="utf-8"), str(Path(sys.executable).parent / "uns")
    assert "/opt/uns/bin/uns " in text
    (tmp_path / UNIT.name).write_text(text.replace("/opt/uns/bin/uns ", f"{here} "), encoding="utf-8")
    return tmp_path / UNIT.name


def analyze(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_it_is_accepted(unit: Path) -> None:
    assert analyze("verify", "--man=no", str(unit)) == (0, "")


def test_a_mistake_would_be_noticed(unit: Path) -> None:
    unit.write_text(unit.read_text("utf-8").replace("ProtectSystem=", "ProtectSytem="), encoding="utf-8")
    assert "ProtectSytem" in analyze("verify", "--man=no", str(unit))[1]


def test_its_exposure_is_low(unit: Path) -> None:
    status, said = analyze("security", "--offline=true", f"--threshold={LOW}", "--no-pager", str(unit))
    assert status == 0, said


def test_the_service_lives_without_memory_that_is_written_and_run(tmp_path: Path, broker: Mosquitto) -> None:
    write_project(tmp_path / "plant")
    with Service(tmp_path / "plant", broker.url, NO_EXEC_GAIN) as service:
        assert service.ready()
        assert service.stop() == 0
