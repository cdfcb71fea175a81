"""Speaks to whatever does the mapping, as a plant would: raw messages in, governed ones out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.peers.corpus import Message
from benchmarks.peers.peer import Missing
from benchmarks.service import GOVERNED

PATIENCE = 30.0
AGAIN = 0.5
PROBES = "Filler_400", "Filler_401"


class Plant:
    """A client that publishes raw messages and keeps what is governed."""

    def __init__(self, port: int) -> None:
        self.heard: list[Message] = []
        self._news = threading.Condition()
        self._client = Client(CallbackAPIVersion.VERSION2, "plant")
        self._client.on_message = self._hear
        self._client.connect("127.0.0.1", port)
        self._client.subscribe(GOVERNED, qos=1)
        self._client.loop_start()

    def _hear(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        if message.payload:
            with self._news:
                self.heard.append((message.topic, bytes(message.payload)))
                self._news.notify_all()

    def say(self, messages: Sequence[Message], retain: bool = False) -> None:
        """At QoS 1; back once the broker has them."""
        for each in [self._client.publish(topic, payload, qos=1, retain=retain) for topic, payload in messages]:
            each.wait_for_publish(PATIENCE)

    def until(self, condition: Callable[[], bool], within: float = PATIENCE) -> bool:
        """Waits for something that is heard."""
        with self._news:
            return self._news.wait_for(condition, within)

    def passed(self, machine: str) -> bool:
        """Publishes good readings of this machine until one has come out, the last; a peer needs a while to start."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            now = datetime.now(UTC)
            moment = now.isoformat(timespec="milliseconds")[: -len("+00:00")]
            self.say([probe(machine, now)])
            if self.until(partial(self._heard_of, moment.encode()), AGAIN):
                return True
        return False

    def _heard_of(self, moment: bytes) -> bool:
        return any(moment in payload for _, payload in self.heard)

    def leave(self) -> None:
        """Leaves no retained value behind: the next who subscribes shall hear of nothing that was."""
        self.say([(topic, b"") for topic in {topic for topic, _ in self.heard}], retain=True)
        self._client.disconnect()
        self._client.loop_stop()


def probe(machine: str, now: datetime) -> Message:
    """A good reading."""
    stamp = int(now.timestamp()) * 1000 + now.microsecond // 1000
    return f"plc/dallas/L3/{machine}/TT101", b'{"Val": 71.6, "ts": %d}' % stamp


@contextmanager
def plant(port: int) -> Iterator[Plant]:
    """A plant whose readings are governed: whoever does that is up."""
    one = Plant(port)
    try:
        if not one.passed(PROBES[0]):
            raise Missing("nothing comes out of it")
        yield one
    finally:
        one.leave()


def outputs(port: int, messages: Sequence[Message]) -> list[Message]:
    """What becomes of these messages."""
    with plant(port) as one:
        one.say(messages)
        one.passed(PROBES[1])
        probed = {f"/{each.lower().replace('_', '-')}/" for each in PROBES}
        return [(topic, payload) for topic, payload in one.heard if not any(each in topic for each in probed)]
