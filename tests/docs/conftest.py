"""A real service over the project's own rules, which the pages' commands speak to."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.publish as mqtt
import pytest
from support.mosquitto import Mosquitto
from support.pages import Service, serving
from support.waiting import eventually

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def service(tmp_path: Path, broker: Mosquitto) -> Iterator[Service]:
    """The project's rules in force, two readings published, one message rejected."""
    for folder in ("naming_rules", "schemas"):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
    submit = "uns migrate && uns submit naming_rules schemas"
    with serving(tmp_path, broker, submit, UNS_RULES_SOURCE="registry") as running:
        _speak(broker)
        eventually(lambda: "22.0" in running.said("curl -s http://127.0.0.1:8080/api/v1/values || true"), 30)
        quarantine = "curl -s http://127.0.0.1:8080/api/v1/quarantine || true"
        eventually(lambda: "rule-none" in running.said(quarantine), 30)
        yield running


def _speak(broker: Mosquitto) -> None:
    now = int(time.time() * 1000)
    for topic, value in (("L3/Filler_01/PT200", 29), ("L3/Filler_01/TT101", 71.6), ("L9/Filler_01/TT101", 71.6)):
        payload = json.dumps({"Val": value, "ts": now})
        mqtt.single(f"plc/dallas/{topic}", payload, qos=1, hostname="127.0.0.1", port=broker.port)
