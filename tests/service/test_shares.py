"""A plant split over two instances by rule file: each message is served once, and by whom is known."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support.mosquitto import Mosquitto, mosquitto
from support.plant import Client, Service, now, reasons, rules_of, write_two
from support.uns import uns
from support.waiting import eventually


class Plant(NamedTuple):
    folder: Path
    broker: Mosquitto
    dallas: Service
    berlin: Service

    def instance(self, name: str, files: str) -> Service:
        return Service(self.folder, self.broker.url, instance=name, state=f".{name}", files=files)

    def status(self, of: Service) -> Any:
        return of.get("/status")

    def write(self, site: str, rules: str) -> None:
        (self.folder / "naming_rules" / f"{site}.yaml").write_text(rules, encoding="utf-8")


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """One for all of these tests."""
    folder = tmp_path_factory.mktemp("shares")
    write_two(folder)
    assert uns(folder, "migrate")[0] == 0
    with ExitStack() as open_ones:
        broker = open_ones.enter_context(mosquitto(folder / "mosquitto"))
        of_both = Plant(folder, broker, *(None, None))  # type: ignore[arg-type]
        ours = [open_ones.enter_context(of_both.instance(f"uns-{site}", site)) for site in ("dallas", "berlin")]
        for each in ours:
            each.ready()
        yield of_both._replace(dallas=ours[0], berlin=ours[1])


@pytest.fixture
def client(plant: Plant) -> Iterator[Client]:
    with Client(plant.broker.port, "client", "acme/#") as connected:
        yield connected


def rows(plant: Plant, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(plant.folder / "uns.db")) as registry:
        return registry.execute(query).fetchall()


def test_each_message_is_served_once_and_recorded_by_the_one_that_serves_its_file(plant: Plant, client: Client) -> None:
    at = now()
    for site in ("dallas", "berlin"):
        client.publish(f"mes/{site}", {"event": "START", "line": "L1", "order": f"B-{site}", "at": at - 1000})
        client.publish(f"plc/{site}/L1/filler/pressure", {"Val": 1})
    client.flush()
    for number in range(100):
        for site in ("dallas", "berlin"):
            client.publish(f"plc/{site}/L1/filler/temperature", {"Val": number, "ts": at + number})
    for site in ("dallas", "berlin"):
        eventually(lambda site=site: len(client.bodies(f"acme/{site}/")) >= 100)
    for service, site in ((plant.dallas, "dallas"), (plant.berlin, "berlin")):
        messages, decisions = service.settled()
        assert (messages["received"], decisions["published"], decisions["quarantined"]) == (102, 100, 1)
        assert [body["value"] for body in client.bodies(f"acme/{site}/")] == [float(each) for each in range(100)]
        assert client.bodies(f"acme/{site}/")[-1]["batch"] == {"id": f"B-{site}"}
    assert (plant.status(plant.dallas)["files"], plant.status(plant.dallas)["elsewhere"]) == (["dallas"], ["berlin"])
    eventually(lambda: len(rows(plant, "SELECT id FROM quarantine_entry")) == 2)
    refused_by = dict(rows(plant, "SELECT site, instance FROM quarantine_entry"))
    assert refused_by == {"dallas": "uns-dallas", "berlin": "uns-berlin"}
    eventually(lambda: len(rows(plant, "SELECT id FROM batch")) == 2)
    recorded = rows(plant, "SELECT id, recorded_by FROM batch")
    assert dict(recorded) == {"B-dallas": "path uns-dallas", "B-berlin": "path uns-berlin"}


def test_other_rules_take_effect_and_the_share_stays(plant: Plant) -> None:
    before = {plant.status(each)["bundle"]["revision"] for each in (plant.dallas, plant.berlin)}
    assert len(before) == 1, "the rules are judged whole, whoever serves them"
    plant.write("berlin", rules_of("berlin") + "# new\n")
    for service, site in ((plant.dallas, "dallas"), (plant.berlin, "berlin")):
        eventually(lambda each=service: plant.status(each)["bundle"]["revision"] not in before, why=service.said)
        assert plant.status(service)["files"] == [site]


def test_a_file_that_disappears_is_served_on_until_somebody_says_so(plant: Plant, client: Client) -> None:
    (plant.folder / "naming_rules" / "berlin.yaml").unlink()
    eventually(lambda: "the newest rules have 1 error" in reasons(plant.berlin), why=plant.berlin.said)
    assert "`files` names `berlin`, and there is no `berlin.yaml`" in plant.berlin.said()
    client.publish("plc/berlin/L1/mixer/temperature", {"Val": 7, "ts": now()})
    eventually(lambda: client.bodies("acme/berlin/line-1/mixer/"))
    eventually(lambda: plant.status(plant.dallas)["elsewhere"] == [])
    plant.berlin.kill()
    plant.berlin.start()
    plant.berlin.ready("degraded")
    assert "starting with the last good ones" in plant.berlin.said()
    plant.write("berlin", rules_of("berlin"))
    plant.berlin.ready()
    eventually(lambda: plant.status(plant.dallas)["elsewhere"] == ["berlin"])


def test_errors_of_any_file_keep_the_new_rules_out_of_force_everywhere(plant: Plant) -> None:
    plant.write("berlin", rules_of("berlin").replace("plc/berlin/#", "plc/#"))
    eventually(lambda: "the newest rules have" in reasons(plant.dallas), why=plant.dallas.said)
    assert "source-overlap" in plant.dallas.said()
    plant.write("berlin", rules_of("berlin"))
    plant.dallas.ready()


def test_two_instances_that_serve_one_file_are_told(plant: Plant) -> None:
    plant.dallas.ready()
    with plant.instance("uns-both", "dallas,berlin") as both:
        both.ready("degraded")
        eventually(lambda: len(plant.status(both)["served_twice"]) == 2, why=both.said)
        plant.dallas.ready("degraded")
        told = "uns-both serves dallas too, so their readings are published twice: end one of them, or divide the files"
        assert told in reasons(plant.dallas)
        assert "uns-dallas serves dallas too" in reasons(both)
        assert "uns-berlin serves berlin too" in reasons(both)
        (finding,) = plant.status(plant.dallas)["served_twice"]
        assert (finding["code"], finding["where"]["file"]) == ("file-served-twice", "naming_rules/dallas.yaml")
        assert "uns_files_served_twice 2.0" in both.get("/metrics")
        assert doctor(plant, "uns-dallas", "dallas")["instance"][:2] == (
            "error", "uns-both serves dallas too, so every reading would be published twice"
        )  # fmt: skip
        assert both.stop() == 0
    for each in (plant.dallas, plant.berlin):
        each.ready()
        assert plant.status(each)["served_twice"] == []


def test_doctor_looks_at_the_share_and_at_what_nobody_serves(plant: Plant) -> None:
    found = doctor(plant, "uns-dallas", "dallas")
    assert found["rules"] == ("well", "dallas of 2 rule files in naming_rules", "")
    assert "files" not in found
    assert found["acl"][0] == "well"
    assert doctor(plant, "uns-dallas", "dalas")["rules"] == (
        "error", "`files` names `dalas`, and there is no `dalas.yaml`", "did you mean `dallas`?"
    )  # fmt: skip
    assert explained(plant, "plc/berlin/L1/filler/temperature", '{"Val": 1}') == "served by uns-berlin"
    assert explained(plant, "acme/berlin/line-1/filler/_telemetry/temperature") == "served by uns-berlin"
    assert plant.berlin.stop() == 0
    assert explained(plant, "plc/berlin/L1/filler/temperature", '{"Val": 1}').startswith("served by nobody now")
    grade, message, remedy = doctor(plant, "uns-dallas", "dallas")["files"]
    assert (grade, message) == ("note", "no instance serves berlin: what their machines publish, nobody hears")
    assert remedy == "start an instance with these `files`"
    plant.berlin.start()
    plant.berlin.ready()


def explained(plant: Plant, *about: str) -> str:
    """By an engineer whose settings name another share."""
    _, printed, _ = uns(plant.folder, "explain", *about, broker=plant.broker.url, files="dallas")
    return next((line for line in printed.splitlines() if line.startswith("served by")), printed)


def doctor(plant: Plant, name: str, files: str) -> dict[str, tuple[str, str, str]]:
    _, printed, said = uns(
        plant.folder, "doctor", "--json", broker=plant.broker.url, instance=name, state=f".{name}", files=files
    )
    assert "Traceback" not in said
    return {each["about"]: (each["grade"], each["message"], each["remedy"]) for each in json.loads(printed)}


def test_a_file_that_another_instance_takes_over_is_replayed_there(plant: Plant, client: Client) -> None:
    """What waited for the one that served it before is kept there, and replayed by the one that serves it now."""
    with plant.instance("uns-old", "berlin") as old:
        old.ready("degraded")
        assert plant.berlin.stop() == 0
        assert old.stop() == 0
        client.publish("plc/berlin/L1/oven/temperature", {"Val": 5, "ts": now()})
        client.flush()
        old.settings["files"] = "dallas"
        old.start()
        old.ready("degraded")
        eventually(lambda: plant.status(old)["findings"] == {"source-none": 1}, why=lambda: plant.status(old))
        assert client.bodies("acme/berlin/line-1/oven/") == []
        query = "SELECT findings FROM quarantine_entry WHERE code = 'source-none'"
        ((told,),) = eventually(lambda: rows(plant, query))
        assert (
            json.loads(told)[0]["remedy"]
            == "uns quarantine replay --code source-none: the instance that serves `berlin` takes it up"
        )
        asked = uns(plant.folder, "quarantine", "replay", "--code", "source-none", "--no-wait")
        plant.berlin.start()
        plant.berlin.ready()
        eventually(lambda: client.bodies("acme/berlin/line-1/oven/"), why=lambda: asked)
        eventually(lambda: plant.status(plant.berlin)["replay"]["replayed"] == 1)
        assert plant.status(old)["replay"] == {"replayed": 0, "refused": 0}


def test_a_share_that_is_not_there_does_not_start(plant: Plant) -> None:
    with plant.instance("uns-new", "dallas, berlln") as service:
        assert service.process.wait(20) == 1
        assert "did you mean `berlin`?" in service.said()
    status, printed, _ = uns(plant.folder, "check", files="dallas,berlln")
    assert (status, "`files` names `berlln`" in printed) == (1, True)


def test_the_access_list_is_of_the_whole_plant(plant: Plant) -> None:
    assert uns(plant.folder, "acl", files="dallas") == uns(plant.folder, "acl")
