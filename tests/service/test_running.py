"""The service at work: records, rules that change, two that want to be one, commands, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from support.mosquitto import Mosquitto
from support.plant import GOVERNED, RULES, Client, Service, now, properties, reasons, write_project
from support.proxy import Proxy
from support.waiting import eventually

from uns.instant import rfc3339

FILLER = GOVERNED.format("filler")


def values(client: Client, topic: str = FILLER) -> list[float]:
    return [body["value"] for body in client.bodies(topic)]


def test_a_reading_behind_a_batch_start_has_the_batch(service: Service, client: Client) -> None:
    at = now()
    client.publish("mes/orders", {"event": "START", "line": "L1", "order": "B-1", "at": at - 1000})
    client.publish("plc/L1/filler/temperature", {"Val": 20, "ts": at})
    client.publish("plc/L1/filler/temperature", {"Val": 21, "ts": at - 2000})
    eventually(lambda: len(values(client)) == 2)
    during, before = client.bodies(FILLER)
    assert during["batch"] == {"id": "B-1"}
    assert "batch" not in before


def test_a_record_outlives_a_restart(service: Service, client: Client) -> None:
    client.publish("mes/orders", {"event": "START", "line": "L1", "order": "B-1", "at": now() - 1000})
    client.flush()
    eventually(lambda: service.counters()[1]["recorded"] == 1)
    service.kill()
    service.start()
    service.ready()
    client.publish("plc/L1/filler/temperature", {"Val": 20, "ts": now()})
    eventually(lambda: values(client))
    assert client.bodies(FILLER)[0]["batch"] == {"id": "B-1"}


def test_duplicates_and_owners_are_known_beyond_a_restart(service: Service, client: Client) -> None:
    at = now()
    client.publish("plc/L1/filler/temperature", {"Val": 20, "ts": at})
    eventually(lambda: values(client) == [20.0])
    assert service.stop() == 0
    service.start()
    service.ready()
    client.publish("plc/L1/filler/temperature", {"Val": 20, "ts": at})
    client.publish("plc/L1/filler/temperature", {"Val": 21, "ts": at + 1})
    eventually(lambda: values(client) == [20.0, 21.0])
    assert service.counters()[1]["duplicate"] == 1


def test_new_rules_take_effect_whole_and_bad_ones_not_at_all(service: Service, client: Client, folder: Path) -> None:
    rules = folder / "naming_rules" / "dallas.yaml"
    before = service.get("/status")["bundle"]["revision"]
    rules.write_text(RULES.replace("to: line-{line}/{machine}/", "too: line-{line}/{machine}/"), encoding="utf-8")
    service.ready("degraded")
    assert service.get("/status")["bundle"]["revision"] == before
    client.publish("plc/L1/filler/temperature", {"Val": 20, "ts": now()})
    eventually(lambda: values(client) == [20.0])
    added = "  - {topic: new/+, read: text}\n  - {topic: mes/orders"
    rule = (
        "  - {id: new, from: 'new/{machine}', unit: Cel, to: 'line-2/{machine}/_telemetry/temperature'}\n  - id: start"
    )
    client.publish("new/mixer", b"7", retain=True)
    client.flush()
    rules.write_text(RULES.replace("  - {topic: mes/orders", added).replace("  - id: start", rule), encoding="utf-8")
    service.ready()
    assert service.get("/status")["bundle"]["revision"] != before
    client.publish("new/mixer", b"8")
    eventually(lambda: values(client, "acme/dallas/line-2/mixer/") == [8.0])
    eventually(lambda: service.counters()[1]["ignored"] == 1)  # the retained one has no time of its own


def test_what_is_only_observed_is_counted_and_the_status_tells_why_it_would_not_do(
    folder: Path, broker: Mosquitto, client: Client
) -> None:
    (folder / "naming_rules" / "dallas.yaml").write_text(f"mode: observe\n{RULES}", encoding="utf-8")
    with Service(folder, broker.url) as service:
        service.ready()
        for value in (20, "hot", 21):
            client.publish("plc/L1/filler/temperature", {"Val": value, "ts": now()})
        eventually(lambda: service.counters()[1]["observed"] == 3)
        ((told,),) = [each["findings"] for each in service.get("/status")["observed"]]
    assert (told["code"], told["where"]["topic"]) == ("value-type", "plc/L1/filler/temperature")
    assert values(client) == []


@pytest.mark.parametrize("clock", [None, "received"])
def test_a_retained_value_of_the_future_gives_way(
    folder: Path, broker: Mosquitto, client: Client, client_of: Callable[..., Client], clock: str | None
) -> None:
    """A stranger's of the far future, or our own timed by receipt by a clock that was an hour ahead."""
    forged = Properties(PacketTypes.PUBLISH)
    time = "2999-01-01T00:00:00.000Z" if clock is None else rfc3339((now() + 3_600_000) * 10**6)
    about = {"source": "plc/L1/filler/temperature", "id": "x", "timestamp": time}
    forged.UserProperty = list((about | ({"clock": clock} if clock else {})).items())
    client.client.publish(FILLER, b'{"value": 1}', 1, True, properties=forged)
    eventually(lambda: values(client) == [1])
    with Service(folder, broker.url) as service:
        service.ready()
        client.publish("plc/L1/filler/temperature", {"Val": 20, "ts": now()})
        eventually(lambda: values(client) == [1, 20.0])
    newcomer = client_of("newcomer", FILLER)
    eventually(lambda: values(newcomer) == [20.0], why=lambda: values(newcomer))


def test_what_new_rules_own_is_remembered_too(folder: Path, broker: Mosquitto, client: Client) -> None:
    at = now()
    reading = ("plc/L1/filler/temperature", {"Val": 20, "ts": at})
    with Service(folder, broker.url) as service:
        service.ready()
        client.publish(*reading)
        eventually(lambda: values(client) == [20.0])
        service.settled()
        assert service.stop() == 0
        elsewhere = RULES.replace("line-{line}", "line-2").replace("L{line}", "L2")
        write_project(folder, elsewhere.replace("site: dallas", "site: dallas\nowns: [dallas/line-2]"))
        service.start()
        service.ready()
        write_project(folder)
        eventually(lambda: "new rules are in force" in service.said(), why=service.said)
        client.publish(*reading)
        eventually(lambda: service.counters()[1]["duplicate"] == 1, why=lambda: service.counters())
        assert values(client) == [20.0]


def test_the_last_good_rules_start_the_service_again(service: Service, client: Client, folder: Path) -> None:
    before = service.get("/status")["bundle"]["revision"]
    (folder / "naming_rules" / "dallas.yaml").write_text("site: dallas\nruls: []\n", encoding="utf-8")
    service.kill()
    service.start()
    service.ready("degraded")
    assert service.get("/status")["bundle"]["revision"] == before
    assert "starting with the last good ones" in service.said()


def test_an_empty_registry_is_set_up(folder: Path, broker: Mosquitto) -> None:
    (folder / "uns.db").unlink()
    with Service(folder, broker.url) as service:
        service.ready()
        assert "the registry was empty and has been set up" in service.said()


def test_without_any_good_rules_it_does_not_start(tmp_path: Path, broker: Mosquitto) -> None:
    write_project(tmp_path / "plant", "site: nowhere\n")
    with Service(tmp_path / "plant", broker.url) as service:
        assert service.process.wait(20) == 1
        assert "uns check" in service.said()


def test_one_whose_session_is_taken_over_ends(service: Service, broker: Mosquitto, tmp_path: Path) -> None:
    write_project(tmp_path / "other")
    with Service(tmp_path / "other", broker.url, "from uns.service import own; own.HEEDED = 3.0") as second:
        assert service.process.wait(20) == 3
        assert "another process took this session over" in service.said()
        second.ready()


def test_a_claim_ends_by_command(service: Service, client: Client, folder: Path) -> None:
    client.publish("plc/L1/filler/temperature", {"Val": 20, "ts": now()})
    eventually(lambda: values(client) == [20.0])
    client.publish("acme/_uns/uns/release", FILLER.encode())
    eventually(lambda: "a claim was ended" in service.said())
    assert "owner=plc/L1/filler/temperature" in service.said()
    client.publish("acme/_uns/uns/release", FILLER.encode())
    eventually(lambda: "a claim was to be ended that nobody has" in service.said())


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("", b'{"run": []}'), ("", b'{"run": {"a": 1}}'), ("", b"[" * 100_000), ("", b"\xff"), ("/marker", b"no"),
        ("/release", b"\xff\x00#"), ("/release", b""), ("/release", b"x" * 100_000),
    ],
)  # fmt: skip
def test_what_strangers_say_on_its_own_topics_does_it_no_harm(
    topic: str, payload: bytes, service: Service, client: Client, client_of: Callable[..., Client]
) -> None:
    told = Properties(PacketTypes.PUBLISH)
    told.ResponseTopic = "acme/_uns/uns/replies/\u00e9/#"  # at which Mosquitto 2.1 hangs up
    client_of("stranger").client.publish(f"acme/_uns/uns{topic}", payload, 1, properties=told)
    client.publish("plc/L1/filler/temperature", {"Val": 20, "ts": now()})
    eventually(lambda: values(client) == [20.0])
    service.settled()
    assert "no link to the broker" not in service.said()
    assert "Traceback" not in service.said()


def test_however_much_strangers_say_it_says_no_more_than_one_can_read(service: Service, client: Client) -> None:
    for number in range(300):
        other = {"instance": f"other-{number}", "run": "x", "state": "running", "files": ["dallas"]}
        client.publish(f"acme/_uns/other-{number}", other)
        client.publish("acme/_uns/uns/release", b"nobody's")
    service.ready("degraded")
    eventually(lambda: len(service.get("/status")["served_twice"]) == 100, why=service.said)
    client.publish("plc/L1/filler/temperature", {"Val": 20, "ts": now()})
    eventually(lambda: values(client) == [20.0], why=service.said)
    whole = service.log.read_text(encoding="utf-8")
    assert 0 < whole.count("a claim was to be ended that nobody has") < 100
    assert len(service.get("/status")["served_twice"]) <= 100


@pytest.mark.parametrize("retain", [False, True])
def test_nobody_ends_it_by_saying_that_he_is_it(retain: bool, folder: Path, broker: Mosquitto, client: Client) -> None:
    stranger = {"instance": "uns", "run": "another", "state": "running"}
    with Proxy(broker.port) as proxy, Service(folder, proxy.url) as service:
        service.ready()
        for round_ in range(3):
            proxy.stall()
            client.publish("acme/_uns/uns", stranger, retain=retain)
            client.flush()
            proxy.cut()
            proxy.go_on()
            eventually(lambda n=round_: service.said().count("] connected ") == n + 2, why=service.said)
            client.publish("acme/_uns/uns", stranger, retain=retain)
        client.publish("plc/L1/filler/temperature", {"Val": 20, "ts": now()})
        eventually(lambda: values(client) == [20.0], why=service.said)
        service.ready("degraded")
        assert "somebody else says on acme/_uns/uns that it is this instance" in reasons(service)
        assert service.said().count("somebody else says that it is this instance") == 1
        assert service.process.poll() is None
        assert service.stop() == 0


def test_what_the_broker_refuses_for_size_goes_to_quarantine(tmp_path: Path) -> None:
    from support.mosquitto import mosquitto

    write_project(tmp_path / "plant")
    with (
        mosquitto(tmp_path / "mosquitto", extra="max_packet_size 300") as broker,
        Service(tmp_path / "plant", broker.url) as service,
        Client(broker.port, "client") as client,
    ):
        eventually(lambda: "connected" in service.said())
        client.publish("plc/L1/filler/temperature", {"Val": 20, "ts": now()})
        eventually(lambda: service.counters()[1]["quarantined"] == 1)
        assert service.get("/status")["findings"] == {"publish-too-large": 1}


def test_qos_0_is_served_and_counted_as_such(service: Service, client: Client) -> None:
    client.publish("plc/L1/filler/temperature", {"Val": 20, "ts": now()}, qos=0)
    eventually(lambda: values(client) == [20.0])
    messages, _ = service.settled()
    assert (messages["received"], messages["acknowledged"], messages["qos0"]) == (1, 0, 1)


def test_what_was_queued_while_it_was_away_claims_no_receive_time(service: Service, client: Client) -> None:
    assert service.stop() == 0
    client.publish("plc/L1/filler/temperature", {"Val": 20})
    client.publish("plc/L1/filler/temperature", {"Val": 21, "ts": now()})
    client.flush()
    service.start()
    service.ready()
    eventually(lambda: "the backlog is through" in service.said())
    client.publish("plc/L1/filler/temperature", {"Val": 22})
    eventually(lambda: len(values(client)) == 3)
    clocks = [properties(each).get("clock") for each in client.messages if each.topic == FILLER]
    assert clocks == ["backlog", None, "received"]
    assert client.bodies(FILLER)[0]["quality"] == "uncertain"


def test_it_says_in_the_namespace_how_it_is_and_that_it_is_gone(service: Service, client: Client) -> None:
    def states() -> list[str]:
        return [json.loads(each.payload)["state"] for each in client.messages if each.topic == "acme/_uns/uns"]

    eventually(lambda: "running" in states())
    service.kill()
    eventually(lambda: states()[-1] == "gone")
    service.start()
    service.ready()
    eventually(lambda: states()[-1] == "running")
    assert service.stop() == 0
    eventually(lambda: states()[-1] == "stopped")


def test_its_last_word_is_that_it_is_stopped(folder: Path, broker: Mosquitto, client: Client) -> None:
    """Also where it speaks all the time."""
    often = """
import asyncio, types, uns.service.telling as telling
telling.asyncio = types.SimpleNamespace(sleep=lambda _, sleep=asyncio.sleep: sleep(0.005))
"""
    with Service(folder, broker.url, often) as service:
        service.ready()
        assert service.stop() == 0
    client.publish("acme/end", {})
    eventually(lambda: client.bodies("acme/end") == [{}])
    said = [json.loads(each.payload)["state"] for each in client.messages if each.topic == "acme/_uns/uns"]
    assert (said[-1], said.count("stopped")) == ("stopped", 1)


def test_rejections_are_told_as_they_happen(service: Service, client: Client) -> None:
    client.publish("plc/L1/filler/pressure", {"Val": 1})
    (told,) = eventually(lambda: client.bodies("acme/_uns/uns/rejected"))
    assert (told["topic"], told["site"], told["findings"][0]["code"]) == (
        "plc/L1/filler/pressure",
        "dallas",
        "rule-none",
    )


def test_metrics_bear_the_promised_names(service: Service, client: Client) -> None:
    client.publish("plc/L1/filler/temperature", {"Val": 20, "ts": now()})
    eventually(lambda: values(client))
    service.settled()
    text = service.get("/metrics")
    for line in (
        "uns_messages_received_total 1.0", "uns_messages_acknowledged_total 1.0", "uns_messages_qos0_total 0.0",
        "uns_messages_cut_off_total 0.0", 'uns_decisions_total{outcome="published"} 1.0', "uns_link_connected 1.0",
        'uns_in_flight{of="messages"} 0.0', 'uns_in_flight{of="decisions"} 0.0', "uns_latency_seconds_count 1.0",
        "uns_possible_gaps_total 0.0", "uns_quarantine_entries 0.0", "uns_quarantine_overflow_total 0.0",
        "uns_stale_signals 0.0", "uns_bundle_info{revision=", "uns_bundle_age_seconds ", "uns_timeline_age_seconds ",
    ):  # fmt: skip
        assert line in text


def test_the_status_names_what_has_fallen_silent(folder: Path, broker: Mosquitto, client: Client) -> None:
    standard = folder / "naming_rules" / "standard.yaml"
    text = standard.read_text(encoding="utf-8")
    standard.write_text(text.replace("temperature: {", "temperature: {every: 1s, "), encoding="utf-8")
    with Service(folder, broker.url) as service:
        service.ready()
        client.publish("plc/L1/filler/temperature", {"Val": 20, "ts": now() - 60_000})
        eventually(lambda: service.get("/status")["stale"] == [FILLER])
        assert service.get("/status")["stale_signals"] == 1
