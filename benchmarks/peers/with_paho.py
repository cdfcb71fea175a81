"""The hand-written mapping on paho-mqtt: `python -m benchmarks.peers.with_paho PORT GIVEN [chained]`.

As everybody writes it: map and publish in `on_message`, after which paho acknowledges. `chained`: with `manual_ack`,
acknowledged once the broker has accepted what was published, in the order of receipt.
"""

from __future__ import annotations

import json
import socket
import sys
from collections import deque
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.peers.mapping import Mapping

AT_ONCE = 1000


class Peer:
    def __init__(self, mapping: Mapping, chained: bool) -> None:
        self.mapping = mapping
        self.waiting: deque[tuple[int, int]] = deque()
        """Of what was received and is not acknowledged yet: its id, and that of what was published for it or 0."""
        self.accepted: set[int] = set()
        self.client = client = Client(CallbackAPIVersion.VERSION2, "peer", clean_session=False, manual_ack=chained)
        client.max_inflight_messages_set(AT_ONCE)
        client.max_queued_messages_set(0)
        client.on_socket_open = lambda client, userdata, sock: at_once(sock)
        client.on_connect = lambda client, *_: client.subscribe("plc/dallas/#", qos=1)
        client.on_message = self.chain if chained else self.forward
        if chained:
            client.on_publish = self.published

    def publish(self, message: MQTTMessage) -> int:
        """Its id, or 0 where the message is refused."""
        governed = self.mapping.govern(message.topic, message.payload)
        return 0 if governed is None else self.client.publish(*governed, qos=1, retain=True).mid

    def forward(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        self.publish(message)

    def chain(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        published = self.publish(message)
        if message.qos:
            self.waiting.append((message.mid, published))
            self.acknowledge()

    def published(self, client: Client, userdata: Any, mid: int, *_: Any) -> None:
        self.accepted.add(mid)
        self.acknowledge()

    def acknowledge(self) -> None:
        while self.waiting and (not self.waiting[0][1] or self.waiting[0][1] in self.accepted):
            received, published = self.waiting.popleft()
            self.accepted.discard(published)
            self.client.ack(received, 1)

    def run(self, port: int) -> None:
        self.client.connect("127.0.0.1", port)
        self.client.loop_forever()


def at_once(sock: Any) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    Peer(Mapping(given), "chained" in sys.argv[3:]).run(int(sys.argv[1]))
