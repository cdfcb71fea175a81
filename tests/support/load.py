"""A load of numbered readings, and what must be true of it afterwards at a subscriber that is none of ours."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

from support.plant import Client, Service, properties
from support.waiting import eventually

ASSETS = 20
UNTIMED = "asset-0"
"""The one whose readings have no time of their own."""
MOST_MEMORY = 300
"""MiB that the service may ever have taken."""


class Load:
    """A machine hall that publishes numbered readings at a steady rate until it is told to stop."""

    def __init__(self, client: Client, rate: int) -> None:
        self.client, self.pause = client, 10 / rate
        self.sent: set[int] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        start, number = time.time_ns() // 1_000_000, 0
        while not self._stop.wait(self.pause):
            for _ in range(10):
                number += 1
                stamp = {"ts": start + number} if number % ASSETS else {}
                self.client.publish(f"plc/L1/asset-{number % ASSETS}/temperature", {"Val": number, **stamp})
                self.sent.add(number)

    def stop(self) -> set[int]:
        """What the broker has accepted: all of it."""
        self._stop.set()
        self._thread.join()
        self.client.flush()
        return self.sent


def arrived(watcher: Client) -> set[int]:
    return watcher.numbers()


def all_arrives(sent: set[int], service: Service, watcher: Client) -> None:
    """However long the one who counts takes: only where nothing comes for forty seconds, nothing will."""
    came = -1
    while missing := sent - arrived(watcher):
        assert len(watcher.messages) > came, (len(missing), min(missing), service.said())
        came = len(watcher.messages)
        with suppress(AssertionError):
            eventually(lambda: arrived(watcher) >= sent, 40)


def nothing_is_lost(sent: set[int], service: Service, watcher: Client, overheard: Client) -> None:
    """Every reading has come, in order; repetitions bear the id of the first; counters tie out; memory is bounded."""
    all_arrives(sent, service, watcher)
    assert arrived(watcher) == sent
    in_order(watcher, overheard)
    repeated = ids_tell_repetitions(watcher)
    messages, decisions = service.settled()
    ended = messages["acknowledged"] + messages["qos0"] + messages["cut_off"]
    assert messages["received"] == ended + messages["in_flight"]
    assert decisions.pop("made") == sum(decisions.values())
    assert "do not balance" not in service.said()
    assert service.memory() < MOST_MEMORY
    print(f"{len(sent)} sent, 0 lost, {repeated} repeated, {service.memory()} MiB")


def in_order(watcher: Client, overheard: Client) -> None:
    """Of what both clients got, the first arrivals of each topic are in the same order, governed as raw."""
    for number in range(ASSETS):
        asset = f"asset-{number}/"
        raw = dict.fromkeys(body["Val"] for body in overheard.bodies(f"plc/L1/{asset}temperature"))
        governed = dict.fromkeys(body["value"] for body in watcher.bodies(f"acme/dallas/line-1/{asset}"))
        assert [each for each in governed if each in raw] == [each for each in raw if each in governed] != []


def ids_tell_repetitions(watcher: Client) -> int:
    """How many came again, each with the id of the first."""
    values: dict[str, bytes] = {}
    for message in list(watcher.messages):
        identity = properties(message)["id"]
        assert values.setdefault(identity, message.payload) == message.payload
    assert len(values) == len({message.payload for message in list(watcher.messages)})
    return len(watcher.messages) - len(values)
