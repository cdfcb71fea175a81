"""What the path says about itself of its own accord: at every change, every few seconds, and when it stops."""

from __future__ import annotations

import asyncio
from typing import Final

from uns.service import report
from uns.service.running import Running

STATUS_EVERY: Final = 5


async def keep_telling(running: Running) -> None:
    """Look at the path every second, for as long as it runs."""
    last, second = None, 0
    while True:
        await asyncio.sleep(1)
        second += 1
        running.own.look()
        running.lookout.look()
        running.neighbours.look()
        ready = report.readiness(running)
        if ready != last:
            last = ready
            log = running.log.info if ready.status == "ready" else running.log.warning
            log(ready.status, **({"why": list(ready.reasons)} if ready.reasons else {}))
        elif second % STATUS_EVERY:
            continue
        say(running, "running")


def say(running: Running, state: str) -> None:
    if running.session.connected:
        running.own.say({**report.status(running), "state": state})
        running.session.flush()
