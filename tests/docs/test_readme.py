"""The README is run: its files are written, its commands executed, against a broker and ports of the test's own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from support.mosquitto import Mosquitto
from support.waiting import eventually

from uns.demo.mosquitto import free_port

README = Path(__file__).parents[2] / "README.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"`([\w/.-]+\.(?:yaml|json))`:\s*$")
RUN_ELSEWHERE = {"make demo", "make test", "make wheel"}
"""`make test` is what runs this test, and it makes the wheel first; the demonstration has a test of its own."""


class Fence(NamedTuple):
    language: str
    text: str
    file: str | None


def fences() -> Iterator[Fence]:
    readme = README.read_text(encoding="utf-8")
    for match in FENCE.finditer(readme):
        named = NAMED.search(readme[: match.start()].rstrip())
        yield Fence(match[1], match[2], named[1] if named else None)


@pytest.fixture
def ports(broker: Mosquitto) -> dict[str, str]:
    """What the README names, and what stands for it in the test."""
    return {"1883": str(broker.port), "8080": str(free_port()), "8081": str(free_port())}


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed; apt install curl")
def test_every_command_of_the_readme_does_what_it_says(tmp_path: Path, ports: dict[str, str]) -> None:
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "UNS_BROKER": f"mqtt://127.0.0.1:{ports['1883']}",
        "UNS_API": f"127.0.0.1:{ports['8080']}",
        "UNS_HEALTH": f"127.0.0.1:{ports['8081']}",
        "NO_COLOR": "1",
    }
    service: subprocess.Popen[bytes] | None = None
    said: dict[str, str] = {}
    published = ""
    log = tmp_path / "service.log"
    try:
        for fence in fences():
            if fence.file:
                path = tmp_path / fence.file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(fence.text, encoding="utf-8")
            for command in fence.text.splitlines() if fence.language == "sh" else ():
                if command in RUN_ELSEWHERE:
                    continue
                for named, ours in ports.items():
                    command = command.replace(f"127.0.0.1:{named}", f"127.0.0.1:{ours}").replace(
                        f"-p {named}", f"-p {ours}"
                    )
                if command.endswith("uns run"):
                    with log.open("wb") as out:
                        service = subprocess.Popen(
                            ["bash", "-c", f"exec env {command}"], cwd=tmp_path, env=environment, stderr=out
                        )
                    eventually(lambda: "ready" in _get(f"127.0.0.1:{ports['8081']}/readyz"), 30)
                    eventually(lambda: "alive" in _get(f"127.0.0.1:{ports['8080']}/healthz"), 30)
                    continue
                if command.startswith("mosquitto_pub"):
                    published = command
                if command.startswith("mosquitto_sub"):  # the batch may take a moment to be known: say it again
                    command = f"{published} && {command}"
                said[command] = _said(command, tmp_path, environment)
    finally:
        if service is not None:
            service.terminate()
            service.wait(30)
    outputs = list(said.values())
    assert "error" not in outputs[0]
    assert "contract-unverified" in outputs[0]
    assert "1 passed, 0 failed" in said["uns test"]
    assert '"value":22.0,"unit":"Cel"' in said[next(c for c in said if c.startswith("uns explain press/3"))]
    assert "line-3" in said["uns ls"]
    assert "press/9/oven" in said["uns quarantine list"]
    assert "rule-none" in said["uns explain press/9/oven"]
    assert "[1-49]" in said["uns explain press/9/oven"]
    assert "B-1001" in said[next(c for c in said if c.startswith("uns context"))]


def _said(command: str, folder: Path, environment: dict[str, str]) -> str:
    """The command's output once it says something of substance: a reading needs its moment to arrive."""
    waited_for = {"uns ls": ".0 Cel", "uns quarantine list": "press/9", "uns explain press/9/oven": "rule-none"}
    wanted = waited_for.get(command, "")
    if command.startswith("uns context"):
        wanted = "B-1001"
    if "mosquitto_sub" in command:
        wanted = '"value":23.0,"unit":"Cel","quality":"good","batch":{"id":"B-1001"}'
    result = ""

    def run() -> bool:
        nonlocal result
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=60
        )
        result = done.stdout + done.stderr
        allowed = (0, 1) if command.startswith("uns explain press/9") else (0,)
        assert done.returncode in allowed, f"{command}\n{result}"
        return wanted in result

    eventually(run, 30)
    return result


def _get(address: str) -> str:
    done = subprocess.run(["curl", "-s", f"http://{address}"], capture_output=True, text=True, timeout=10)
    return done.stdout


def test_every_file_that_the_readme_links_to_is_there() -> None:
    for link in re.findall(r"\]\(([\w./-]+)\)", README.read_text(encoding="utf-8")):
        assert (README.parent / link).exists(), link
