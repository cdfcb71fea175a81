"""A fault of ours at one message, wherever on the path: the message is kept, said loudly, and the others flow.

The faults are put into a real service by a program that spoils one function for whatever has `poison` in it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.mosquitto import Mosquitto
from support.plant import GOVERNED, Client, Service, now, reasons
from support.waiting import eventually

FILLER = GOVERNED.format("filler")
SPOILING = """
from importlib import import_module

def spoil(module, names):
    owner = import_module(module)
    *outer, name = names.split(".")
    for each in outer:
        owner = getattr(owner, each)
    whole = getattr(owner, name)

    def spoilt(*arguments, **named):
        text = repr([getattr(each, "topic", each) for each in arguments])
        if "poison" in text and "service-fault" not in text:
            raise RuntimeError("spoilt")
        return whole(*arguments, **named)

    setattr(owner, name, spoilt)

spoil(*"{place}".split(":"))
"""
READING = ("plc/L1/poison/temperature", {"Val": 1})
UNWANTED = ("plc/L1/poison/pressure", {"Val": 1})
RECORD = ("mes/orders", {"event": "START", "line": "L2", "order": "poison"})


@pytest.fixture
def service(place: str, folder: Path, broker: Mosquitto) -> Iterator[Service]:
    with Service(folder, broker.url, SPOILING.replace("{place}", place)) as running:
        running.ready()
        yield running


def kept(service: Service) -> set[tuple[str, str]]:
    """Topics and codes in the registry's quarantine."""
    with sqlite3.connect(service.folder / "uns.db") as registry:
        return {(topic, code) for topic, code in registry.execute("SELECT topic, code FROM quarantine_entry")}


def between_good_ones(client: Client, service: Service, topic: str, body: dict[str, object]) -> None:
    """The message among others, once everything that was sent has come to its end."""
    at = now()
    client.publish("plc/L1/filler/temperature", {"Val": 1, "ts": at})
    client.publish(topic, {**body, "ts": at, "at": at})
    client.publish("plc/L1/filler/temperature", {"Val": 2, "ts": at + 1})
    client.publish("plc/L1/filler/pressure", {"Val": 2, "ts": at + 1})
    eventually(lambda: len(client.bodies(FILLER)) == 2, why=service.said)
    messages, decisions = service.settled()
    assert messages["received"] == messages["acknowledged"] == 4
    assert decisions.pop("made") == sum(decisions.values()) == 4
    assert [each["value"] for each in client.bodies(FILLER)] == [1.0, 2.0]
    assert "this program failed" in service.said()
    assert "no link to the broker" not in service.said()
    assert "do not balance" not in service.said()


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("uns.contextualize:contextualize", READING),
        ("uns.publisher:Publisher.judge", READING),
        ("uns.service.path:Outgoing", READING),
        ("uns.broker.outbox:publish", READING),
        ("uns.service.refusal:site_of", UNWANTED),
        ("uns.journal.store:Store._refuse", UNWANTED),
        ("uns.context.timeline:Timeline.take", RECORD),
        ("uns.journal.store:Store._announce", RECORD),
    ],
)
def test_the_message_is_kept_as_a_service_fault(
    place: str, message: tuple[str, dict[str, object]], service: Service, client: Client
) -> None:
    between_good_ones(client, service, *message)
    wanted = {(message[0], "service-fault"), ("plc/L1/filler/pressure", "rule-none")}
    eventually(lambda: kept(service) == wanted, why=lambda: kept(service))


@pytest.mark.parametrize("place", ["uns.service.own:Own.rejected"])
def test_what_is_only_told_harms_nothing(place: str, service: Service, client: Client) -> None:
    between_good_ones(client, service, *UNWANTED)
    wanted = {(UNWANTED[0], "rule-none"), ("plc/L1/filler/pressure", "rule-none")}
    eventually(lambda: kept(service) == wanted, why=lambda: kept(service))


@pytest.mark.parametrize("place", ["uns.registry.quarantine:keep"])
def test_what_the_registry_cannot_be_given_stays_in_the_journal_and_the_others_arrive(
    place: str, service: Service, client: Client
) -> None:
    between_good_ones(client, service, *UNWANTED)
    eventually(lambda: kept(service) == {("plc/L1/filler/pressure", "rule-none")}, why=lambda: kept(service))
    service.ready("degraded")
    assert "1 entry stays in the journal" in reasons(service)
    with sqlite3.connect(service.folder / ".uns" / "journal.db") as journal:
        eventually(lambda: journal.execute("SELECT topic FROM messages").fetchall() == [(UNWANTED[0],)])


@pytest.mark.parametrize("place", ["uns.service.own:instance_of"])
def test_what_somebody_says_to_the_service_itself(place: str, service: Service, client: Client) -> None:
    client.publish("acme/_uns/uns", json.dumps({"run": "poison"}).encode())
    client.publish("plc/L1/filler/temperature", {"Val": 1, "ts": now()})
    eventually(lambda: client.bodies(FILLER), why=service.said)
    assert "this program failed" in service.said()
    assert "no link to the broker" not in service.said()
