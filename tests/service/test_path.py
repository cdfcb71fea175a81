"""The message path beside a broker that is not there: what becomes of a message that this program fails at."""

from __future__ import annotations

from pathlib import Path as Folder
from random import Random
from time import time_ns
from typing import Any

import mqtt5
from mqtt5 import PubAckReasonCode, PublishPacket, QoS
from support.project import bundle_of
from support.waiting import eventually

from uns.broker.endpoint import Endpoint
from uns.broker.session import Hooks, Session
from uns.context.timeline import Timeline
from uns.contextualize import contextualize
from uns.journal.journal import Journal
from uns.journal.store import Store
from uns.ledger import Entry
from uns.message import RawMessage
from uns.publisher import Publisher
from uns.service.path import Decide, Path
from uns.service.signals import identify_by
from uns.service.tallies import Tallies
from uns.service.told import NOBODY, Told

RULES = """
sources: [{topic: plc/#, value: /v, time: [/t, received]}]
rules:
  - {id: signal, from: 'plc/{line}/{asset}/{name}', to: 'line-{line}/{asset}/_telemetry/{name}'}
"""
TOPIC = "plc/3/filler/temperature"


def failing(raw: Any, *rest: Any) -> Any:
    if b"poison" in raw.payload:
        raise RecursionError("too\ndeep")
    return contextualize(raw, *rest)


def path_of(rules: str, journal: Journal, decide: Decide, told: Told = NOBODY) -> Path:
    bundle = bundle_of(rules)
    path = Path(bundle, Publisher(identify_by(bundle)), journal, told, decide=decide)
    path.timeline = Timeline.build()
    hooks = Hooks(path.receive, path.accepted, path.refused, path.turned, path.opened, lambda why: path.closed())
    path.session = Session(Endpoint("127.0.0.1", 1), "t", hooks, chance=Random(1), renew=path.renew)
    return path


def test_a_message_that_this_program_fails_at_is_kept_and_the_others_go_on(tmp_path: Folder) -> None:
    committed, failed = list[Any](), list[str]()
    journal = Journal(tmp_path, committed.extend)
    told = Told(failed=lambda topic, fault: failed.append(f"{topic}: {fault!r}"))
    path = path_of(RULES, journal, failing, told)
    for packet_id, payload in enumerate((b'{"v":1}', b"poison", b'{"v":2}'), 1):
        path.receive(PublishPacket(TOPIC, payload, qos=QoS.AT_LEAST_ONCE, packet_id=packet_id))
    eventually(lambda: committed)
    path.committed(committed)
    journal.stop()

    assert failed == [f"{TOPIC}: RecursionError('too\\ndeep')"]
    assert [b"1.0" in each.tail or b"2.0" in each.tail for each in path.session.outbox] == [True, True]
    assert path.ledger.outcomes["quarantined"] == 1
    assert path.ties_out()
    store = Store(tmp_path / "journal.db")
    ((_, kept),) = store.rejections(0, 10)
    store.close()
    assert kept.raw.payload == b"poison"
    assert kept.findings[0].code == "service-fault"
    assert kept.findings[0].message == "this program failed at the message: RecursionError: too deep"


GROUP = """
sources: [{topic: plc/#, each: '/{tag}', value: ., time: received}]
rules:
  - {id: signal, from: 'plc/{line}', tag: '{asset}', to: 'line-{line}/{asset}/_telemetry/temperature'}
"""


def test_what_the_broker_refuses_of_one_message_is_worked_out_again_once(tmp_path: Folder) -> None:
    decided, committed = list[RawMessage](), list[Any]()

    def counting(raw: RawMessage, *rest: Any) -> Any:
        decided.append(raw)
        return contextualize(raw, *rest)

    journal = Journal(tmp_path, committed.extend)
    path = path_of(GROUP, journal, counting)
    path.session.outbox.open(10, None, session=False)
    payload = b'{"filler": 1, "capper": 2, "labeler": 3}'
    path.receive(PublishPacket("plc/3", payload, qos=QoS.AT_LEAST_ONCE, packet_id=1))
    refused = PubAckReasonCode.NOT_AUTHORIZED
    for packet_id, reason in ((1, refused), (2, PubAckReasonCode.SUCCESS), (3, refused)):
        path.session.outbox.answered(packet_id, reason)
    eventually(lambda: len(committed) == 2)
    path.committed(committed)
    journal.stop()

    assert len(decided) == 2
    assert (path.ledger.outcomes["quarantined"], path.ledger.outcomes["published"]) == (2, 1)
    assert path.ledger.acknowledged == 1
    assert path.ties_out()
    store = Store(tmp_path / "journal.db")
    kept = [each.tag for _, each in store.rejections(0, 10)]
    store.close()
    assert kept == ["filler", "labeler"]


def test_what_the_broker_could_not_take_is_not_to_take_the_place_of_what_went_out_since(tmp_path: Folder) -> None:
    journal = Journal(tmp_path, lambda waits: None)
    path = path_of(RULES, journal, contextualize)
    outbox, out = path.session.outbox, path.session.out
    outbox.open(10, None, session=False)
    for number in (1, 2):
        payload = b'{"v": %d, "t": "2026-01-01T00:00:0%dZ"}' % (number, number)
        path.receive(PublishPacket(TOPIC, payload, qos=QoS.AT_LEAST_ONCE, packet_id=number))
    first, _ = mqtt5.read(b"".join(out))
    assert isinstance(first, PublishPacket)
    assert first.retain
    out.clear()
    outbox.answered(1, PubAckReasonCode.QUOTA_EXCEEDED)
    outbox.answered(2, PubAckReasonCode.SUCCESS)
    outbox.retry(10)
    again, _ = mqtt5.read(b"".join(out))
    journal.stop()
    assert isinstance(again, PublishPacket)
    assert (again.payload, again.retain) == (first.payload, False)


def test_what_repeats_a_publish_still_under_way_is_safe_only_with_it(tmp_path: Folder) -> None:
    """Acknowledged before, it would be lost with this process: the broker has neither of the two any more."""
    journal = Journal(tmp_path, lambda waits: None)
    path = path_of(RULES, journal, contextualize)
    payload = b'{"v": 1, "t": %d}' % (time_ns() // 1_000_000)
    outbox, packet = path.session.outbox, PublishPacket(TOPIC, payload, qos=QoS.AT_LEAST_ONCE, packet_id=1)
    outbox.open(10, None, session=False)
    path.receive(packet)
    outbox.cut()
    path.closed()
    path.opened(True)
    outbox.open(10, None, session=True)
    path.receive(packet)
    assert (path.ledger.outcomes["duplicate"], path.ledger.take_due()) == (1, [])
    outbox.answered(1, PubAckReasonCode.SUCCESS)
    journal.stop()
    assert [each.packet_id for each in path.ledger.take_due()] == [1]


ORDERS = """
sources: [{topic: mes/orders, each: /*, tag: ./id, time: received}]
rules:
  - {id: order, from: mes/orders, tag: +, record: batch, to: line-3, fields: {id: ./id, start: ./from, stop: ./to}}
"""


def test_orders_that_are_announced_again_leave_only_what_is_new_in_the_journal(tmp_path: Folder) -> None:
    committed = list[Any]()
    journal = Journal(tmp_path, committed.extend)
    path = path_of(ORDERS, journal, contextualize)
    orders = [
        f'{{"id": "B-{hour}", "from": "2026-01-01T{hour}:00:00Z", "to": "2026-01-01T{hour}:30:00Z"}}'
        for hour in (10, 11, 12)
    ]
    for packet_id, some in enumerate((orders[:2], orders, orders), 1):
        payload = f"[{', '.join(some)}]".encode()
        again = packet_id > 1
        path.receive(PublishPacket("mes/orders", payload, qos=QoS.AT_LEAST_ONCE, packet_id=packet_id, duplicate=again))
    eventually(lambda: len(committed) == 8)
    path.committed(committed)
    journal.stop()

    assert (path.ledger.outcomes["recorded"], path.ledger.acknowledged) == (8, 3)
    assert path.ties_out()
    store = Store(tmp_path / "journal.db")
    assert [each.record.fields["id"] for _, each in store.records(0, 10)] == ["B-10", "B-11", "B-12"]
    assert not any(each.kept.repeated for _, each in store.records(0, 10)), "quarantine would take it for kept already"
    store.close()


def test_what_the_service_says_to_itself_has_no_latency() -> None:
    tallies = Tallies()
    tallies.acknowledged([Entry(0, 1, 5.0), Entry(0, 2, 5.0, counted=False)], 5.5)
    assert (sum(tallies.latencies), tallies.latency_sum) == (1, 0.5)
