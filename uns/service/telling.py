"""What the path says about itself of its own accord: at every change, every few seconds, and when it stops."""

from __future__ import annotations

import asyncio
from typing import Final

from uns.service import report
from uns.service.running import Running

STATUS_EVERY: Final = 5


class Telling:
    def __init__(self, running: Running) -> None:
        self._running = running

    async def keep(self) -> None:
        """Look at the path every second, for as long as it runs."""
        running, last, second = self._running, None, 0
        while True:
            await asyncio.sleep(1)
            second += 1
            running.lookout.look()
            ready = report.readiness(running)
            if ready != last:
                last = ready
                say = running.log.info if ready.status == "ready" else running.log.warning
                say(ready.status, **({"why": list(ready.reasons)} if ready.reasons else {}))
            elif second % STATUS_EVERY:
                continue
            self.say("running")

    def say(self, state: str) -> None:
        running = self._running
        if running.session.connected:
            running.own.say({**report.status(running), "state": state})
            running.session.flush()
