"""The page for who operates the service names what the service really says and writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.mosquitto import Mosquitto
from support.plant import Client, Service, write_project
from support.waiting import eventually

from uns.service.topics import OwnTopics

PAGE = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["status", "rejected", "marker", "replayed", "release"])
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
