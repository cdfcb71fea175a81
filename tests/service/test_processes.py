"""The path and the API as two processes: however the path ends, the API goes with it."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from support.mosquitto import Mosquitto
from support.plant import RULES, Service, reasons, write_project
from support.waiting import eventually

from uns import __version__, verdict
from uns.behind import module
from uns.demo.mosquitto import free_port


class Both(Service):
    """`uns run`: the path, and the API as its child."""

    arguments = ()


@pytest.fixture
def both(tmp_path: Path, broker: Mosquitto) -> Iterator[tuple[Both, int]]:
    write_project(tmp_path / "plant")
    port = free_port()
    with Both(tmp_path / "plant", broker.url, api=f"127.0.0.1:{port}") as service:
        service.ready()
        eventually(lambda: listens(port), 30, service.said)
        yield service, port
    eventually(lambda: not listens(port))


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_killed_service_takes_the_api_along(both: tuple[Both, int]) -> None:
    service, port = both
    service.kill()
    eventually(lambda: not listens(port))


def test_messages_go_before_rest_where_a_processor_is_wanted_by_both(both: tuple[Both, int]) -> None:
    path = both[0].process.pid
    (api,) = Path(f"/proc/{path}/task/{path}/children").read_text(encoding="ascii").split()
    assert os.getpriority(os.PRIO_PROCESS, int(api)) > os.getpriority(os.PRIO_PROCESS, path)
    processors = os.sched_getaffinity(path)
    assert os.sched_getaffinity(int(api)) == (processors - {min(processors)} or processors)


def test_who_stands_behind_wants_less_and_ends_with_who_started_it() -> None:
    starts = (
        "import subprocess; from uns.behind import end_with_parent, stand_behind\n"
        "with subprocess.Popen(['sleep', '100'], preexec_fn=end_with_parent) as behind:\n"
        "    stand_behind(behind.pid, 5)\n"
        "    print(behind.pid, flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", starts], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        behind = int(starter.stdout.readline())
        assert os.getpriority(os.PRIO_PROCESS, behind) == os.getpriority(os.PRIO_PROCESS, 0) + 5
        processors = os.sched_getaffinity(0)
        assert os.sched_getaffinity(behind) == (processors - {min(processors)} or processors)
        starter.kill()
    eventually(lambda: not Path(f"/proc/{behind}/cmdline").exists() or not Path(f"/proc/{behind}/cmdline").read_bytes())


def test_what_lies_in_the_folder_is_not_taken_for_this_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "uns.py").write_text("raise SystemExit('not this one')", encoding="utf-8")
    said = subprocess.run([*module("uns"), "--version"], capture_output=True, text=True, check=True)
    assert __version__ in said.stdout


def test_a_stopped_service_takes_the_api_along(both: tuple[Both, int]) -> None:
    service, port = both
    assert service.stop() == 0
    assert not listens(port)


def test_the_api_takes_over_what_the_path_finds_about_new_rules(both: tuple[Both, int]) -> None:
    service, port = both

    def shown() -> dict[str, Any]:
        told: dict[str, Any] = httpx.get(f"http://127.0.0.1:{port}/api/v1/rules").json()
        return told

    def revision() -> str:
        return str(service.get("/status")["bundle"]["revision"])

    eventually(lambda: shown().get("revision") == revision(), 30, service.said)
    before = revision()
    write_project(service.folder, RULES.replace("unit: Cel", "unit: K"))
    eventually(lambda: revision() != before and shown()["revision"] == revision(), 30, service.said)
    told = verdict.kept(service.folder / ".uns")
    assert told is not None
    assert (told.revision, told.process) == (revision(), service.process.pid)
    write_project(service.folder, RULES.replace("unit: Cel", "unit: furlong"))
    eventually(lambda: shown()["findings"] and shown()["findings"][0]["severity"] == "error", 30, service.said)
    told = verdict.kept(service.folder / ".uns")
    assert told is not None
    assert [each["message"] for each in shown()["findings"]] == [each.message for each in told.findings]
    assert shown()["revision"] == revision()
    write_project(service.folder, RULES.replace("unit: Cel", "unit: K"))
    begun = monotonic()
    eventually(lambda: not any(each["severity"] == "error" for each in shown()["findings"]), 30, service.said)
    assert monotonic() - begun < verdict.PATIENCE, "what is put back was told too"
    unreadable = service.folder / "naming_rules" / "nowhere.csv"
    unreadable.symlink_to("/nowhere")
    eventually(lambda: "file-unreadable" in [each["code"] for each in shown()["findings"]], 30, service.said)
    eventually(lambda: "the newest rules have 1 error" in reasons(service), 30, service.said)
    unreadable.unlink()
    eventually(lambda: "file-unreadable" not in [each["code"] for each in shown()["findings"]], 30, service.said)


def test_a_start_with_the_last_good_rules_lays_nothing_at_their_door(both: tuple[Both, int]) -> None:
    service, port = both
    service.stop()
    write_project(service.folder, RULES.replace("unit: Cel", "unit: furlong"))
    service.start()
    service.ready("degraded")
    told = verdict.kept(service.folder / ".uns")
    assert told is not None
    assert told.revision != service.get("/status")["bundle"]["revision"]
    write_project(service.folder)
    service.ready()

    def findings() -> list[str]:
        return [each["severity"] for each in httpx.get(f"http://127.0.0.1:{port}/api/v1/rules").json()["findings"]]

    eventually(lambda: listens(port) and "error" not in findings(), 30, service.said)


def _listen_where_no_client_is(listener: socket.socket) -> int:
    """A port below those that the system gives to whoever wants any: nobody takes it once it is free."""
    for port in random.sample(range(20_000, 32_000), 100):
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            continue
        listener.listen()
        return port
    raise AssertionError("no port is free")


def test_a_taken_port_of_the_api_is_told_once_and_stops_no_message(tmp_path: Path, broker: Mosquitto) -> None:
    write_project(tmp_path / "plant")
    with socket.socket() as other:
        port = _listen_where_no_client_is(other)
        with Both(tmp_path / "plant", broker.url, api=f"127.0.0.1:{port}") as service:
            service.ready("degraded")
            told = f"there is no API: 127.0.0.1:{port} cannot be listened on: Address already in use"
            assert service.get("/readyz")["reasons"] == [told]
            other.close()
            service.ready()
            eventually(lambda: listens(port), 30, service.said)
            assert service.stop() == 0
    assert service.said().count("] there is no API") == 1, "and in the reasons of readiness, if that was told meanwhile"
    assert f"127.0.0.1:{port} is free, the API starts" in service.said()


@pytest.fixture
def unsubmitted(tmp_path: Path, broker: Mosquitto) -> Iterator[tuple[Both, str]]:
    """`uns run` by rules of the registry, which holds none yet; with the address of its API."""
    api = f"127.0.0.1:{free_port()}"
    with Both(tmp_path / "plant", broker.url, api=api, rules_source="registry") as service:
        eventually(lambda: "holds no rules" in reasons(service), why=service.said)
        eventually(lambda: listens(int(api.rpartition(":")[2])), 30, service.said)
        yield service, api


def test_the_first_rules_may_be_submitted_to_a_service_that_waits_for_them(
    unsubmitted: tuple[Both, str], tmp_path: Path
) -> None:
    service, api = unsubmitted
    assert service.get("/readyz")["status"] == "hold"
    project = tmp_path / "rules"
    write_project(project)
    written = (each for kind in ("*.yaml", "*.json") for each in project.rglob(kind))
    files = {str(each.relative_to(project)): each.read_text() for each in written}
    answer = httpx.post(f"http://{api}/api/v1/submissions", json={"files": files}, timeout=30)
    assert answer.status_code == 201, answer.text
    service.ready()
    assert service.said().count("holds no rules") == 1


def test_a_service_that_waits_for_rules_can_be_stopped(unsubmitted: tuple[Both, str]) -> None:
    assert unsubmitted[0].stop() == 0


def test_a_standby_starts_its_api_once_it_serves(both: tuple[Both, int]) -> None:
    service, port = both
    same = {"api": f"127.0.0.1:{port}", "health": service.health}
    with Both(service.folder, service.broker, **same) as second:
        second.health = service.health
        eventually(lambda: "answers once it serves" in second.log.read_text(), why=second.said)
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
        service.kill()
        second.ready()
        eventually(lambda: listens(port) and second.log.read_text().count("the REST API listens") == 2, 30, second.said)
        assert "there is no API" not in second.log.read_text()
        assert second.stop() == 0
