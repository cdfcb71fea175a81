"""Room in memory and on disk, where what comes in is more than can go out."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.counter import Counter
from support.load import MOST_MEMORY
from support.mosquitto import Mosquitto
from support.plant import Client, Service, now, reasons, write_project
from support.registry import migrated

from uns.finding import SamplePlace, found
from uns.instant import SECOND
from uns.journal.store import Store
from uns.journal.values import Refusal
from uns.message import RawMessage
from uns.quarantine import Rejection
from uns.registry.engine import connect
from uns.registry.entries import stock
from uns.registry.quarantine import keep
from uns.service.holding import OVERRUN

HOLDING = """
import os
import uns.service.path as path
from uns.service.lookout import Lookout
look = Lookout.look
def looking(self):
    look(self)
    self.path.hold("test", "a test") if os.path.exists("hold") else self.path.go_on("test")
Lookout.look = looking
"""
"""It decides nothing while there is a file of that name."""
LITTLE = "import uns.service.holding; uns.service.holding.MOST_BYTES = 4 * 1024 * 1024"
TOPICS = 50
"""Of the small messages."""
BATCH = 500
"""Rejections that go to disk together."""


def test_what_does_not_fit_into_memory_waits_at_the_broker(folder: Path, broker: Mosquitto, soak: bool) -> None:
    """While nothing can be decided: large messages and small ones, together no more than the broker may queue."""
    small, large, room = (998_000, 2_000, 64) if soak else (4_800, 200, 4)
    with (
        Service(folder, broker.url, HOLDING + ("" if soak else LITTLE)) as service,
        Client(broker.port, "machines") as machines,
        Counter(broker.port, "acme/dallas/#") as counter,
    ):
        service.ready()
        at, before = now(), service.memory()
        (folder / "hold").touch()
        service.ready("hold")
        for number in range(large):
            machines.publish("plc/L1/filler/temperature", b'{"Val": %d, "x": "%s"}' % (number, b"x" * 100_000))
        readings = (divmod(each, TOPICS) for each in range(small))
        machines.publish_many((f"plc/L1/asset-{on}/temperature", {"Val": n, "ts": at + n}) for n, on in readings)
        assert service.get("/status")["messages"]["held"] < 1_100
        assert service.memory() < before + 2 * room + 50
        assert "a test" in reasons(service)
        (folder / "hold").unlink()
        service.ready("ready", "degraded", within=60)
        counter.gets(small + large, lambda: service.get("/status"))
        messages, decisions = service.settled()
        assert messages["received"] == messages["acknowledged"] + messages["cut_off"]
        assert decisions["published"] == small + large
        assert service.get("/status")["possible_gaps"] == 0
        assert service.memory() < MOST_MEMORY
        print(f"{small + large} sent, 0 lost, {counter.repeated} repeated, {service.memory()} MiB")


GROUPS = """
site: dallas
steward: ot@acme.example
sources: [{topic: plc/#, each: '/{tag}', value: ., time: received}]
rules:
  - {id: group, from: 'plc/L{line}', tag: '{machine}', unit: Cel, to: 'line-{line}/{machine}/_telemetry/temperature'}
"""
FEW = f"{LITTLE}; import uns.broker.outbox; uns.broker.outbox.MOST_QUEUED = 500"
READINGS = 50
"""In each large message, so that the broker's answers lie behind more than there is room for."""


def test_more_than_there_is_room_for_comes_once_more(folder: Path, broker: Mosquitto) -> None:
    """Answers come behind what the broker has sent already: that is read, and left, instead of waited for."""
    write_project(folder, GROUPS)
    many = 120
    with (
        Service(folder, broker.url, HOLDING + FEW) as service,
        Client(broker.port, "machines") as machines,
        Counter(broker.port, "acme/dallas/#") as counter,
    ):
        service.ready()
        (folder / "hold").touch()
        service.ready("hold")
        for number in range(many):
            group = ", ".join(f'"asset-{each}": {number}' for each in range(READINGS))
            machines.publish("plc/L1", f"{{{group}{' ' * 100_000}}}".encode())
        machines.flush()
        (folder / "hold").unlink()
        counter.gets(many * READINGS, lambda: service.get("/status"))
        messages, decisions = service.settled()
        assert messages["received"] == messages["acknowledged"] + messages["cut_off"]
        assert messages["acknowledged"] == many
        assert decisions["published"] == many * READINGS
        assert counter.repeated == 0
        assert OVERRUN in service.said()
        assert "do not balance" not in service.said()
        assert service.memory() < MOST_MEMORY


def rejection(number: int, causes: int, size: int, a_second: int) -> Rejection:
    raw = RawMessage(f"plc/{number % causes}", b"x" * size, number * SECOND // a_second, number)
    finding = found("value-type", "is not a number", "correct the rule", SamplePlace(raw.topic, None, "/v"))
    return Rejection(f"uns-{number}", f"m-{number}", raw, None, "dallas/plc", (finding,), "b1", "7", "dallas")


@pytest.mark.parametrize(("size", "a_second"), [(200, 100), (20_000, 10)])
@pytest.mark.parametrize("causes", [1, 200_000])
def test_an_hour_of_rejects_fills_no_disk(causes: int, size: int, a_second: int, tmp_path: Path, soak: bool) -> None:
    """Of one device, or on ever-new topics: journal and registry as they are, with their real bounds."""
    many = 3600 * a_second if soak else 1_500
    store, engine = Store(tmp_path / "journal.db"), connect(migrated(tmp_path / "uns.db"))
    for at in range(0, many, BATCH):
        some = [rejection(each, causes, size, a_second) for each in range(at, min(at + BATCH, many))]
        store.write([Refusal(each.raw, (each,)) for each in some])
        keep(engine, some, some[-1].raw.received)
    in_journal = len(store.rejections(0, many + 1))
    holds = stock(engine)
    assert in_journal + store.counted_only == many
    assert holds.kept + holds.counted_only == holds.quarantined == many
    if causes == 1:
        assert in_journal == holds.kept == 1_000
    on_disk = max(size_of(tmp_path / "journal.db"), size_of(tmp_path / "uns.db")) // 1024**2
    assert on_disk < 400
    store.close()
    engine.dispose()
    print(f"{many} rejected, {holds.kept} kept, {holds.counted_only} counted only, {on_disk} MiB on disk")


def size_of(database: Path) -> int:
    """With its log of what was written last."""
    return sum(each.stat().st_size for each in database.parent.glob(f"{database.name}*"))
