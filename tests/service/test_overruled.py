"""Two writers that contradict each other, where the registry finds it after a record has taken effect on the path."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from support.mosquitto import Mosquitto
from support.plant import GOVERNED, Client, Service, now
from support.postgres import binaries, postgres
from support.replays import asked, balanced, kept, through
from support.waiting import eventually

from uns.context.values import Batch, Record
from uns.equipment import EquipmentPath
from uns.finding import SamplePlace
from uns.registry import entries
from uns.registry.engine import connect
from uns.registry.held import Held
from uns.registry.records import PlacedRecord, apply_whole
from uns.registry.removal import remove
from uns.registry.writing import Author

FILLER = GOVERNED.format("filler")
LINE = EquipmentPath("dallas/line-1")
WITHOUT = pytest.mark.skipif(binaries() is None, reason="no PostgreSQL server is installed (apt install postgresql)")
VALUES = count()


@contextmanager
def registry_of(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'uns.db'}"
    else:
        with postgres() as url:
            yield url


def batch_now(client: Client) -> object:
    """Of a reading that the path takes now."""
    value = next(VALUES)
    client.publish("plc/L1/filler/temperature", {"Val": value, "ts": now()})
    body = eventually(lambda: next((each for each in client.bodies(FILLER) if each["value"] == value), None))
    return body.get("batch")


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=WITHOUT)])
def test_the_loser_is_told_kept_and_may_be_tried_again(
    kind: str, folder: Path, broker: Mosquitto, client: Client
) -> None:
    """A person's batch is on its way into the registry while the MES begins another one on the same line."""
    announced = json.dumps({"event": "START", "line": "L1", "order": "M-1", "at": now() - 20_000}).encode()

    def meanwhile(held: tuple[Held[Batch], ...]) -> list[PlacedRecord]:
        client.publish("mes/orders", announced)
        eventually(lambda: batch_now(client) == {"id": "M-1"}, why=service.said)
        start = time.time_ns() - 60 * 10**9
        return [PlacedRecord(Record("batch", LINE, start, {"id": "P-1", "start": start}), SamplePlace("rest"))]

    client.subscribe("acme/#")
    with registry_of(kind, folder) as url, Service(folder, broker.url, registry=url) as service:
        service.ready()
        registry, ann = connect(url), Author("ann", time.time_ns())
        assert apply_whole(registry, "P-1", meanwhile, ann).findings == ()
        kept(registry, 1)
        eventually(lambda: batch_now(client) == {"id": "P-1"}, why=service.said)

        [entry] = entries.entries(registry).items
        assert (entry.raw.topic, entry.raw.payload, entry.tag, entry.rule) == (
            "mes/orders", announced, "START/L1", "dallas/start",
        )  # fmt: skip
        [finding] = entry.findings
        assert finding.code == "batch-overlap"
        assert "'P-1' still runs; readings went out with it from 20" in finding.message
        decisions, status = balanced(service), service.get("/status")
        assert (decisions["recorded"], decisions["quarantined"], status["overruled"]) == (1, 0, 1)
        assert status["findings"]["batch-overlap"] == 1
        assert "uns_records_overruled_total 1.0" in service.get("/metrics")
        [told] = eventually(lambda: client.bodies("acme/_uns/uns/rejected"))
        assert (told["rule"], told["site"]) == ("dallas/start", "dallas")
        assert service.said().count("somebody else's word stands against it") == 1

        assert remove(registry, "batches", ["P-1"], ann) == 1
        eventually(lambda: batch_now(client) is None, why=service.said)
        done = through(registry, asked(registry), service)
        assert (done.replayed, done.refused) == (1, 0)
        eventually(lambda: batch_now(client) == {"id": "M-1"}, why=service.said)
        assert (entries.count(registry), service.get("/status")["overruled"]) == (0, 1)
        registry.dispose()
