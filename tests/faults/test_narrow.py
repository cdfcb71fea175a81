"""A broker that takes few messages at once, and slowly: what waits in the service's memory is not acknowledged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.load import Load, arrived, nothing_is_lost
from support.mosquitto import Mosquitto, mosquitto
from support.plant import Client, Service
from support.proxy import Proxy
from support.waiting import eventually


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with mosquitto(tmp_path / "mosquitto", extra="max_inflight_messages 20\n") as running:
        yield running


def test_killed_with_full_hands_it_loses_nothing(
    folder: Path, broker: Mosquitto, watcher: Client, overheard: Client, machines: Client
) -> None:
    with Proxy(broker.port) as proxy, Service(folder, proxy.url) as service:
        service.ready()
        proxy.pace = 30_000
        load = Load(machines, 300)
        for _ in range(3):
            before = len(arrived(watcher))
            eventually(lambda seen=before: len(arrived(watcher)) > seen + 20, why=service.counters)
            service.kill()
            service.start()
        sent = load.stop()
        assert len(arrived(watcher)) < len(sent)
        proxy.pace = 0
        proxy.cut()
        service.ready("ready", "degraded")
        nothing_is_lost(sent, service, watcher, overheard)
