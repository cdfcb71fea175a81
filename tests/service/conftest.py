"""A plant of its own for each test of the service: the rules, `uns run --only path` beside a broker, and a client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.mosquitto import Mosquitto
from support.plant import Client, Service, write_project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_project(tmp_path / "plant")
    return tmp_path / "plant"


@pytest.fixture
def service(folder: Path, broker: Mosquitto) -> Iterator[Service]:
    with Service(folder, broker.url) as running:
        running.ready()
        yield running


@pytest.fixture
def client(broker: Mosquitto) -> Iterator[Client]:
    """Machines, and the subscriber that counts."""
    with Client(broker.port, "client") as both:
        both.subscribe("acme/#")
        yield both
