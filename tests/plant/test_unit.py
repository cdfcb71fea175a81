"""The systemd unit: accepted, hardly exposed, and naming what is really there."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from support.mosquitto import Mosquitto
from support.plant import RULES, Client, Service, write_project
from support.waiting import eventually

from uns.demo.mosquitto import free_port

UNIT = Path(__file__).parents[2] / "systemd" / "uns.service"
LOW = 20
"""Tenths: what `systemd-analyze` calls OK is below 2.0 of 10."""
NO_EXEC_GAIN = "import ctypes; ctypes.CDLL(None).prctl(65, 1, 0, 0, 0)"
"""As MemoryDenyWriteExecute=yes: no memory that could be written becomes code. Linux before 6.3 takes no notice."""
ONLY_ROOT = {"fchown"}
"""What SQLite calls where it runs as root, as tests may; the unit's user is another."""


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


class Traced(Service):
    """Path, API and judge: every system call of each stands in a file."""

    arguments = ()

    def start(self) -> None:
        self.program = ["strace", "-f", "-qq", "-o", str(self.folder / "calls"), *self.program]
        super().start()

    def stop(self) -> int:
        children = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        os.kill(int(Path(children).read_text("ascii").split()[0]), signal.SIGTERM)
        return self.process.wait(30)

    def kill(self) -> None:
        """What is traced would outlive the tracer."""
        self.stop()

    def calls(self) -> set[str]:
        text = (self.folder / "calls").read_text(encoding="utf-8", errors="replace")
        return set(re.findall(r"^\d+ +(\w+)\(", text, re.MULTILINE))


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


def group(name: str) -> set[str]:
    """The system calls of a group, with those of the groups in it."""
    _, said = analyze("syscall-filter", name)
    names = [line.strip() for line in said.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return {call for each in names for call in (group(each) if each.startswith("@") else {each})}


@pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace on this machine: apt-get install strace")
def test_the_service_makes_no_call_that_the_unit_refuses(unit: Path, tmp_path: Path, broker: Mosquitto) -> None:
    write_project(tmp_path / "plant")
    api = f"127.0.0.1:{free_port()}"
    with Traced(tmp_path / "plant", broker.url, api=api) as service, Client(broker.port, "machine") as machine:
        service.ready(within=60)
        eventually(lambda: answers(f"http://{api}/api/v1/status"), 60, service.said)
        machine.publish("plc/L1/filler/temperature", {"Val": 1})
        machine.publish("plc/L1/filler/pressure", {"Val": 1})
        eventually(lambda: service.counters()[1]["published"] == service.counters()[1]["quarantined"] == 1)
        before = service.get("/status")["bundle"]["revision"]
        write_project(tmp_path / "plant", RULES.replace("unit: Cel", "unit: K"))
        eventually(lambda: service.get("/status")["bundle"]["revision"] != before, 60, service.said)
        assert service.stop() == 0
        text = unit.read_text(encoding="utf-8")
        again = {
            call for line in re.findall(r"^SystemCallFilter=([a-z_ ]+)$", text, re.MULTILINE) for call in line.split()
        }
        allowed, refused = group("@system-service") | group("@default"), group("@privileged") | group("@resources")
        assert service.calls() - allowed == set()
        assert service.calls() & (refused - again) <= ONLY_ROOT
        assert service.calls() >= again, "what is allowed again is called"
