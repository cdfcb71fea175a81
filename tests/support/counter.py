"""A subscriber for loads that are too large for a client in Python: it counts each message and keeps none."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

from support.plant import Client
from support.waiting import eventually

FIRST = "acme/first"


class Counter:
    """mosquitto_sub, for machines that number their readings one by one, each topic from 0 on."""

    def __init__(self, port: int, topic_filter: str) -> None:
        self.next: dict[str, int] = {}
        """Of each topic the number that is to come; all before it came, in their order."""
        self.repeated = 0
        self.wrong: list[tuple[str, int, int]] = []
        """What came before its turn: topic, what should have come, what did."""
        self._listens = threading.Event()
        self._process = subprocess.Popen(
            ["mosquitto_sub", "-p", str(port), "-V", "5", "-q", "1", "-t", topic_filter, "-t", FIRST, "-F", "%t %p"],
            stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        with Client(port, "first") as client:
            client.publish(FIRST, {}, retain=True)
            assert self._listens.wait(20)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            topic, _, payload = line.partition(" ")
            if topic == FIRST:
                self._listens.set()
            else:
                self._count(topic, int(json.loads(payload)["value"]))

    def _count(self, topic: str, number: int) -> None:
        due = self.next.get(topic, 0)
        if number > due:
            self.wrong.append((topic, due, number))
        self.repeated += number < due
        self.next[topic] = max(due, number + 1)

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

    def __enter__(self) -> Counter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait()
        self._reading.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
