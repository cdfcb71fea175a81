"""`uns doctor` and `uns release`, as a person calls them."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.mosquitto import Mosquitto
from support.plant import GOVERNED, Client, Service
from support.waiting import eventually

from uns.demo.mosquitto import free_port

FILLER = GOVERNED.format("filler")


def uns(folder: Path, broker: str, *arguments: str, **settings: str) -> tuple[int, str, str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("UNS_")}
    ports = {"UNS_API": f"127.0.0.1:{free_port()}", "UNS_HEALTH": f"127.0.0.1:{free_port()}"}
    given = {"UNS_BROKER": broker, **ports, **{f"UNS_{key.upper()}": value for key, value in settings.items()}}
    done = subprocess.run(
        [sys.executable, "-m", "uns", *arguments], cwd=folder, env={**inherited, **given},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def grades(folder: Path, broker: str, **settings: str) -> tuple[int, dict[str, Any]]:
    status, printed, _ = uns(folder, broker, "doctor", "--json", **settings)
    return status, {each["about"]: each for each in json.loads(printed)}


def test_doctor_where_all_is_well(folder: Path, broker: Mosquitto) -> None:
    status, printed, _ = uns(folder, broker.url, "doctor")
    assert status == 0, printed
    assert "✗" not in printed
    assert f"{broker.url} answers" in printed


def test_doctor_names_what_is_wrong_and_what_to_do(folder: Path, broker: Mosquitto) -> None:
    (folder / "naming_rules" / "dallas.yaml").write_text("site: nowhere\n", encoding="utf-8")
    status, told = grades(folder, "mqtt://127.0.0.1:1", registry="sqlite:////nowhere/uns.db")
    assert status == 3
    assert (told["rules"]["grade"], told["rules"]["remedy"]) == ("error", "uns check")
    assert told["registry"]["grade"] == "unreachable"
    assert told["broker"]["grade"] == "unreachable"
    assert told["broker"]["remedy"] == "start it, or set `broker`"


def test_doctor_and_migrate_say_the_same_of_a_database_of_somebody_else(folder: Path, broker: Mosquitto) -> None:
    with closing(sqlite3.connect(folder / "theirs.db")) as theirs:
        theirs.execute("CREATE TABLE equipment (name TEXT)")
    status, told = grades(folder, broker.url, registry="sqlite:///theirs.db")
    registry = told["registry"]
    assert (status, registry["grade"]) == (1, "error")
    assert registry["message"] == "the database holds a table `equipment` that uns did not make"
    for verb in (("migrate",), ("registry", "list", "equipment")):
        _, _, complaint = uns(folder, broker.url, *verb, registry="sqlite:///theirs.db")
        assert registry["message"] in complaint
        assert registry["remedy"] in complaint


@pytest.mark.parametrize("name", ["api", "health"])
def test_doctor_sees_a_port_that_somebody_else_uses(folder: Path, broker: Mosquitto, name: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        status, told = grades(folder, broker.url, **{name: address})
    assert (status, told[name]["grade"]) == (1, "error")
    assert told[name]["message"] == f"{address} cannot be listened on: Address already in use"
    assert told[name]["remedy"] == f"end what uses it, or set `{name}`"
    free = grades(folder, broker.url, **{name: address})[1]
    assert free[name]["message"] == f"{address} is free"


def test_doctor_and_release_beside_a_running_service(folder: Path, broker: Mosquitto) -> None:
    with Service(folder, broker.url) as service, Client(broker.port, "client") as client:
        service.ready()
        _, told = grades(folder, broker.url)
        assert told["instance"]["grade"] == "note"
        assert str(service.process.pid) in told["instance"]["message"]
        client.publish("plc/L1/filler/temperature", {"Val": 20, "ts": time.time_ns() // 1_000_000})
        eventually(lambda: service.counters()[1]["published"] == 1)
        status, printed, _ = uns(folder, broker.url, "release", FILLER)
        assert (status, printed) == (0, f"{FILLER} is free; it belonged to plc/L1/filler/temperature\n")
        status, printed, _ = uns(folder, broker.url, "release", FILLER, "--json")
        assert (status, json.loads(printed)) == (1, {"topic": FILLER, "owner": None})


def test_release_without_a_service_says_so(folder: Path, broker: Mosquitto) -> None:
    status, _, said = uns(folder, broker.url, "release", FILLER)
    assert status == 3
    assert "does not answer" in said


@pytest.mark.parametrize("topic", ["dallas/line-1", "acme/+/_telemetry/speed", "dallas/_telemetry/#"])
def test_release_takes_one_whole_topic(folder: Path, topic: str) -> None:
    status, _, said = uns(folder, "mqtt://127.0.0.1:1", "release", topic)
    assert (status, "is no governed topic" in said) == (2, True)


def test_a_state_folder_that_cannot_be_made_is_told(folder: Path) -> None:
    (folder / "taken").write_text("", encoding="utf-8")
    status, _, said = uns(folder, "mqtt://127.0.0.1:1", "run", "--only", "path", state="taken/state")
    assert (status, "the state folder taken/state cannot be used" in said, "Traceback" in said) == (3, True, False)
