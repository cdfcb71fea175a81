"""A plant of its own for each test of the service: the rules, `uns run --only path` beside a broker, and a client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine

from support.mosquitto import Mosquitto
from support.plant import Client, Service, write_project
from uns.registry.engine import connect


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
def client_of(broker: Mosquitto) -> Iterator[Callable[..., Client]]:
    """`client_of(name, listens_to, at_once)` connects another; all of them leave with the test."""
    with ExitStack() as connected:
        yield lambda *about, **more: connected.enter_context(Client(broker.port, *about, **more))


@pytest.fixture
def client(client_of: Callable[..., Client]) -> Client:
    """Machines, and the subscriber that counts."""
    return client_of("client", "acme/#")


@pytest.fixture
def registry(service: Service, folder: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{folder / 'uns.db'}")
    yield engine
    engine.dispose()
