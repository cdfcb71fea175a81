"""Everything that MQTT lets a client say and do, between good messages: none of these is lost, and all is counted."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import mqtt5
from mqtt5 import ConnectPacket, Packet, PubAckPacket, PublishPacket, QoS, SubscribePacket, TopicFilter
from support.load import Load, nothing_is_lost
from support.mosquitto import Mosquitto
from support.plant import Client, Service, now
from support.waiting import eventually

RAW = "plc/L1/stranger/temperature"
GOOD = b'{"Val": 1, "ts": %d}'
NO_NAMES = ("\ufffe", "\U0001ffff", "\x01", "\x7f", "\u202e", "é" * 10_000)
"""Mosquitto ends a connection at some of them, and lets others pass."""


class Wire:
    """A client that says what it likes and hears nothing."""

    def __init__(self, port: int, name: str, **more: Any) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.say(ConnectPacket(name, **{"clean_start": True, **more}))
        self.heard()

    def say(self, *packets: Packet) -> bool:
        """Whether the broker still bears it."""
        return self.says(b"".join(each.write() for each in packets))

    def says(self, packets: bytes) -> bool:
        try:
            self.socket.sendall(packets)
        except OSError:
            return False
        return True

    def heard(self) -> bytes:
        """Nothing where it hung up."""
        try:
            return self.socket.recv(1_000)
        except OSError:
            return b""

    def settles(self) -> None:
        """Until the broker has read all of it, or has hung up."""
        self.say(mqtt5.PingReqPacket())
        while (heard := self.heard()) and not heard.endswith(mqtt5.PingRespPacket().write()):
            pass

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


MARK = "@@@"
NOT_UTF8 = (b"\xed\xa0\x80", b"\xff\xfe\xfd", b"a\x00b", b"\xc3\x28x", b"\xef\xbf\xbe", b"\xf8\x88\x80")
"""In place of the mark: surrogates, a NUL, and what is no character at all."""


def sayings(chance: Random) -> Iterator[dict[str, Any]]:
    """Members of a PUBLISH, one each: the broker may hang up at any."""
    for topic in (
        "plc/" + "/".join("a" * 199), "plc/" + "/".join("a" * 200), "plc/" + "x" * 65_531, "plc/" + "ü" * 32_765,
        "plc//", "plc/ /\u2028", f"plc/{MARK}",
    ):  # fmt: skip
        yield {"topic": topic}
    for name in NO_NAMES:
        yield {"user_properties": [(name, name), ("id", name)]}
    yield {"user_properties": [(MARK, MARK)]}
    yield {"user_properties": [(f"name {each}", "x" * 50) for each in range(1_000)]}
    own = [("id", "forged"), ("source", "plc/else"), ("timestamp", "2999-01-01T00:00:00.000Z"), ("clock", "backlog")]
    yield {"user_properties": own * 3}
    for kind in ("image/png", "", "text/plain; charset=utf-16", "é" * 1_000, MARK):
        yield {"content_type": kind}
    yield {"message_expiry_interval": 1}
    yield {"message_expiry_interval": 0}
    yield {"payload_format_indicator": 1, "payload": b"\xff\xfe"}
    yield {"response_topic": "acme/dallas/answer", "correlation_data": chance.randbytes(60_000)}
    yield {"response_topic": MARK}
    for payload in (b"", GOOD % now(), b""):
        yield {"payload": payload, "retain": True}
    yield {"topic_alias": 3}
    yield {"payload": chance.randbytes(500)}


def forms(members: dict[str, Any]) -> Iterator[bytes]:
    """At each quality of service; and with each text that is none, where there is a mark."""
    for qos, number in ((QoS.AT_MOST_ONCE, None), (QoS.AT_LEAST_ONCE, 1), (QoS.EXACTLY_ONCE, 2)):
        whole = {"topic": RAW, "payload": GOOD % now(), "qos": qos, "packet_id": number, **members}
        packet = PublishPacket(whole.pop("topic"), whole.pop("payload"), **whole).write()
        yield from (packet.replace(MARK.encode(), each) for each in (NOT_UTF8 if MARK.encode() in packet else (b"",)))


def says_them_all(port: int, chance: Random) -> int:
    """How often the broker hung up."""
    ended = 0
    for members in sayings(chance):
        for form in forms(members):
            with Wire(port, "stranger") as wire:
                wire.says(form + mqtt5.PingReqPacket().write())
                heard = wire.heard()
                ended += not heard or heard[:1] == b"\xe0"
    return ended


def storms(port: int) -> None:
    """The same packets over and over, each with DUP and none of its answers heard; at QoS 2 none is released."""
    for qos in (QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE):
        with Wire(port, "storm") as wire:
            for number in range(300):
                again = {"packet_id": 1 + number % 7, "qos": qos, "duplicate": True}
                wire.say(PublishPacket(RAW, GOOD % (now() + number), **again))
            wire.settles()
    with Wire(port, "aliases") as wire:
        for number in range(300):
            alias = 1 + number % 5
            wire.say(PublishPacket(RAW, GOOD % now(), topic_alias=alias), PublishPacket("", b"1", topic_alias=alias))
        wire.settles()
        wire.say(PubAckPacket(77))


@contextmanager
def deaf(port: int) -> Iterator[None]:
    """It is given everything there is, and never reads."""
    with Wire(port, "deaf") as wire:
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        wire.say(SubscribePacket(1, [TopicFilter("#", max_qos=QoS.AT_LEAST_ONCE)]))
        yield


def test_whatever_strangers_say_the_good_messages_arrive(
    service: Service, broker: Mosquitto, watcher: Client, overheard: Client, machines: Client, chance: Random
) -> None:
    with deaf(broker.port):
        load = Load(machines, 200)
        print(says_them_all(broker.port, chance), "times the broker hung up")
        storms(broker.port)
        sent = load.stop()
        nothing_is_lost(sent, service, watcher, overheard)
    assert service.counters()[0]["received"] > len(sent) + 700, "the storms reached it"
    assert service.process.poll() is None
    assert "Traceback" not in service.said()
    assert "this program failed" not in service.said()
    service.ready("ready", "degraded")


def test_a_stranger_that_connects_under_our_name_costs_nothing(
    service: Service, broker: Mosquitto, watcher: Client, overheard: Client, machines: Client
) -> None:
    """Mosquitto 2.0.11 hands him our session without a word; what he is given and does not acknowledge comes again.

    A later one says that the session was taken over: then the service ends, and is started again.
    """

    def has_ended() -> bool:
        return service.process.poll() is not None

    load = Load(machines, 200)
    for turn in range(3):
        service.ready()
        with Wire(broker.port, "uns", clean_start=False, session_expiry_interval=3600) as wire:
            eventually(lambda n=turn: has_ended() or service.said().count("] connected ") == n + 2, why=service.said)
            assert wire.heard() is not None
        if has_ended():
            assert service.said().count("another process took this session over") == turn + 1
            service.start()
    nothing_is_lost(load.stop(), service, watcher, overheard)
