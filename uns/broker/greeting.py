"""One short visit to the broker: what it answers, and whether it hands back what we publish."""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass, field
from typing import Final

import mqtt5
from mqtt5 import (
    ConnAckPacket,
    ConnectPacket,
    PubAckPacket,
    PublishPacket,
    QoS,
    SubAckPacket,
    SubscribePacket,
    TopicFilter,
)

from uns.broker.endpoint import Endpoint
from uns.broker.framing import Framing
from uns.broker.reasons import words

PATIENCE: Final = 5.0


@dataclass(slots=True)
class Greeting:
    """What the broker said. `refused` is in words; empty where all is well."""

    refused: str = ""
    receive_maximum: int = 0
    largest: int | None = None
    unwritable: str = ""
    """Why a message on our own topic did not come back."""
    _packets: list[mqtt5.Packet] = field(default_factory=list)


def greet(endpoint: Endpoint, client_id: str, topic: str) -> Greeting:
    """Connect with a clean session, publish on a topic of our own and read it back. OSError: it cannot be reached."""
    greeting = Greeting()
    framing = Framing(greeting._packets.append)
    raw = socket.create_connection((endpoint.host, endpoint.port), PATIENCE)
    tls = endpoint.tls_context()
    with tls.wrap_socket(raw, server_hostname=endpoint.host) if tls else raw as connection:
        connection.settimeout(PATIENCE)
        password = endpoint.password()
        connection.sendall(
            ConnectPacket(
                client_id, username=endpoint.username, password=password.encode() if password else None,
                clean_start=True, keep_alive=30,
            ).write()
        )  # fmt: skip
        answer = _next(connection, framing, greeting, ConnAckPacket)
        if not isinstance(answer, ConnAckPacket):
            greeting.refused = "it accepts connections and does not answer"
        elif answer.reason_code != 0:
            greeting.refused = words(answer.reason_code, answer.reason_str)
        else:
            greeting.receive_maximum, greeting.largest = answer.receive_max, answer.max_packet_size
            greeting.unwritable = _round_trip(connection, framing, greeting, topic)
            connection.sendall(mqtt5.DisconnectPacket().write())
    return greeting


def _round_trip(connection: socket.socket, framing: Framing, greeting: Greeting, topic: str) -> str:
    token = secrets.token_bytes(8)
    connection.sendall(SubscribePacket(1, [TopicFilter(topic, max_qos=QoS.AT_LEAST_ONCE)]).write())
    subscribed = _next(connection, framing, greeting, SubAckPacket)
    if isinstance(subscribed, SubAckPacket) and int(subscribed.reason_codes[0]) >= 0x80:
        return f"the subscription was refused, {words(subscribed.reason_codes[0])}"
    connection.sendall(PublishPacket(topic, token, qos=QoS.AT_LEAST_ONCE, packet_id=2).write())
    accepted = _next(connection, framing, greeting, PubAckPacket)
    if isinstance(accepted, PubAckPacket) and int(accepted.reason_code) >= 0x80:
        return f"the publish was refused, {words(accepted.reason_code)}"
    back = _next(connection, framing, greeting, PublishPacket)
    return "" if isinstance(back, PublishPacket) and back.payload == token else "what was published did not come back"


def _next(
    connection: socket.socket, framing: Framing, greeting: Greeting, kind: type[mqtt5.Packet]
) -> mqtt5.Packet | None:
    """The next packet of a kind, or None where none comes in time."""
    while True:
        for packet in greeting._packets:
            if isinstance(packet, kind):
                greeting._packets.remove(packet)
                return packet
        try:
            data = connection.recv(65_536)
        except TimeoutError:
            return None
        if not data:
            return None
        framing.feed(data)
