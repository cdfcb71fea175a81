"""The broker that tests and demo start is the one that a plant would run."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from support.mosquitto import CONF_D, Mosquitto
from support.waiting import eventually

from uns.demo.mosquitto import MosquittoMissing, executable


def publish(broker: Mosquitto, topic: str, payload: str) -> None:
    command = ["mosquitto_pub", "-p", str(broker.port), "-q", "1", "-r", "-t", topic, "-m", payload]
    subprocess.run(command, check=True, timeout=10)


def retained(broker: Mosquitto, topic: str) -> str:
    command = ["mosquitto_sub", "-p", str(broker.port), "-C", "1", "-W", "5", "-t", topic]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=10).stdout.strip()


def test_a_restart_keeps_port_and_data(broker: Mosquitto) -> None:
    port = broker.port
    publish(broker, "plc/a", "1")
    broker.restart()
    assert (broker.port, retained(broker, "plc/a")) == (port, "1")


def test_a_killed_broker_can_be_started_again_on_its_port(broker: Mosquitto) -> None:
    port = broker.port
    broker.kill()
    broker.start()
    publish(broker, "plc/a", "2")
    assert (broker.port, retained(broker, "plc/a")) == (port, "2")


def test_it_listens_on_loopback_only(broker: Mosquitto) -> None:
    listeners = Path("/proc/net/tcp").read_text().splitlines() + Path("/proc/net/tcp6").read_text().splitlines()
    mine = {line.split()[1] for line in listeners if line.split()[1].endswith(f":{broker.port:04X}")}
    assert mine == {f"0100007F:{broker.port:04X}"}


def test_what_a_plant_installs_differs_only_in_the_lines_of_the_machine(broker: Mosquitto) -> None:
    def keys(path: Path) -> set[str]:
        lines = (line.strip() for line in path.read_text().splitlines())
        return {line.split()[0] for line in lines if line and not line.startswith("#")}

    assert keys(broker.folder / "mosquitto.conf") - {"user"} == keys(CONF_D.parent / "mosquitto.conf")


def test_every_setting_is_explained() -> None:
    for block in (CONF_D / "uns.conf").read_text().split("\n\n"):
        lines = block.strip().splitlines()
        assert lines[0].startswith("# "), f"no reason before {lines}"


def test_a_configuration_that_mosquitto_refuses_is_told_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(MosquittoMissing, match=r"did not start: (?s:.*)nonsense"):
        Mosquitto(CONF_D, tmp_path, extra="nonsense true")


def test_mosquitto_is_found_outside_an_ordinary_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    assert executable().endswith("/mosquitto")


def test_where_there_is_none_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MosquittoMissing, match="sudo apt-get install mosquitto"):
        executable(elsewhere=())


def test_what_was_queued_outlives_a_power_cut(broker: Mosquitto) -> None:
    lasting = ["-V", "5", "-i", "away", "-c", "-x", "600"]
    away = ["mosquitto_sub", "-p", str(broker.port), *lasting, "-q", "1", "-t", "plc/#"]
    subprocess.run([*away, "-E"], check=True, timeout=10)
    publish(broker, "plc/a", "1")
    written = time.time()
    saved = broker.folder / "data" / "mosquitto.db"
    eventually(lambda: saved.exists() and saved.stat().st_mtime > written + 0.1, within=20)
    broker.kill()
    broker.start()
    waiting = subprocess.run([*away, "-C", "1", "-W", "5"], capture_output=True, text=True, check=False, timeout=10)
    assert waiting.stdout.strip() == "1"
