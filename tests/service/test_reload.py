"""What a reload does to messages that are queued, to states that are retained, and to who owns a topic."""

from __future__ import annotations

import signal
import sqlite3
from pathlib import Path

import pytest
from support.mosquitto import Mosquitto
from support.plant import GOVERNED, RULES, Client, Service, now, write_project
from support.waiting import eventually

FILLER, MIXER = GOVERNED.format("filler"), GOVERNED.format("mixer")
ELSEWHERE = RULES.replace("{topic: plc/#,", "{topic: other/#,").replace("from: plc/", "from: other/")
RENAMED = RULES.replace("value: /Val", "value: /Value")
TWO = """
site: dallas
steward: ot@acme.example
sources:
  - {topic: plc/#, value: /Val, time: [/ts, received]}
rules:
  - {id: one, from: plc/one, unit: Cel, to: line-1/%s/_telemetry/temperature}
  - {id: two, from: plc/two, unit: Cel, to: line-1/%s/_telemetry/temperature}
"""


def in_force(service: Service, folder: Path, rules: str) -> None:
    before = service.get("/status")["bundle"]["revision"]
    write_project(folder, rules)
    eventually(lambda: service.get("/status")["bundle"]["revision"] != before, why=service.said)


def values(client: Client, topic: str) -> list[float]:
    return [body["value"] for body in client.bodies(topic)]


def quarantined(folder: Path) -> dict[str, int]:
    with sqlite3.connect(folder / "uns.db") as registry:
        return dict(registry.execute("SELECT code, COUNT(*) FROM quarantine_entry GROUP BY code").fetchall())


def test_what_waited_at_the_broker_and_no_source_takes_any_more_is_kept(
    service: Service, client: Client, folder: Path
) -> None:
    assert service.stop() == 0
    for number in range(50):
        client.publish(f"plc/L1/asset-{number}/temperature", {"Val": number, "ts": now()})
    client.flush()
    write_project(folder, ELSEWHERE)
    service.start()
    service.ready()
    eventually(lambda: service.counters()[1]["quarantined"] == 50, why=service.said)
    messages, decisions = service.settled()
    assert messages["received"] == messages["acknowledged"] == 50
    assert (decisions["published"], service.get("/status")["findings"]) == (0, {"source-none": 50})
    eventually(lambda: quarantined(folder) == {"source-none": 50}, why=lambda: quarantined(folder))
    client.publish("plc/L1/filler/temperature", {"Val": 1, "ts": now()})
    client.publish("other/L1/filler/temperature", {"Val": 2, "ts": now()})
    eventually(lambda: values(client, FILLER) == [2.0])
    assert service.counters()[0]["received"] == 51, "the old filter has been given back"


def test_a_reload_amid_queued_messages_loses_none(service: Service, client: Client, folder: Path) -> None:
    service.process.send_signal(signal.SIGSTOP)
    for number in range(2_000):
        client.publish(f"plc/L1/asset-{number}/temperature", {"Val": number, "ts": now()})
    client.flush()
    write_project(folder, ELSEWHERE)
    service.process.send_signal(signal.SIGCONT)
    eventually(lambda: service.counters()[0]["received"] == 2_000, why=service.said)
    eventually(lambda: "new rules are in force" in service.said(), why=service.said)
    messages, decisions = service.settled()
    assert messages["acknowledged"] == 2_000
    kept = service.get("/status")["findings"].get("source-none", 0)
    assert decisions["published"] + kept == decisions["made"] == 2_000
    eventually(lambda: len(client.bodies("acme/dallas/")) == decisions["published"])


@pytest.mark.parametrize("meanwhile", ["nothing", "broker away", "service away"])
def test_what_a_changed_source_retains_appears_at_once(
    meanwhile: str, service: Service, client: Client, folder: Path, broker: Mosquitto
) -> None:
    client.publish("plc/L1/filler/temperature", {"Value": 7, "ts": now()}, retain=True)
    eventually(lambda: service.counters()[1]["quarantined"] == 1)
    if meanwhile == "broker away":
        service.settled()
        broker.stop()
        service.ready("hold")
        in_force(service, folder, RENAMED)
        broker.start()
    elif meanwhile == "service away":
        assert service.stop() == 0
        write_project(folder, RENAMED)
        service.start()
    else:
        in_force(service, folder, RENAMED)
    eventually(lambda: 7.0 in values(client, FILLER), why=service.said)


def test_what_an_unchanged_source_retains_does_not_come_again(service: Service, client: Client, folder: Path) -> None:
    client.publish("plc/L1/filler/temperature", {"Val": 7, "ts": now()}, retain=True)
    eventually(lambda: values(client, FILLER) == [7.0])
    in_force(service, folder, "# another line above\n" + RULES.replace("unit: Cel", "unit: K"))
    client.publish("plc/L1/filler/temperature", {"Val": 300, "ts": now()})
    eventually(lambda: len(values(client, FILLER)) == 2)
    assert service.counters()[0]["received"] == 2


@pytest.mark.parametrize("restarted", [False, True])
def test_a_claim_ends_where_its_address_leads_elsewhere(
    restarted: bool, folder: Path, broker: Mosquitto, client: Client
) -> None:
    write_project(folder, TWO % ("filler", "mixer"))
    with Service(folder, broker.url) as service:
        service.ready()
        client.publish("plc/one", {"Val": 1, "ts": now()})
        client.publish("plc/two", {"Val": 2, "ts": now()})
        eventually(lambda: (values(client, FILLER), values(client, MIXER)) == ([1.0], [2.0]), why=service.said)
        if restarted:
            assert service.stop() == 0
            write_project(folder, TWO % ("mixer", "filler"))
            service.start()
            service.ready()
        else:
            in_force(service, folder, TWO % ("mixer", "filler"))
        client.publish("plc/one", {"Val": 3, "ts": now()})
        client.publish("plc/two", {"Val": 4, "ts": now()})
        eventually(
            lambda: (values(client, FILLER), values(client, MIXER)) == ([1.0, 4.0], [2.0, 3.0]), why=service.said
        )
        assert service.get("/status")["findings"] == {}


def test_a_folder_put_in_the_place_of_another_is_followed(service: Service, folder: Path) -> None:
    write_project(folder / "next", RENAMED)
    before = service.get("/status")["bundle"]["revision"]
    for name in ("naming_rules", "schemas"):
        (folder / name).rename(folder / f"{name}.old")
        (folder / "next" / name).rename(folder / name)
    eventually(lambda: service.get("/status")["bundle"]["revision"] != before, why=service.said)
    in_force(service, folder, ELSEWHERE)
