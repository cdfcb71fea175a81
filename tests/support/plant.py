"""A small plant for tests of the service: rules, a broker, the service as a process, machines, and who counts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from support.registry import migrated
from support.waiting import eventually
from uns.demo.mosquitto import free_port

STANDARD = """
enterprise: acme
sites: {dallas: {zone: America/Chicago}}
levels:
  - {name: line, role: work_center, pattern: 'line-[0-9]{1,3}'}
  - {name: asset, role: work_unit, pattern: '[a-z][a-z0-9-]{0,31}', optional: true}
names:
  temperature: {type: number, unit: Cel, range: [-100, 1000000000]}
contracts:
  telemetry: {schema: telemetry/1.json, shape: value}
"""
RULES = """
site: dallas
steward: ot@acme.example
sources:
  - {topic: plc/#, value: /Val, time: [/ts, received]}
  - {topic: mes/orders, tag: [/event, /line], time: /at}
rules:
  - id: plc
    from: plc/L{line}/{machine}/temperature
    unit: Cel
    to: line-{line}/{machine}/_telemetry/temperature
  - id: start
    from: mes/orders
    tag: START/L{line}
    record: batch-start
    to: line-{line}
    fields: {id: /order}
"""
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["timestamp", "value", "quality"],
    "properties": {"value": {"type": ["number", "null"]}},
}
GOVERNED = "acme/dallas/line-1/{}/_telemetry/temperature"


def now() -> int:
    """As machines write it: milliseconds."""
    return time.time_ns() // 1_000_000


def write_project(folder: Path, rules: str = RULES) -> None:
    """With a registry that is set up; that `uns run` does that itself, the tests of the demonstration show."""
    for path, text in {
        "naming_rules/standard.yaml": STANDARD,
        "naming_rules/dallas.yaml": rules,
        "schemas/telemetry/1.json": json.dumps(SCHEMA),
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    if not (folder / "uns.db").exists():
        migrated(folder / "uns.db")


def rules_of(site: str) -> str:
    """The rules for another site, with raw topics of its own."""
    raw = RULES.replace("plc/", f"plc/{site}/").replace("mes/orders", f"mes/{site}")
    return raw.replace("site: dallas", f"site: {site}")


def write_two(folder: Path) -> None:
    """A project of two rule files."""
    write_project(folder, rules_of("dallas"))
    sites = STANDARD.replace("sites: {", "sites: {berlin: {zone: Europe/Berlin}, ")
    (folder / "naming_rules" / "standard.yaml").write_text(sites, encoding="utf-8")
    (folder / "naming_rules" / "berlin.yaml").write_text(rules_of("berlin"), encoding="utf-8")


class Service:
    """`uns run --only path` in a folder of its own."""

    arguments: tuple[str, ...] = ("--only", "path")

    def __init__(self, folder: Path, broker: str, tampering: str = "", **settings: str) -> None:
        """`tampering` is Python that runs before: to make a bound small, or this program fail."""
        self.folder, self.broker = folder, broker
        self.program = [sys.executable, "-c", f"{tampering}\nfrom uns.cli import main\nmain()"]
        self.health = f"127.0.0.1:{free_port()}"
        self.log = folder / f"{settings.get('instance', 'service')}.log"
        self.settings = settings
        self.start()

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("UNS_")}
        given = {"BROKER": self.broker, "HEALTH": self.health, **{k.upper(): v for k, v in self.settings.items()}}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.program, "run", *self.arguments], cwd=self.folder, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, env={**inherited, **{f"UNS_{key}": value for key, value in given.items()}},
            )  # fmt: skip

    def get(self, path: str) -> Any:
        """The JSON at a path of its health server, or None where it does not answer."""
        try:
            with urlopen(f"http://{self.health}{path}", timeout=5) as response:
                body = response.read()
        except HTTPError as error:
            body = error.read()
        except (URLError, OSError):
            return None
        return json.loads(body) if body.startswith((b"{", b"[")) else body.decode()

    def ready(self, *statuses: str, within: float = 30.0) -> bool:
        """Once it is so; AssertionError where it never is."""
        wanted = statuses or ("ready",)
        return eventually(lambda: (self.get("/readyz") or {}).get("status") in wanted, within, self.said)

    def counters(self) -> tuple[dict[str, int], dict[str, int]]:
        status = eventually(lambda: self.get("/status"), why=self.said)
        return status["messages"], status["decisions"]

    def settled(self, within: float = 30.0) -> tuple[dict[str, int], dict[str, int]]:
        """The counters once nothing is on its way any more."""

        def still() -> Any:
            status = self.get("/status")
            quiet = status and not (status["messages"]["in_flight"] or status["decisions"]["in_flight"])
            return (status["messages"], status["decisions"]) if quiet else None

        return eventually(still, within, lambda: self.get("/status"))

    def memory(self, pid: int = 0) -> int:
        """The most that it, or this child of it, has ever taken, in MiB."""
        status = Path(f"/proc/{pid or self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) // 1024

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-6000:]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()


class Client:
    """paho-mqtt, the other client library: machines, and the subscriber that counts."""

    def __init__(self, port: int, name: str, listens_to: str = "", at_once: int = 500) -> None:
        """After a reconnect paho sends several unanswered messages out of their order; with one at a time none."""
        self.messages: list[mqtt.MQTTMessage] = []
        self.subscribed = threading.Event()
        self._counting = threading.Lock()
        self._filter = ""
        self._numbers: set[int] = set()
        self._read = 0
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, name, protocol=mqtt.MQTTv5)
        self.client.max_inflight_messages_set(at_once)
        self.client.reconnect_delay_set(1, 1)
        self.handed = self.accepted = 0
        """Messages at QoS 1 handed to the client, and those that the broker has accepted."""
        self.client.on_publish = self._published
        self.client.on_message = lambda client, userdata, message: self.messages.append(message)
        self.client.on_connect = self._connected
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        lasting = Properties(PacketTypes.CONNECT)
        lasting.SessionExpiryInterval = 3600
        self.client.connect("127.0.0.1", port, keepalive=10, clean_start=False, properties=lasting)
        self.client.loop_start()
        eventually(self.client.is_connected)
        if listens_to:
            self.subscribe(listens_to)

    def _connected(self, client: mqtt.Client, *_: Any) -> None:
        if self._filter:
            client.subscribe(self._filter, 1)

    def subscribe(self, topic_filter: str) -> None:
        self._filter = topic_filter
        self.client.subscribe(topic_filter, 1)
        assert self.subscribed.wait(10)

    def publish(self, topic: str, body: Any, qos: int = 1, retain: bool = False) -> None:
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        with self._counting:
            self.handed += 1
        self.client.publish(topic, payload, qos, retain)

    def publish_many(self, messages: Iterable[tuple[str, Any]]) -> None:
        """Until the broker has accepted all; paho looks through all that it has, for each one accepted."""
        for number, (topic, body) in enumerate(messages, 1):
            self.publish(topic, body)
            if number % 1_000 == 0:
                self.flush()
        self.flush()

    def _published(self, *_: Any) -> None:
        with self._counting:
            self.accepted += 1

    def flush(self) -> None:
        """Until the broker has accepted everything."""
        eventually(lambda: self.accepted == self.handed, 60, lambda: f"{self.accepted} of {self.handed} accepted")

    def bodies(self, below: str) -> list[dict[str, Any]]:
        return [json.loads(each.payload) for each in list(self.messages) if each.topic.startswith(below)]

    def numbers(self) -> set[int]:
        """Values that have come in the site. Each message is read once: who waits for many is not to hold them up."""
        new = self.messages[self._read :]
        self._read += len(new)
        self._numbers.update(int(json.loads(each.payload)["value"]) for each in new if "/dallas/" in each.topic)
        return self._numbers

    def stop(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def reasons(service: Service) -> str:
    """Why it is not ready, all of it."""
    return " ".join((service.get("/readyz") or {}).get("reasons", ()))


def properties(message: mqtt.MQTTMessage) -> dict[str, str]:
    return dict(getattr(message.properties, "UserProperty", ()))
