"""`uns acl` beside the very configuration that a plant would run: who may publish and hear what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from support.guarded import NOT_AUTHORIZED, Guarded, User
from support.mosquitto import CONF_D
from support.plant import GOVERNED, RULES, Service, now, write_project
from support.uns import uns
from support.waiting import eventually

MACHINES, READER = "dallas-machines", "reader"
RAW = "plc/L1/filler/temperature"
FILLER = GOVERNED.format("filler")


@pytest.fixture
def broker(folder: Path, tmp_path: Path) -> Iterator[Guarded]:
    status, acl, said = uns(folder, "acl")
    assert status == 0, said
    with Guarded(tmp_path / "mosquitto", acl, ("uns", MACHINES, READER, "stranger")) as running:
        yield running


@pytest.fixture
def service(folder: Path, broker: Guarded) -> Iterator[Service]:
    with Service(folder, broker.url, username="uns", password="snu") as running:
        running.ready()
        yield running


def test_a_reading_goes_from_a_machine_to_a_reader(broker: Guarded, service: Service) -> None:
    with User(broker, READER) as reader, User(broker, MACHINES) as machine:
        reader.subscribe("acme/#")
        assert machine.publish(RAW, json.dumps({"Val": 20, "ts": now()})) == 0
        eventually(lambda: FILLER in reader.topics(), why=service.said)
        (message,) = [each for each in reader.heard if each.topic == FILLER]
        assert json.loads(message.payload)["value"] == 20
        eventually(lambda: "acme/_uns/uns" in reader.topics())
    assert service.get("/readyz")["status"] == "ready"


def test_after_a_restart_the_service_knows_what_it_had_published(broker: Guarded, service: Service) -> None:
    with User(broker, MACHINES) as machine:
        machine.publish(RAW, json.dumps({"Val": 20, "ts": now()}))
        eventually(lambda: service.counters()[1]["published"] == 1)
    service.stop()
    service.start()
    service.ready()
    assert service.get("/status")["topics"] == 1


def test_each_writes_what_is_its_own_and_nothing_else(broker: Guarded) -> None:
    governed = {FILLER, "acme/_uns/uns", "acme/_uns/uns/release"}
    writes = {"uns": governed, MACHINES: {RAW}, READER: set(), "stranger": set()}
    for name, may in writes.items():
        with User(broker, name) as user:
            for topic in governed | {RAW, "elsewhere/a"}:
                refused = user.publish(topic) == NOT_AUTHORIZED
                assert refused == (topic not in may), f"{name}: {topic}"


def test_machines_hear_nothing_and_readers_no_raw_topics(broker: Guarded) -> None:
    with User(broker, MACHINES) as machine, User(broker, READER) as reader, User(broker, "uns") as service:
        for user in (machine, reader, service):
            user.subscribe("#")
        machine.publish(RAW)
        service.publish(FILLER)
        eventually(lambda: service.topics() == {RAW, FILLER} and reader.topics())
        assert (machine.topics(), reader.topics()) == (set(), {FILLER})


def test_nobody_comes_in_with_a_wrong_password(broker: Guarded) -> None:
    with User(broker, MACHINES, "guessed") as machine:
        assert machine.refused == "Not authorized"


def test_each_line_has_its_reason(folder: Path) -> None:
    _, text, _ = uns(folder, "acl")
    lines = text.splitlines()
    for before, line in pairwise(lines):
        assert not line.startswith("topic ") or before.startswith("# ")
    assert "# naming_rules/dallas.yaml:5:13 listens here\ntopic write plc/#\n" in text


def test_machines_and_readers_bear_the_names_that_a_plant_gives_them(folder: Path) -> None:
    named = ["--machines", "dallas=gateway 1", "--machines", "dallas=mes", "--reader", "grafana"]
    status, printed, _ = uns(folder, "acl", "--json", *named, username="contextualizer")
    granted = {(each["user"], each["access"], each["topic"]) for each in json.loads(printed)}
    raw = ("plc/#", "mes/orders")
    assert (status, granted) == (
        0,
        {("contextualizer", "readwrite", "acme/#"), ("contextualizer", "read", "$SYS/broker/#")}
        | {("contextualizer", "read", topic) for topic in raw}
        | {(user, "write", topic) for topic in raw for user in ("gateway 1", "mes")}
        | {("grafana", "read", "acme/#")},
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--machines", "berlin=plc"], "there is no rule file 'berlin'"),
        (["--machines", "dallas"], "'' cannot be a user"),
        (["--reader", "a:b"], "'a:b' cannot be a user"),
        (["--reader", "uns"], "'uns' would be two users in one"),
        (["--machines", "dallas=reader"], "'reader' would be two users in one"),
    ],
)
def test_names_that_cannot_be_are_wrong_use(folder: Path, arguments: list[str], told: str) -> None:
    status, printed, said = uns(folder, "acl", *arguments)
    assert (status, printed, told in said) == (2, "", True), said


def test_rules_with_errors_make_no_list(folder: Path) -> None:
    write_project(folder, RULES.replace("plc/#", "acme/#"))
    status, printed, said = uns(folder, "acl", "--output", "acl")
    assert (status, printed, "source-loop" in said) == (1, "", True)
    assert not (folder / "acl").exists()


def test_a_level_with_blanks_at_the_end_of_a_line_is_left_open(folder: Path, tmp_path: Path) -> None:
    write_project(folder, RULES.replace("topic: plc/#", "topic: [plc/#, ' cam/oven ']"))
    _, acl, _ = uns(folder, "acl")
    assert "topic write +/+\n" in acl
    with Guarded(tmp_path / "mosquitto", acl, (MACHINES,)) as broker, User(broker, MACHINES) as machine:
        assert machine.publish(" cam/oven ") != NOT_AUTHORIZED


def test_it_is_written_whole_and_whoever_could_read_the_old_one_still_can(folder: Path) -> None:
    path = folder / "uns.acl"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o604)
    status, printed, said = uns(folder, "acl", "--output", "uns.acl")
    assert (status, printed, "reload" in said) == (0, "", True)
    assert (path.read_text("utf-8"), path.stat().st_mode & 0o777) == (uns(folder, "acl")[1], 0o604)
    status, _, said = uns(folder, "acl", "--output", "nowhere/uns.acl")
    assert (status, "nowhere/uns.acl cannot be written" in said) == (1, True)


def test_every_line_of_the_configuration_has_its_reason() -> None:
    for file in (CONF_D.parent / "plant.conf", CONF_D.parent / "mosquitto.conf", CONF_D / "uns.conf"):
        for block in file.read_text(encoding="utf-8").split("\n\n"):
            assert block.lstrip().startswith("# "), f"{file.name}: no reason before {block}"


def test_a_broker_that_was_killed_still_has_what_it_queued(broker: Guarded, service: Service) -> None:
    service.stop()
    with User(broker, MACHINES) as machine:
        assert machine.publish(RAW, json.dumps({"Val": 20, "ts": now()})) == 0
    stored = broker.folder / "data" / "mosquitto.db"
    before = stored.stat().st_mtime_ns if stored.exists() else 0
    eventually(lambda: stored.exists() and stored.stat().st_mtime_ns > before)
    broker.kill()
    broker.start()
    service.start()
    service.ready()
    eventually(lambda: service.counters()[1]["published"] == 1)


def test_the_broker_announces_the_limits_of_the_shipped_configuration(broker: Guarded) -> None:
    with User(broker, MACHINES) as machine:
        limits = (machine.announced.ReceiveMaximum, machine.announced.MaximumPacketSize)
    assert limits == (1000, 16 * 1024 * 1024)
