"""Messages at the broker's maximum packet size: what is one byte above it is kept, and what is not goes through."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from support.mosquitto import Mosquitto, mosquitto
from support.plant import RULES, STANDARD, Client, Service, now
from support.waiting import eventually

LARGEST = 2_000
RAW = "plc/L1/filler/remark"
GOVERNED = "acme/dallas/line-1/filler/_telemetry/remark"
SHORT = "x" * 100


@pytest.fixture
def folder(folder: Path) -> Path:
    rules = folder / "naming_rules"
    (rules / "standard.yaml").write_text(STANDARD.replace("names:", "names:\n  remark: {type: string}"))
    (rules / "dallas.yaml").write_text(
        RULES.replace("/temperature\n    unit: Cel", "/remark").replace("/temperature", "/remark")
    )
    (folder / "schemas" / "telemetry" / "1.json").write_text('{"type": "object"}')
    return folder


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with mosquitto(tmp_path / "mosquitto", extra=f"max_packet_size {LARGEST}") as running:
        yield running


@pytest.fixture
def client(client_of: Callable[..., Client]) -> Client:
    return client_of("client", "acme/dallas/#")


def packet_of(remaining: int) -> int:
    """Bytes of a packet with so many behind its fixed header, whose length takes one or two bytes."""
    return 1 + (1 if remaining < 128 else 2) + remaining


def governed_size(message: mqtt.MQTTMessage) -> int:
    properties = message.properties.pack() if message.properties is not None else b"\0"
    return packet_of(2 + len(message.topic) + 2 + len(properties) + len(message.payload))


def test_a_governed_message_of_exactly_the_limit_goes_out_and_one_byte_more_is_kept(
    folder: Path, broker: Mosquitto, client: Client
) -> None:
    with Service(folder, broker.url) as service:
        eventually(lambda: "connected" in service.said())
        at = now()
        client.publish(RAW, {"Val": SHORT, "ts": at})
        eventually(lambda: client.bodies(GOVERNED), why=service.said)
        room = LARGEST - governed_size(client.messages[0])
        for number, more in enumerate((room, room + 1, room - 1), 1):
            client.publish(RAW, {"Val": SHORT + "y" * more, "ts": at + number})
        eventually(lambda: len(client.bodies(GOVERNED)) == 3, why=service.said)
        service.settled()
        assert [governed_size(each) for each in client.messages[1:]] == [LARGEST, LARGEST - 1]
        assert service.get("/status")["findings"] == {"publish-too-large": 1}
        eventually(lambda: findings(folder))
        assert f"{LARGEST + 1} bytes are above {LARGEST} bytes" in findings(folder)[0]


def test_a_raw_message_of_exactly_the_limit_is_received(folder: Path, broker: Mosquitto, client: Client) -> None:
    with Service(folder, broker.url) as service:
        eventually(lambda: "connected" in service.said())
        around = packet_of(2 + len(RAW) + 2 + 1 + LARGEST) - LARGEST
        payload = b'{"Val":"%s"}' % (b"x" * (LARGEST - around - 10))
        assert packet_of(2 + len(RAW) + 2 + 1 + len(payload)) == LARGEST
        client.publish(RAW, payload)
        eventually(lambda: service.counters()[1]["quarantined"] == 1, why=service.said)
        assert service.get("/status")["findings"] == {"publish-too-large": 1}, "its governed message would be larger"
        messages, _ = service.settled()
        assert messages["received"] == messages["acknowledged"] == 1


def findings(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "uns.db") as registry:
        return [text for (text,) in registry.execute("SELECT findings FROM quarantine_entry")]
