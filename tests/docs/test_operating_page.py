"""The page for who operates the service names what the service really says and writes."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.mosquitto import Mosquitto
from support.plant import Client, Service, write_project, write_two
from support.uns import uns
from support.waiting import eventually

from uns.service.checked import Checked
from uns.service.checks import checks
from uns.service.topics import OwnTopics
from uns.settings.loading import load

PAGE = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["status", "rejected", "marker", "witness", "release"])
def test_every_topic_of_our_own_is_on_the_page(name: str) -> None:
    assert f"`{getattr(OwnTopics('<root>', '<instance>'), name)}`" in PAGE


def test_every_file_of_the_state_folder_is_on_the_page(tmp_path: Path, broker: Mosquitto) -> None:
    write_project(tmp_path / "plant")
    with Service(tmp_path / "plant", broker.url) as service, Client(broker.port, "client") as client:
        service.ready()
        client.publish("plc/L1/filler/pressure", {"Val": 1})
        eventually(lambda: service.counters()[1]["quarantined"] == 1)
        for file in (tmp_path / "plant" / ".uns").iterdir():
            assert f"`{file.name}`" in PAGE


def test_every_metric_is_on_the_page(service: Any) -> None:
    """The service of the other pages, for it has met everything that there is a metric for."""
    told = service.said("curl -s http://127.0.0.1:8081/metrics")
    for name in set(re.findall(r"^# TYPE (\S+) ", told, re.MULTILINE)):
        assert re.search(rf"`{name}(_total)?`", PAGE), name


def test_everything_that_doctor_looks_at_is_on_the_page(plant: Plant, broker: Mosquitto) -> None:
    settings, _ = load({"broker": broker.url}, {}, plant.config)
    assert settings is not None
    found: list[Checked] = list(checks(settings))
    for each in found:
        assert f"`{each.about}`" in PAGE


class Plant:
    """What the page's paths stand for: a folder of the test in place of /."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.config, self.home = folder, folder / "etc/uns/uns.toml", folder / "var/lib/uns"
        for each in (self.home, folder / "var/tmp"):
            each.mkdir(parents=True)
        write_project(self.config.parent)
        (self.config.parent / "broker-password").write_text("secret\n", encoding="utf-8")
        (settings,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
        self.config.write_text(self.here(settings), encoding="utf-8")

    def here(self, text: str) -> str:
        text = text.replace("/opt/uns/bin/", f"{Path(sys.executable).parent}/")
        return re.sub(r"/(var|etc|usr/local)/", rf"{self.folder}/\1/", text)

    def do(self, name: str) -> None:
        """What the page says, but for who does it; the test itself starts and stops the service."""
        ((commands),) = re.findall(rf"^```sh {name}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
        before = 'set -e; systemctl() { :; }; sudo() { if [ "$1" = -u ]; then shift 2; fi; "$@"; }\n'
        done = subprocess.run(["bash", "-c", before + self.here(commands)], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr

    def service(self, broker: Mosquitto, settings: str = "uns.toml") -> Service:
        return Service(self.folder, broker.url, config=str(self.config.with_name(settings)))

    def kept(self) -> list[str]:
        """The topics of what is in quarantine."""
        _, printed, _ = uns(self.folder, "quarantine", "list", "--json", config=str(self.config))
        return sorted(re.findall(r'"topic": "(plc/[^"]*)"', printed))


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return Plant(tmp_path / "root")


def reject(service: Service, broker: Mosquitto, machine: str) -> None:
    before = service.counters()[1]["quarantined"]
    with Client(broker.port, "machine") as client:
        client.publish(f"plc/L1/{machine}/pressure", {"Val": 1})
        eventually(lambda: service.counters()[1]["quarantined"] == before + 1)


def test_the_registry_comes_back_as_the_page_says(plant: Plant, broker: Mosquitto) -> None:
    with plant.service(broker) as service:
        service.ready()
        reject(service, broker, "filler")
        eventually(lambda: "plc/L1/filler/pressure" in plant.kept())
        plant.do("backup")
        service.stop()
        for each in plant.home.glob("uns.db*"):
            each.write_bytes(b"broken")
        plant.do("restore")
        service.start()
        service.ready()
        assert set(plant.kept()) == {"plc/L1/filler/pressure"}


def test_a_machine_is_moved_with_what_had_not_reached_the_registry(plant: Plant, broker: Mosquitto) -> None:
    with plant.service(broker) as service:
        service.ready()
        with closing(sqlite3.connect(plant.home / "uns.db")) as locked:
            locked.execute("BEGIN IMMEDIATE")
            reject(service, broker, "filler")
            service.kill()
        assert plant.kept() == []
        plant.do("move")
        plant.home.rename(plant.home.with_name("gone"))
        plant.home.mkdir()
        plant.do("arrive")
        service.start()
        service.ready()
        eventually(lambda: set(plant.kept()) == {"plc/L1/filler/pressure"})


def test_a_plant_is_split_as_the_page_says(plant: Plant, broker: Mosquitto) -> None:
    write_two(plant.config.parent)
    (second,) = re.findall(r"^```toml split\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    first = plant.config.read_text(encoding="utf-8")
    plant.config.write_text(f'files = "dallas"\n{first}', encoding="utf-8")
    own = {line.partition(" =")[0]: line for line in plant.here(second).splitlines() if not line.startswith("#")}
    shared = {line.partition(" =")[0]: line for line in first.splitlines()}
    plant.config.with_name("berlin.toml").write_text("\n".join((shared | own).values()), encoding="utf-8")
    with plant.service(broker) as one, plant.service(broker, "berlin.toml") as other:
        for service, files in ((one, ["dallas"]), (other, ["berlin"])):
            service.ready()
            assert service.get("/status")["files"] == files


def test_a_standby_is_set_up_as_the_page_says(plant: Plant, broker: Mosquitto) -> None:
    units = plant.folder / "etc/systemd/system"
    units.mkdir(parents=True)
    shutil.copy(Path(__file__).parents[2] / "systemd" / "uns.service", units)
    plant.do("standby")
    assert (units / "uns-standby.service").read_bytes() == (units / "uns.service").read_bytes()
    with plant.service(broker) as service:
        service.ready()
        with plant.service(broker) as standby:
            eventually(lambda: _says(standby, "standing by: another process serves this instance"))
            standby.ready("standby")
            service.kill()
            standby.ready()
            assert _says(standby, "taking over")


def test_a_remedy_can_be_typed_as_it_is_written(plant: Plant, broker: Mosquitto, tmp_path: Path) -> None:
    (plant.folder / "usr/local/bin").mkdir(parents=True)
    plant.do("short")
    as_if = tmp_path / "sudo"
    as_if.write_text('#!/bin/sh\nshift 2; exec "$@"\n', encoding="utf-8")
    as_if.chmod(0o755)
    short = plant.folder / "usr/local/bin/uns"
    done = subprocess.run([short, "check"], cwd=tmp_path, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, timeout=60)
    assert done.returncode == 0


def _says(service: Service, what: str) -> bool:
    """In its log, and the page quotes it."""
    assert what in " ".join(PAGE.split())
    return what in service.said()
