"""A real service over the project's own rules, which the pages' commands speak to."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import paho.mqtt.publish as mqtt
import pytest
from support.mosquitto import Mosquitto
from support.waiting import eventually

from uns.demo.mosquitto import free_port

PROJECT = Path(__file__).parents[2]


class Service(NamedTuple):
    """A running service and what its commands see."""

    folder: Path
    environment: dict[str, str]
    ports: dict[str, int]

    def said(self, command: str) -> str:
        for named, port in self.ports.items():
            command = command.replace(f"127.0.0.1:{named}", f"127.0.0.1:{port}").replace(f"-p {named}", f"-p {port}")
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture
def service(tmp_path: Path, broker: Mosquitto) -> Iterator[Service]:
    """The project's rules in force, two readings published, one message rejected."""
    ports = {"1883": broker.port, "8080": free_port(), "8081": free_port()}
    own = {name: text for name, text in os.environ.items() if not name.startswith("UNS_")}
    environment = own | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "UNS_BROKER": broker.url,
        "UNS_API": f"127.0.0.1:{ports['8080']}",
        "UNS_HEALTH": f"127.0.0.1:{ports['8081']}",
        "UNS_RULES_SOURCE": "registry",
        "NO_COLOR": "1",
    }
    for folder in ("naming_rules", "schemas"):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
    running = Service(tmp_path, environment, ports)
    running.said("uns migrate && uns submit naming_rules schemas")
    with (tmp_path / "service.log").open("wb") as log:
        process = subprocess.Popen(["uns", "run"], cwd=tmp_path, env=environment, stdout=log, stderr=log)
    try:
        eventually(lambda: "ready" in running.said("curl -s http://127.0.0.1:8081/readyz || true"), 30)
        _speak(broker)
        eventually(lambda: "22.0" in running.said("curl -s http://127.0.0.1:8080/api/v1/values || true"), 30)
        quarantine = "curl -s http://127.0.0.1:8080/api/v1/quarantine || true"
        eventually(lambda: "rule-none" in running.said(quarantine), 30)
        yield running
    finally:
        process.terminate()
        process.wait(30)


def _speak(broker: Mosquitto) -> None:
    now = int(time.time() * 1000)
    for topic, value in (("L3/Filler_01/PT200", 29), ("L3/Filler_01/TT101", 71.6), ("L9/Filler_01/TT101", 71.6)):
        payload = json.dumps({"Val": value, "ts": now})
        mqtt.single(f"plc/dallas/{topic}", payload, qos=1, hostname="127.0.0.1", port=broker.port)
