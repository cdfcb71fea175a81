"""The hand-written mapping on awscrt: `python -m benchmarks.peers.with_awscrt PORT GIVEN [chained]`.

As its samples show it: map and publish in the callback, after which awscrt acknowledges. `chained`: it takes the
acknowledgement into its own hands and gives it once the broker has accepted what was published.
"""

from __future__ import annotations

import json
import sys
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from awscrt import io, mqtt5

from benchmarks.peers.mapping import Mapping

WEEK = 7 * 24 * 3600


class Peer:
    def __init__(self, port: int, mapping: Mapping, chained: bool) -> None:
        self.mapping = mapping
        loops = io.EventLoopGroup(1)
        self.client = mqtt5.Client(
            mqtt5.ClientOptions(
                host_name="127.0.0.1",
                port=port,
                bootstrap=io.ClientBootstrap(loops, io.DefaultHostResolver(loops)),
                connect_options=mqtt5.ConnectPacket(
                    client_id="peer", keep_alive_interval_sec=30, session_expiry_interval_sec=WEEK, receive_maximum=1000
                ),
                session_behavior=mqtt5.ClientSessionBehaviorType.REJOIN_ALWAYS,
                on_publish_callback_fn=self.chain if chained else self.publish,
                on_lifecycle_event_connection_success_fn=self.subscribe,
            )
        )

    def subscribe(self, _: Any) -> None:
        plant = mqtt5.Subscription(topic_filter="plc/dallas/#", qos=mqtt5.QoS.AT_LEAST_ONCE)
        self.client.subscribe(mqtt5.SubscribePacket(subscriptions=[plant]))

    def publish(self, received: Any) -> Future[Any] | None:
        raw = received.publish_packet
        governed = self.mapping.govern(raw.topic, raw.payload or b"")
        if governed is None:
            return None
        topic, payload = governed
        packet = mqtt5.PublishPacket(topic=topic, payload=payload, qos=mqtt5.QoS.AT_LEAST_ONCE, retain=True)
        published: Future[Any] = self.client.publish(packet)
        return published

    def chain(self, received: Any) -> None:
        if received.acquire_publish_acknowledgement_control is None:
            self.publish(received)
            return
        raw = received.acquire_publish_acknowledgement_control()
        published = self.publish(received)
        if published is None:
            self.client.invoke_publish_acknowledgement(raw)
        else:
            published.add_done_callback(
                lambda done: done.exception() or self.client.invoke_publish_acknowledgement(raw)
            )


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    Peer(int(sys.argv[1]), Mapping(given), "chained" in sys.argv[3:]).client.start()
    threading.Event().wait()
