"""The path and the API as two processes: however the path ends, the API goes with it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.mosquitto import Mosquitto
from support.plant import Service, until, write_project

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
        until(lambda: listens(port), 30, service.said)
        yield service, port
    until(lambda: not listens(port))


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_killed_service_takes_the_api_along(both: tuple[Both, int]) -> None:
    service, port = both
    service.kill()
    until(lambda: not listens(port))


def test_a_stopped_service_takes_the_api_along(both: tuple[Both, int]) -> None:
    service, port = both
    assert service.stop() == 0
    assert not listens(port)
