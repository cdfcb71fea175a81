"""A subscriber for loads that are too large to keep: it counts each message as it comes, and keeps none."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress

import paho.mqtt.client as mqtt

from support.plant import Client
from support.waiting import eventually


class Counter(Client):
    """For machines that number their readings one by one, each topic from 0 on."""

    def __init__(self, port: int, name: str, listens_to: str) -> None:
        super().__init__(port, name)
        self.next: dict[str, int] = {}
        """Of each topic the number that is to come; all before it came, in their order."""
        self.repeated = 0
        self.wrong: list[tuple[str, int, int]] = []
        """What came before its turn: topic, what should have come, what did."""
        self.client.on_message = lambda client, userdata, message: self._count(message)
        self.subscribe(listens_to)

    def _count(self, message: mqtt.MQTTMessage) -> None:
        number, due = int(json.loads(message.payload)["value"]), self.next.get(message.topic, 0)
        if number > due:
            self.wrong.append((message.topic, due, number))
        self.repeated += number < due
        self.next[message.topic] = max(due, number + 1)

    def gets(self, number: int, why: Callable[[], object]) -> None:
        """So many, however long it takes; not where nothing comes for two minutes."""
        came = -1
        while self.distinct < number:
            assert self.distinct > came, (self.distinct, self.wrong[:10], why())
            came = self.distinct
            with suppress(AssertionError):
                eventually(lambda: self.distinct >= number, 120)
        assert self.distinct == number
        assert not self.wrong

    @property
    def distinct(self) -> int:
        """Where nothing came before its turn."""
        return sum(self.next.values())
