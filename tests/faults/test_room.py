"""Room in memory and on disk, where what comes in is more than can go out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.load import MOST_MEMORY
from support.mosquitto import Mosquitto
from support.plant import Client, Service, now
from support.registry import migrated
from support.waiting import eventually

from uns.finding import SamplePlace, found
from uns.instant import SECOND
from uns.journal.store import Store
from uns.journal.values import Refusal
from uns.message import RawMessage
from uns.quarantine import Rejection
from uns.registry.engine import connect
from uns.registry.entries import stock
from uns.registry.quarantine import keep

HOLDING = """
import os
import uns.service.path as path
from uns.service.lookout import Lookout
path.MOST_HELD_BYTES = 4 * 1024 * 1024
look = Lookout.look
def looking(self):
    look(self)
    self.path.hold("test", "a test") if os.path.exists("hold") else self.path.go_on("test")
Lookout.look = looking
"""
"""It decides nothing while there is a file of that name, and has little room."""


def test_what_does_not_fit_into_memory_waits_at_the_broker(
    folder: Path, broker: Mosquitto, client_of: Callable[..., Client], soak: bool
) -> None:
    """While nothing can be decided: large messages and small ones."""
    many, large = (1_000_000, 2_000) if soak else (5_000, 200)
    machines = client_of("machines")
    with Service(folder, broker.url, HOLDING) as service:
        service.ready()
        at, before = now(), service.memory()
        (folder / "hold").touch()
        service.ready("hold")
        for number in range(large):
            machines.publish("plc/L1/filler/temperature", b'{"Val": %d, "x": "%s"}' % (number, b"x" * 100_000))
        small = ((f"plc/L1/asset-{each % 50}/temperature", {"Val": each, "ts": at + each}) for each in range(many))
        machines.publish_many(small)
        assert service.get("/status")["messages"]["held"] < 1_100
        assert service.memory() < before + 60
        (folder / "hold").unlink()
        service.ready("ready", "degraded", within=60)
        eventually(lambda: service.counters()[0]["acknowledged"] == large + many, 600, lambda: service.get("/status"))
        _, decisions = service.settled()
        assert decisions["published"] == large + many
        assert service.memory() < MOST_MEMORY


def rejection(number: int, causes: int, payload: bytes) -> Rejection:
    raw = RawMessage(f"plc/{number % causes}", payload, number * SECOND // 1_000, number)
    finding = found("value-type", "is not a number", "correct the rule", SamplePlace(raw.topic, None, "/v"))
    return Rejection(f"uns-{number}", f"m-{number}", raw, None, "dallas/plc", (finding,), "b1", "7", "dallas")


@pytest.mark.parametrize(("causes", "size"), [(1, 200), (1, 20_000), (200_000, 200)])
def test_an_hour_of_rejects_fills_no_disk(causes: int, size: int, tmp_path: Path, soak: bool) -> None:
    """One device or as many causes as there are messages: journal and registry as they are, with their real bounds."""
    many = (60_000 if size > 1_000 else 400_000) if soak else 2_000
    store, engine = Store(tmp_path / "journal.db"), connect(migrated(tmp_path / "uns.db"))
    for at in range(0, many, 500):
        some = [rejection(each, causes, b"x" * size) for each in range(at, at + 500)]
        store.write([Refusal(each.raw, (each,)) for each in some])
        keep(engine, some, at * SECOND)
    in_journal = len(store.rejections(0, many + 1))
    holds = stock(engine)
    assert in_journal + store.counted_only == many
    assert holds.kept + holds.counted_only == holds.quarantined == many
    if causes == 1:
        assert in_journal == holds.kept == 1_000
    assert max(size_of(tmp_path / "journal.db"), size_of(tmp_path / "uns.db")) < 400 * 1024 * 1024
    store.close()
    engine.dispose()


def size_of(database: Path) -> int:
    """With its log of what was written last."""
    return sum(each.stat().st_size for each in database.parent.glob(f"{database.name}*"))
