"""One short visit to the broker, with a clean session: what it answers, what it lets us do, and what comes by."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from time import monotonic, time_ns
from typing import Final, Self, TypeVar

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
AT_ONCE: Final = 20
"""Publishes that any broker takes before it has answered the first."""
REFUSED: Final = 0x80
Packet = TypeVar("Packet", bound=mqtt5.Packet)


class Visit:
    """Connected once this is made, unless `refused` says in words why not. OSError: the broker cannot be reached."""

    def __init__(self, endpoint: Endpoint, client_id: str, *, resume: bool = False, keep: int = 0) -> None:
        """`resume` an earlier visit's session; `keep` this one's for so many seconds."""
        self.refused = ""
        self.receive_maximum = 0
        self._number = 0
        self._packets: list[mqtt5.Packet] = []
        self.heard: list[tuple[PublishPacket, int]] = []
        """Messages, each with the time of its arrival."""
        self._framing = Framing(self._packets.append, receive=lambda each: self.heard.append((each, time_ns())))
        raw = socket.create_connection((endpoint.host, endpoint.port), PATIENCE)
        tls = endpoint.tls_context()
        self._connection = tls.wrap_socket(raw, server_hostname=endpoint.host) if tls else raw
        password = endpoint.password()
        self._connection.sendall(
            ConnectPacket(
                client_id, username=endpoint.username, password=password.encode() if password else None,
                clean_start=not resume, keep_alive=30, session_expiry_interval=keep,
            ).write()
        )  # fmt: skip
        answer = self._next(ConnAckPacket)
        if answer is None:
            self.refused = "it accepts connections and does not answer"
        elif answer.reason_code != 0:
            self.refused = words(answer.reason_code, answer.reason_str)
        else:
            self.receive_maximum = answer.receive_max

    def subscribe(self, patterns: Iterable[str], qos: QoS = QoS.AT_MOST_ONCE) -> dict[str, str]:
        """The filters that are refused, each with the reason in words. What is retained there comes before the next."""
        refused = {}
        for pattern in patterns:
            self._connection.sendall(SubscribePacket(self._next_number(), [TopicFilter(pattern, max_qos=qos)]).write())
            answer = self._next(SubAckPacket)
            code = answer.reason_codes[0] if answer is not None else None
            if code is None or int(code) >= REFUSED:
                why = words(code) if code is not None else "no answer"
                refused[pattern] = f"the subscription was refused, {why}"
        return refused

    def publish(self, topics: Sequence[str]) -> dict[str, str]:
        """An empty message on each, not retained: those that are refused, each with the reason in words."""
        refused = {}
        for at in range(0, len(topics), AT_ONCE):
            waiting = {self._next_number(): topic for topic in topics[at : at + AT_ONCE]}
            packets = [PublishPacket(each, b"", qos=QoS.AT_LEAST_ONCE, packet_id=n) for n, each in waiting.items()]
            self._connection.sendall(b"".join(packet.write() for packet in packets))
            while waiting and (answer := self._next(PubAckPacket)):
                topic = waiting.pop(answer.packet_id, "")
                if int(answer.reason_code) >= REFUSED:
                    why = words(answer.reason_code, answer.reason_str)
                    refused[topic] = f"the publish was refused, {why}"
            refused |= dict.fromkeys(waiting.values(), "the publish was not answered")
        return refused

    def round_trip(self, topics: Sequence[str]) -> dict[str, str]:
        """Publish on each and read it back: those with which that fails, each with the reason in words."""
        failed = self.subscribe(topics)
        failed |= self.publish([each for each in topics if each not in failed])
        expected = set(topics).difference(failed)
        self.listen(PATIENCE / 2, lambda: expected <= {packet.topic for packet, _ in self.heard})
        missing = expected.difference(packet.topic for packet, _ in self.heard)
        return failed | dict.fromkeys(sorted(missing), "what was published did not come back")

    def listen(self, seconds: float, enough: Callable[[], bool] = bool) -> None:
        """Take what comes, for so long, or until `enough()`."""
        until = monotonic() + seconds
        while not enough() and (left := until - monotonic()) > 0:
            if not self._read(left):
                return

    def acknowledge(self) -> None:
        """What was heard at QoS 1, so that more of it comes."""
        unanswered = [each for each, _ in self.heard if each.packet_id is not None]
        self._connection.sendall(b"".join(PubAckPacket(each.packet_id or 0).write() for each in unanswered))

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _next(self, kind: type[Packet]) -> Packet | None:
        """The next packet of a kind, or None where none comes in time."""
        until = monotonic() + PATIENCE
        while True:
            for packet in self._packets:
                if isinstance(packet, kind):
                    self._packets.remove(packet)
                    return packet
            left = until - monotonic()
            if left <= 0 or not self._read(left):
                return None

    def _read(self, seconds: float) -> bool:
        """False where nothing came, or nothing will."""
        self._connection.settimeout(max(seconds, 0.001))
        try:
            data = self._connection.recv(65_536)
        except TimeoutError:
            return False
        finally:
            self._connection.settimeout(PATIENCE)
        if data:
            self._framing.feed(data)
        return bool(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._connection.sendall(mqtt5.DisconnectPacket().write())
        except OSError:
            pass
        self._connection.close()
