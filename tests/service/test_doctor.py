"""`uns doctor` finds by itself what would stop a service or lose its messages; each is provoked."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from support.authority import Authority
from support.beside import every
from support.guarded import Guarded
from support.mosquitto import Mosquitto, mosquitto
from support.plant import Client, Service, now
from support.postgres import binaries, postgres
from support.uns import uns
from support.waiting import eventually

from uns.demo.mosquitto import free_port

RAW = "plc/L1/filler/temperature"


def told(folder: Path, broker: str, **settings: str) -> dict[str, tuple[str, str, str]]:
    """What it is about → grade, message, remedy; of several about one thing the last."""
    _, printed, said = uns(folder, "doctor", "--json", broker=broker, **settings)
    assert "Traceback" not in said
    return {each["about"]: (each["grade"], each["message"], each["remedy"]) for each in json.loads(printed)}


@contextmanager
def speaking(broker: Mosquitto, of: Callable[[], Any]) -> Iterator[None]:
    """A machine that publishes ten times a second."""
    with Client(broker.port, "machine") as machine, every(0.1, lambda _: machine.publish(RAW, {"Val": 20, "ts": of()})):
        yield


@contextmanager
def forwarded(to: int) -> Iterator[int]:
    """A port that leads to another, as to a broker of which this machine sees no process."""

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with source, sink:
            while data := source.recv(65_536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", to))
            for pair in ((client, server), (server.dup(), client.dup())):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def test_beside_the_shipped_configuration_all_is_well(folder: Path, broker: Mosquitto) -> None:
    uns(folder, "migrate")
    with speaking(broker, now):
        found = told(folder, broker.url)
    assert {name: grade for name, (grade, _, _) in found.items() if grade != "well"} == {}
    assert {"rules", "instance", "disk", "registry", "broker", "acl", "clock", "persistence", "queue"} <= set(found)


def test_every_line_begins_its_words_in_one_column(folder: Path, broker: Mosquitto) -> None:
    _, printed, _ = uns(folder, "doctor", broker=broker.url)
    column = {line.index(line.split(maxsplit=2)[2]) for line in printed.splitlines() if line[0] in "✓!✗"}
    column |= {line.index("→") for line in printed.splitlines() if line[0] == " "}
    assert len(column) == 1, printed


@pytest.mark.parametrize(
    ("milliseconds", "says"), [(5_000, "comes from the future"), (-3_600_000, "ahead"), (3_600_000, "from the future")]
)
def test_a_clock_that_is_off(folder: Path, broker: Mosquitto, milliseconds: int, says: str) -> None:
    with speaking(broker, lambda: now() + milliseconds):
        grade, message, remedy = told(folder, broker.url)["clock"]
    assert (grade, says.replace("comes ", "") in message, "NTP" in remedy) == ("error", True, True), message
    seconds = float(message.rpartition(" by ")[2].split()[0])
    assert abs(seconds - abs(milliseconds) / 1000) < 1


def test_a_clock_that_nobody_can_judge(folder: Path, broker: Mosquitto) -> None:
    with speaking(broker, lambda: None):
        assert told(folder, broker.url)["clock"][0] == "note"


@pytest.mark.parametrize(
    ("about", "line", "says", "remedy"),
    [
        ("queue", "max_queued_messages 500", "holds only 500 messages", "max_queued_messages 1000000"),
        ("queue", "max_queued_bytes 5000", "holds only 5000 bytes", "max_queued_messages 1000000"),
        ("persistence", "persistence false", "is off in ", "persistence true"),
        ("persistence", "autosave_interval 1800", "saves every 1800 s", "autosave_interval 5"),
        ("persistence", "autosave_interval 0", "saves only at its end", "autosave_interval 5"),
        ("broker", "max_inflight_messages 20", "only 20 messages at a time", "max_inflight_messages 1000"),
    ],
)
def test_a_broker_that_would_lose_messages(
    folder: Path, tmp_path: Path, about: str, line: str, says: str, remedy: str
) -> None:
    with mosquitto(tmp_path / "mosquitto", extra=line) as broker:
        grade, message, todo = told(folder, broker.url)[about]
    assert (grade in ("error", "note"), says in message, todo.startswith(remedy)) == (True, True, True), message


@pytest.mark.parametrize(
    ("most", "grade", "says"), [(1000, "error", "kept 1000 of 2000 messages"), (5000, "well", "held 2000 messages")]
)
def test_a_broker_on_another_machine_is_tried(folder: Path, tmp_path: Path, most: int, grade: str, says: str) -> None:
    with (
        mosquitto(tmp_path / "mosquitto", extra=f"max_queued_messages {most}") as broker,
        forwarded(broker.port) as port,
    ):
        found = told(folder, f"mqtt://127.0.0.1:{port}")
    assert (found["queue"][0], says in found["queue"][1]) == (grade, True), found["queue"]
    assert found["persistence"][0] == "note"


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("topic readwrite acme/_uns/#", "acme/dallas/_uns/doctor: the publish was refused, 0x87 (not authorized)"),
        ("topic readwrite acme/_uns/#\ntopic write acme/dallas/#", "acme/dallas/_uns/doctor: what was published did"),
        ("topic read acme/#", "the publish was refused, 0x87 (not authorized)"),
    ],
)
def test_a_list_that_would_refuse_us(folder: Path, tmp_path: Path, lines: str, says: str) -> None:
    with Guarded(tmp_path / "mosquitto", f"user uns\n{lines}\n", ("uns",)) as broker:
        grade, message, remedy = told(folder, broker.url, username="uns", password="snu")["acl"]
    assert (grade, says in message, remedy) == ("error", True, "uns acl makes the list that lets uns in"), message


def test_a_broker_that_does_not_let_us_in(folder: Path, tmp_path: Path) -> None:
    with Guarded(tmp_path / "mosquitto", uns(folder, "acl")[1], ("uns",)) as broker:
        grade, message, remedy = told(folder, broker.url, username="uns", password="guessed")["broker"]
        assert (grade, "refused us, 0x87 (not authorized)" in message) == ("unreachable", True)
        assert remedy.startswith("check `username` and `password_file`")
        tls = f"mqtts://127.0.0.1:{broker.tls_port}"
        ours = {"username": "uns", "password": "snu", "ca_file": str(broker.authority.certificate)}
        assert told(folder, tls, **ours)["acl"][0] == "well"
        stranger = Authority(tmp_path / "stranger")
        grade, message, remedy = told(folder, tls, **{**ours, "ca_file": str(stranger.certificate)})["broker"]
        assert (grade, "certificate verify failed" in message) == ("unreachable", True)
        assert remedy == "check `ca_file`, `cert_file` and `key_file`, and the broker's certificate"


def test_a_registry_that_is_behind(folder: Path, broker: Mosquitto) -> None:
    uns(folder, "migrate")
    with closing(sqlite3.connect(folder / "uns.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    assert told(folder, broker.url)["registry"] == ("error", "its schema is not up to date", "uns migrate")


def test_a_registry_that_can_only_be_read(folder: Path, broker: Mosquitto) -> None:
    grade, message, remedy = told(folder, broker.url, registry="sqlite:///file:uns.db?mode=ro&uri=true")["registry"]
    assert (grade, message) == ("unreachable", "the registry cannot be written: attempt to write a readonly database")
    assert remedy == "give it to the user of the service"


@pytest.mark.skipif(binaries() is None, reason="no PostgreSQL server is installed (apt install postgresql)")
def test_a_registry_that_somebody_else_owns(folder: Path, broker: Mosquitto) -> None:
    with postgres() as url:
        uns(folder, "migrate", registry=url)
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("CREATE ROLE guest LOGIN SUPERUSER")
            owner.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest")
            owner.execute("ALTER ROLE guest NOSUPERUSER")
        guest = re.sub("//([^@/]*@)?", "//guest@", url, count=1)
        grade, message, _ = told(folder, broker.url, registry=guest)["registry"]
    assert (grade, "cannot be written: permission denied" in message) == ("unreachable", True), message


def test_rules_that_were_submitted_are_judged_too(folder: Path, broker: Mosquitto) -> None:
    uns(folder, "migrate")
    assert told(folder, broker.url, rules_source="registry")["rules"][2] == "uns submit FILE…"
    uns(folder, "submit", "naming_rules", "schemas", rules_source="registry")
    found = told(folder, broker.url, rules_source="registry")
    assert (found["rules"][1], found["acl"][0]) == ("1 rule file in the registry", "well")


def test_a_disk_that_is_nearly_full(folder: Path) -> None:
    program = "import uns.service.report as report; report.LEAST_FREE = 1 << 60\nfrom uns.cli import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", program, "doctor", "--json"], cwd=folder, capture_output=True, text=True, timeout=60,
        env={"UNS_BROKER": "mqtt://127.0.0.1:1"}, check=False,
    )  # fmt: skip
    (disk,) = [each for each in json.loads(done.stdout) if each["about"] == "disk"]
    assert (disk["grade"], disk["message"].startswith("only "), disk["remedy"]) == ("error", True, "make room")


def test_another_instance_that_serves_the_same(folder: Path, broker: Mosquitto) -> None:
    with Service(folder, broker.url) as service:
        service.ready()
        assert told(folder, broker.url)["instance"][0] == "note"
        grade, message, remedy = told(folder, broker.url, state="elsewhere")["instance"]
        assert (grade, "another process serves uns at this broker" in message) == ("error", True)
        assert remedy == "end one of them, or give each its own `instance`"
        grade, message, _ = told(folder, broker.url, state="elsewhere", instance="uns-2")["instance"]
        assert (grade, "uns serves dallas too" in message) == ("error", True)
        service.stop()
        eventually(lambda: told(folder, broker.url, state="elsewhere")["instance"][0] == "well", 40)


def test_a_broker_that_is_not_there(folder: Path) -> None:
    assert told(folder, f"mqtt://127.0.0.1:{free_port()}")["broker"][2] == "start it, or set `broker`"
