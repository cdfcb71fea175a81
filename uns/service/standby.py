"""Standing by: another process of this instance holds the lease, and this one waits for it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from uns.naming.unit import warm
from uns.service.health import Answer, HealthServer, json_answer
from uns.service.lease import Lease
from uns.settings import Settings, endpoint
from uns.telemetry import Log

LOOK_EVERY: Final = 0.25
ASK_EVERY: Final = 2.0
PATIENCE: Final = 5.0
"""Seconds without an answer after which a process passes for stuck."""


class Standby:
    """It is not connected to the broker, opens neither journal nor registry, and starts no API.

    It answers for itself where it has a port of its own; with the other's settings, once it serves.
    """

    def __init__(self, lease: Lease, settings: Settings, server: HealthServer, log: Log) -> None:
        self.lease, self.settings, self.server, self.log = lease, settings, server, log
        self.stuck = ""
        """Why the other process seems unwell; its lock is freed by its end alone."""

    async def wait(self, stop: asyncio.Event) -> bool:
        """Until the lease is ours; False where we are told to stop before."""
        holder, name = self.lease.holder(), self.settings.instance
        self.log.info("standing by: another process serves this instance", instance=name, pid=holder.pid)
        self.server.routes = {"/healthz": lambda: json_answer(200, {"status": "alive"}), "/readyz": self._ready}
        beside = [asyncio.ensure_future(each) for each in (self._answer(), self._ask(), asyncio.to_thread(warm))]
        try:
            while not self.lease.take():
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), LOOK_EVERY)
                    return False
        finally:
            for each in beside:
                each.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
        self.log.info("taking over: the process that served this instance has ended", instance=name)
        return True

    def _ready(self) -> Answer:
        waits = f"another process (pid {self.lease.holder().pid}) serves {self.settings.instance}"
        return json_answer(503 if self.stuck else 200, {"status": "standby", "reasons": [self.stuck or waits]})

    async def _answer(self) -> None:
        """Not before the other listens: its port might be the same, and then it is to have it."""
        while not self.lease.holder().health:
            await asyncio.sleep(LOOK_EVERY)
        host, port = endpoint(self.settings.health)
        try:
            bound = await self.server.start(host, port)
            self.log.info("answering while standing by", health=f"{host}:{bound}")
        except OSError:
            self.log.info("its port is in use, so this process answers once it serves", health=self.settings.health)

    async def _ask(self) -> None:
        while True:
            await asyncio.sleep(ASK_EVERY)
            pid, health = self.lease.holder()
            well = not health or await answers(health)
            told, self.stuck = self.stuck, "" if well else f"pid {pid} serves and does not answer at {health}"
            if self.stuck and not told:
                self.log.error(self.stuck, remedy=f"look at it; kill -9 {pid} ends it, and this process takes over")
            elif told and not self.stuck:
                self.log.info("the process that serves answers again", pid=pid)


async def answers(address: str) -> bool:
    """Whether a process answers for itself there: one that was stopped still accepts connections."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(*endpoint(address))
            writer.write(b"GET /healthz HTTP/1.1\r\n\r\n")
            answer = await reader.read(1)
            writer.close()
    except (OSError, TimeoutError):
        return False
    return bool(answer)
