"""The outbox: ids within the window, in order, and what each answer of the broker makes of a publish."""

from __future__ import annotations

from collections.abc import Callable

import mqtt5
import pytest
from mqtt5 import PubAckReasonCode as Code
from mqtt5 import PublishPacket

from uns.broker.outbox import MOST_ABANDONED, MOST_UNANSWERED, Outbox, Outgoing


class Told:
    def __init__(self, renew: Callable[[Outgoing], None] = lambda outgoing: None) -> None:
        self.out: list[bytes] = []
        self.accepted: list[str] = []
        self.refused: list[tuple[str, str]] = []
        self.outbox = Outbox(self.out, self._accept, self._refuse, renew)

    def _accept(self, outgoing: Outgoing) -> None:
        self.accepted.append(outgoing.topic)

    def _refuse(self, outgoing: Outgoing, code: str, reason: str) -> None:
        self.refused.append((outgoing.topic, code))

    def publish(self, *topics: str) -> None:
        for topic in topics:
            self.outbox.publish(Outgoing(topic, b"x", True, (("id", "1"),), None))

    def written(self) -> list[PublishPacket]:
        left, packets = memoryview(b"".join(self.out)), []
        self.out.clear()
        while left:
            packet, size = mqtt5.read(left)
            assert isinstance(packet, PublishPacket)
            packets.append(packet)
            left = left[size:]
        return packets

    def answer(self, packet: PublishPacket, code: Code = Code.SUCCESS) -> None:
        assert packet.packet_id is not None
        self.outbox.answered(packet.packet_id, code)


@pytest.fixture
def told(request: pytest.FixtureRequest) -> Told:
    told = Told(**getattr(request, "param", {}))
    told.outbox.open(2, None, session=True)
    return told


def topics(packets: list[PublishPacket]) -> list[str]:
    return [each.topic for each in packets]


def test_no_more_is_under_way_than_the_broker_takes(told: Told) -> None:
    told.publish("a", "b", "c", "d")
    first = told.written()
    assert topics(first) == ["a", "b"]
    told.answer(first[0])
    told.answer(first[1], Code.NO_MATCHING_SUBSCRIBERS)
    assert topics(told.written()) == ["c", "d"]
    assert told.accepted == ["a", "b"]


def test_an_answer_without_a_word_is_one(told: Told) -> None:
    told.publish("a", "b", "c")
    for each in told.written():
        told.outbox.arrived(each.packet_id or 0)
    assert (told.accepted, topics(told.written())) == (["a", "b"], ["c"])


@pytest.mark.parametrize("told", [{"renew": Outgoing.unretained}], indirect=True)
def test_what_is_not_to_be_kept_any_more_is_sent_again_without_retain(told: Told) -> None:
    told.publish("a")
    (before,) = told.written()
    told.answer(before, Code.QUOTA_EXCEEDED)
    told.outbox.retry(2)
    (again,) = told.written()
    assert (before.retain, again.retain, again.duplicate, again.topic) == (True, False, False, "a")


def test_what_was_not_answered_goes_first_on_the_next_connection(told: Told) -> None:
    told.publish("a", "b", "c")
    before = told.written()
    told.outbox.cut()
    told.publish("d")
    assert told.written() == []
    told.outbox.open(10, None, session=True)
    again = told.written()
    assert topics(again) == ["a", "b", "c", "d"]
    assert [each.duplicate for each in again] == [True, True, False, False]
    assert [each.packet_id for each in again[:2]] == [each.packet_id for each in before]
    assert len({each.packet_id for each in again}) == 4


def test_without_our_session_it_is_all_new_to_the_broker(told: Told) -> None:
    told.publish("a", "b")
    told.written()
    told.outbox.cut()
    told.outbox.open(10, None, session=False)
    assert [each.duplicate for each in told.written()] == [False, False]


@pytest.mark.parametrize("code", [Code.NOT_AUTHORIZED, Code.TOPIC_NAME_INVALID, Code.PAYLOAD_FORMAT_INVALID])
def test_refused_for_good(told: Told, code: Code) -> None:
    told.publish("a", "b", "c")
    told.answer(told.written()[0], code)
    assert told.refused == [("a", "publish-refused")]
    assert topics(told.written()) == ["c"]


@pytest.mark.parametrize("code", [Code.UNSPECIFIED_ERROR, Code.IMPLEMENTATION_SPECIFIC_ERROR, Code.QUOTA_EXCEEDED])
def test_what_the_broker_cannot_take_now_holds_all_behind_it(told: Told, code: Code) -> None:
    told.publish("a", "b", "c")
    a, b = told.written()
    told.answer(a, code)
    told.answer(b)
    assert told.written() == []
    told.outbox.retry(2)
    assert topics(told.written()) == ["a", "c"]
    assert told.refused == []


def test_an_id_that_the_broker_holds_in_use_is_left_alone(told: Told) -> None:
    told.publish("a")
    (first,) = told.written()
    told.answer(first, Code.PACKET_ID_IN_USE)
    (second,) = told.written()
    assert (second.topic, second.duplicate) == ("a", False)
    assert second.packet_id != first.packet_id


def test_what_the_broker_could_not_take_keeps_its_place_beyond_the_connection(told: Told) -> None:
    told.publish("a", "b")
    before = told.written()
    told.answer(before[1], Code.QUOTA_EXCEEDED)
    told.outbox.cut()
    told.outbox.open(10, None, session=True)
    again = told.written()
    assert [(each.topic, each.duplicate) for each in again] == [("a", True), ("b", False)]
    assert again[1].packet_id not in {each.packet_id for each in before}


def test_a_broker_that_holds_every_id_in_use_is_waited_for(told: Told) -> None:
    told.publish("a")
    for _ in range(MOST_ABANDONED):
        told.answer(told.written()[0], Code.PACKET_ID_IN_USE)
    told.answer(told.written()[0], Code.PACKET_ID_IN_USE)
    assert told.written() == []
    told.outbox.retry(2)
    assert topics(told.written()) == ["a"]


def test_ids_are_left_for_other_packets_however_much_the_broker_takes(told: Told) -> None:
    told.outbox.open(65_535, None, session=True)
    told.publish(*["a"] * (MOST_UNANSWERED + 1))
    assert len(told.outbox.sent) == MOST_UNANSWERED
    assert told.outbox.next_id() not in told.outbox.sent


def test_an_answer_for_nothing_is_nothing(told: Told) -> None:
    told.outbox.answered(77, Code.SUCCESS)
    told.outbox.arrived(77)
    assert told.accepted == []


def test_ids_are_used_again_and_never_twice_at_once(told: Told) -> None:
    told.outbox.open(1000, None, session=True)
    for _ in range(70):
        told.publish(*["a"] * 1000)
        packets = told.written()
        assert len({each.packet_id for each in packets}) == 1000
        for each in packets:
            told.answer(each)
    assert len(told.accepted) == 70_000


@pytest.mark.parametrize(
    ("outgoing", "code"),
    [
        (Outgoing("a", b"x" * 101, True, None, None), "publish-too-large"),
        (Outgoing("a", b"x", True, (("source", "s" * 70_000),), None), "publish-too-large"),
        (Outgoing("a\0b", b"x", True, None, None), "topic-illegal"),
        (Outgoing("a\ufffeb", b"x", True, None, None), "topic-illegal"),
    ],
)
def test_what_would_cost_the_connection_is_not_sent(told: Told, outgoing: Outgoing, code: str) -> None:
    told.outbox.open(10, 100, session=True)
    told.outbox.publish(outgoing)
    assert told.written() == []
    assert told.refused == [(outgoing.topic, code)]
    assert len(told.outbox) == 0


def test_characters_that_no_property_may_hold_are_escaped(told: Told) -> None:
    told.outbox.publish(Outgoing("a", b"x", True, (("source", "plc\0ü"),), None))
    (packet,) = told.written()
    assert packet.user_properties == [("source", "plc\\u0000ü")]
