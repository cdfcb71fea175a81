"""The API as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from support.waiting import eventually

from uns.demo.mosquitto import free_port

COMMAND = [sys.executable, "-c", "from uns.cli import main; main()", "run", "--only", "api"]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def process(settings, plant, port) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {
        "UNS_BROKER": settings.broker,
        "UNS_REGISTRY": settings.registry,
        "UNS_API": f"127.0.0.1:{port}",
    }
    started = subprocess.Popen(COMMAND, cwd=plant, env=environment, stderr=subprocess.PIPE, text=True)
    yield started
    started.kill()
    started.communicate()


def ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", verify=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_when_told_also_while_a_stream_is_read(process, port, end):
    eventually(lambda: ready(port))
    with httpx.stream("GET", f"http://127.0.0.1:{port}/api/v1/stream", timeout=10) as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: live"
        process.send_signal(end)
        assert process.wait(10) == 0
        assert "event: gap" not in list(lines)
    assert process.stderr is not None
    told = process.stderr.read()
    assert f"http://127.0.0.1:{port}/docs" in told
    assert "Traceback" not in told


def test_without_a_broker_it_serves_and_says_so(process, port, broker):
    broker.stop()
    eventually(lambda: ready(port))
    answer = httpx.get(f"http://127.0.0.1:{port}/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "hold")
    assert any("broker" in each for each in answer.json()["reasons"])
    assert httpx.get(f"http://127.0.0.1:{port}/api/v1/rules").status_code in (200, 503)
