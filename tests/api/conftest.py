"""A plant's rules and a running API over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from support.api import RunningApi, running_api
from support.mosquitto import Mosquitto
from support.registry import migrated
from support.waiting import eventually

from uns.settings import Settings

Publish = Callable[..., None]

STANDARD = """\
enterprise: acme
sites:
  dallas: {zone: America/Chicago}
  berlin: {zone: Europe/Berlin}
levels:
  - {name: area, role: area, values: [packaging, brewing]}
  - {name: line, role: work_center, pattern: 'line-[0-9]{1,2}', optional: true}
  - {name: asset, role: work_unit, pattern: '[a-z][a-z0-9-]{1,31}'}
names:
  temperature: {type: number, unit: Cel, range: [-40, 400], description: process temperature}
  speed: {type: number, unit: 1/min}
contracts:
  telemetry: {schema: telemetry/1.json, shape: value}
"""
RULES = """\
site: dallas
steward: packaging-ot@acme.example
sources:
  - {topic: plc/dallas/#, value: /Val, time: /ts}
lookups:
  tags: {key: [tag], rows: [{tag: TT101, name: temperature, unit: '[degF]'}, {tag: SP1, name: speed, unit: 1/min}]}
rules:
  - id: filler-plc
    from: plc/dallas/L{line}/{machine}/{tag}
    where: {line: '[1-3]', machine: '[a-z][a-z0-9]{0,15}'}
    lookup: tags
    to: packaging/line-{line}/{machine}/_telemetry/{name}
"""
SCHEMA = (
    '{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "required": ["timestamp", "value"]}'
)


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """A folder with rules and schemas that are without errors."""
    for path, text in {
        "naming_rules/standard.yaml": STANDARD,
        "naming_rules/dallas.yaml": RULES,
        "schemas/telemetry/1.json": SCHEMA,
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def settings(plant: Path, broker: Mosquitto) -> Settings:
    return Settings(
        broker=broker.url,
        rules=plant / "naming_rules",
        schemas=plant / "schemas",
        registry=migrated(plant / "uns.db"),
        state=plant / ".uns",
    )


@pytest.fixture
def api(settings: Settings) -> Iterator[RunningApi]:
    """Running, with rules in force and all that the broker keeps."""
    with running_api(settings) as running:
        eventually(lambda: running.here.link.complete)
        yield running


@pytest.fixture
def publish(broker: Mosquitto) -> Iterator[Publish]:
    """`publish(topic, payload, retain=True, **properties)`; done when it returns."""
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()

    def send(topic: str, payload: str | bytes, retain: bool = True, **properties: str) -> None:
        beside = Properties(PacketTypes.PUBLISH)
        if properties:
            beside.UserProperty = list(properties.items())
        client.publish(topic, payload, qos=1, retain=retain, properties=beside).wait_for_publish(10)

    yield send
    client.disconnect()
    client.loop_stop()
