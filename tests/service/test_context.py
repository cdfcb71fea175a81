"""Context on the path of a real service: what comes late, and a registry that falls silent."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from support.mosquitto import Mosquitto
from support.plant import GOVERNED, RULES, Client, Service, now, write_project
from support.plant import STANDARD as PLANT
from support.postgres import binaries, postgres
from support.waiting import eventually

from uns.context.values import Product, Record
from uns.equipment import EquipmentPath
from uns.finding import FilePlace, SamplePlace, found
from uns.naming.resolution import Target
from uns.naming.standard import Standard
from uns.registry import records
from uns.registry.engine import connect
from uns.registry.nouns import PRODUCTS
from uns.registry.records import PlacedRecord
from uns.registry.removal import remove
from uns.registry.writing import Author
from uns.service.tallies import MOST_WANTING, Tallies

STANDARD = Standard("acme", FilePlace("standard.yaml"), {}, (), {}, {})
FILLER = GOVERNED.format("filler")
WHERE = SamplePlace("plc/a")
ORDERS = """\
  - id: stop
    from: mes/orders
    tag: STOP/L{line}
    record: batch-stop
    to: line-{line}
    fields: {id: /order}
"""


@pytest.fixture
def folder(folder: Path) -> Path:
    write_project(folder, RULES + ORDERS)
    return folder


LOADS_ONCE = """
import uns.service.hearing as hearing
load = hearing.load
def once(*asked):
    hearing.load = None
    return load(*asked)
hearing.load = once
"""


def reading(client: Client, value: float, at: int) -> dict[str, object]:
    """As it was published."""
    client.publish("plc/L1/filler/temperature", {"Val": value, "ts": at})
    return eventually(lambda: next((each for each in client.bodies(FILLER) if each["value"] == value), None))


def test_readings_that_lack_what_their_contract_asks_for_are_counted_by_equipment(
    folder: Path, broker: Mosquitto, client: Client
) -> None:
    """Two that are rejected on one machine, one that mode `warn` lets pass on another; and none once a batch runs."""
    rules = folder / "naming_rules"
    standard = PLANT.replace("shape: value", "shape: value, require: [batch]")
    (rules / "standard.yaml").write_text(standard, encoding="utf-8")
    taken, to = "plc/L{line}/w1/temp", "line-{line}/w1/_telemetry/temperature"
    lenient = f"  - {{id: warn, from: '{taken}', unit: Cel, mode: warn, to: '{to}'}}\n"
    (rules / "dallas.yaml").write_text(RULES.replace("  - id: start", f"{lenient}  - id: start"), encoding="utf-8")
    with Service(folder, broker.url) as service:
        service.ready()
        for number, topic in enumerate(("filler/temperature", "filler/temperature", "w1/temp")):
            client.publish(f"plc/L1/{topic}", {"Val": number, "ts": now() + number})
        eventually(lambda: len(service.get("/status")["wanting"]) == 2, why=lambda: service.get("/status"))
        client.publish("mes/orders", {"event": "START", "line": "L1", "order": "B-1", "at": now() + 10})
        client.publish("plc/L1/filler/temperature", {"Val": 9, "ts": now() + 20})
        eventually(lambda: client.bodies(FILLER), why=service.said)
        assert service.get("/status")["wanting"] == [
            {"equipment": "dallas/line-1/filler", "code": "context-missing", "readings": 2},
            {"equipment": "dallas/line-1/w1", "code": "context-missing", "readings": 1},
        ]


def test_readings_between_batches_are_published_and_counted(folder: Path, broker: Mosquitto, client: Client) -> None:
    with Service(folder, broker.url) as service:
        service.ready()
        at = now()
        client.publish("plc/L1/filler/temperature", {"Val": 1, "ts": at - 20})
        eventually(lambda: client.bodies(FILLER), why=service.said)
        assert service.get("/status")["wanting"] == [], "nobody announces batches there"
        client.publish("mes/orders", {"event": "START", "line": "L1", "order": "B-1", "at": at})
        client.publish("mes/orders", {"event": "STOP", "line": "L1", "order": "B-1", "at": at + 10})
        for number, moment in enumerate((at, at + 10, at + 20)):
            client.publish("plc/L1/filler/temperature", {"Val": 2 + number, "ts": moment})
        eventually(lambda: len(client.bodies(FILLER)) == 4, why=service.said)
        assert service.get("/status")["wanting"] == [
            {"equipment": "dallas/line-1/filler", "code": "batch-none", "readings": 2}
        ]


def test_a_plant_of_any_size_is_counted_in_bounded_room() -> None:
    tallies, codes = Tallies(), ("context-missing", "equipment-unregistered")
    for number in range(3 * MOST_WANTING):
        target = Target(FilePlace("dallas.yaml"), EquipmentPath(f"dallas/line-{number}"))
        tallies.found([found(code, "x", "y", WHERE) for code in codes], target)
    assert len(tallies.wanting) <= MOST_WANTING + len(codes)
    assert tallies.wanting.total() == tallies.findings.total() == 6 * MOST_WANTING


def test_a_record_is_late_only_for_readings_that_it_would_have_changed(
    folder: Path, broker: Mosquitto, client: Client
) -> None:
    with Service(folder, broker.url) as service:
        service.ready()
        at = now()

        def late() -> int:
            return int(service.get("/status")["findings"].get("context-late", 0))

        def announce(event: str, when: int) -> None:
            recorded = service.counters()[1]["recorded"]
            client.publish("mes/orders", {"event": event, "line": "L1", "order": "B-1", "at": when})
            eventually(lambda: service.counters()[1]["recorded"] > recorded)

        assert "batch" not in reading(client, 1, at - 20_000)
        announce("START", at - 30_000)
        assert late() == 1
        assert reading(client, 2, at - 10_000)["batch"] == {"id": "B-1"}
        announce("STOP", at - 5_000)
        assert late() == 1, "the reading that went out before the stop has the batch that it should have"
        assert "batch" not in reading(client, 3, at - 4_000)
        assert "ends" not in service.said()


@pytest.mark.skipif(binaries() is None, reason="no PostgreSQL server is installed (apt install postgresql)")
def test_a_registry_that_fell_silent_for_a_while_is_believed_again(
    folder: Path, broker: Mosquitto, client: Client
) -> None:
    """It answers nobody for as long as somebody locks it, and afterwards goes on where it was."""
    values = iter(range(1_000))

    def has_batch() -> bool:
        return "batch" in reading(client, next(values), now())

    with postgres() as url, Service(folder, broker.url, registry=url, timeline_max_age="2s") as service:
        service.ready()
        client.publish("mes/orders", {"event": "START", "line": "L1", "order": "B-1", "at": now() - 1000})
        eventually(has_batch)
        with psycopg.connect(url) as locking:
            locking.execute("LOCK TABLE revision IN ACCESS EXCLUSIVE MODE")
            eventually(lambda: not has_batch(), 10)
            service.ready("degraded")
        eventually(has_batch, 10)
        service.ready()


def test_what_another_process_changes_is_on_the_path_without_loading_all_again(
    folder: Path, broker: Mosquitto, client: Client
) -> None:
    """This test is the other process."""
    values = iter(range(1_000))
    line, at = EquipmentPath("dallas/line-1"), now()
    ann = Author("ann", 0)

    def context() -> tuple[object, object]:
        body = reading(client, next(values), at)
        return body.get("batch"), body.get("product")

    with Service(folder, broker.url, tampering=LOADS_ONCE) as service:
        service.ready()
        assert context() == (None, None)
        registry = connect(f"sqlite:///{folder}/uns.db")
        record = Record("batch-start", line, at * 10**6, {"id": "B-1", "product": "P"})
        assert records.apply(registry, [PlacedRecord(record, SamplePlace("rest"))], STANDARD, ann) == [()]
        eventually(lambda: context() == ({"id": "B-1"}, {"id": "P"}), 10, service.said)
        PRODUCTS.put(registry, [Product("P", "Cola")], ann)
        eventually(lambda: context() == ({"id": "B-1"}, {"id": "P", "name": "Cola"}), 10, service.said)
        stop = Record("batch-stop", line, at * 10**6, {})
        assert records.apply(registry, [PlacedRecord(stop, SamplePlace("rest"))], STANDARD, ann) == [()]
        eventually(lambda: context() == (None, None), 10, service.said)
        again = Record("batch", line, at * 10**6, {"id": "B-1", "start": at * 10**6})
        assert records.apply(registry, [PlacedRecord(again, SamplePlace("rest"))], STANDARD, ann) == [()]
        eventually(lambda: context()[0] == {"id": "B-1"}, 10, service.said)
        assert remove(registry, "batches", ["B-1"], ann) == 1
        eventually(lambda: context() == (None, None), 10, service.said)
        registry.dispose()
