"""The publisher's memory comes back from the broker: the retained values under the equipment that we own."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from random import Random
from time import time_ns
from typing import Final

import orjson
from mqtt5 import PublishPacket

from uns.broker.endpoint import Endpoint
from uns.broker.requests import Filter
from uns.broker.session import Hooks, Session
from uns.bundle import Bundle
from uns.decode import BY_RECEIPT
from uns.instant import SECOND, Instant, from_datetime
from uns.publisher import Publisher

DAY: Final = 86_400 * SECOND


async def restore(
    endpoint: Endpoint, instance: str, bundle: Bundle, publisher: Publisher, told: Callable[[str], None],
    before: Bundle | None = None,
) -> int:  # fmt: skip
    """How many topics were remembered: of what the bundle owns, and the one before it did not.

    It waits for the broker, however long that takes.
    """
    owned = sorted(_owned(bundle) - (_owned(before) if before is not None else set()))
    return await _Restoring(endpoint, instance, bundle, owned, publisher, told).run() if owned else 0


def _owned(bundle: Bundle) -> set[str]:
    return {f"{bundle.standard.root}/{path}/#" for file in bundle.files for path in file.owns}


class _Restoring:
    def __init__(
        self, endpoint: Endpoint, instance: str, bundle: Bundle, owned: list[str], publisher: Publisher,
        told: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.publisher, self.told, self.names = publisher, told, bundle.standard.names
        self.filters = [Filter(each, fresh=True, qos=0) for each in owned]
        hooks = Hooks(self.receive, _nothing, _nothing, _nothing, self.opened, self.closed)
        name = f"{instance}-restore-{secrets.token_hex(4)}"
        self.session = Session(endpoint, name, hooks, chance=Random(name), clean=True)
        self.settled = asyncio.Event()
        self.subscribing: asyncio.Task[None] | None = None
        self.found = 0

    async def run(self) -> int:
        running = asyncio.ensure_future(self.session.run())
        try:
            await self.settled.wait()
        finally:
            self.session.stop()
            await running
            self.publisher.sort()
        return self.found

    def opened(self, session: bool) -> None:
        self.subscribing = asyncio.ensure_future(self._subscribe())

    def closed(self, why: str) -> None:
        if self.subscribing is not None:
            self.subscribing.cancel()
        if not self.settled.is_set():
            self.told(why)

    async def _subscribe(self) -> None:
        """At QoS 0 the retained values leave before anything else that is asked later is answered."""
        try:
            await self.session.subscribe(self.filters)
            await self.session.subscribe([self.filters[0]._replace(fresh=False)])
        except ConnectionError as error:
            self.session.cut(str(error))
            return
        self.settled.set()

    def receive(self, packet: PublishPacket) -> None:
        if packet.retain and packet.payload:
            self._take(packet)

    def _take(self, packet: PublishPacket) -> None:
        properties = dict(packet.user_properties)
        source, identity = properties.get("source"), properties.get("id")
        if not source or not identity:
            return
        time, quality = properties.get("timestamp"), properties.get("quality", "")
        if time is None:
            body = _members(packet.payload)
            time, quality = str(body.get("timestamp", "")), str(body.get("quality", ""))
        instant = _instant(time)
        if instant is not None:
            name, now = self.names.get(packet.topic.rpartition("/")[2]), time_ns()
            ahead = 0 if properties.get("clock") in BY_RECEIPT else DAY  # a clock of ours may have been set back since
            believed = instant if instant < now + ahead else now  # or no reading would become current until then
            self.publisher.restore(packet.topic, source, identity, believed, quality, name)
            self.found += 1


def _nothing(*_: object) -> None:
    pass


def _members(payload: bytes) -> dict[str, object]:
    try:
        body = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _instant(text: str) -> Instant | None:
    """What `rfc3339` wrote: UTC with `Z` and 3, 6 or 9 decimals."""
    seconds, _, decimals = text.removesuffix("Z").partition(".")
    if not text.endswith("Z") or not decimals.isdigit() or len(decimals) > 9:
        return None
    try:
        moment = datetime.fromisoformat(f"{seconds}+00:00")
    except ValueError:
        return None
    return from_datetime(moment) + int(decimals.ljust(9, "0"))
