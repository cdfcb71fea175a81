"""The API process beside the message path: started, started again where it ends, ended with us."""

from __future__ import annotations

import asyncio
import socket
from time import monotonic
from typing import Final

from uns.behind import end_with_parent, module, stand_behind
from uns.settings import endpoint
from uns.telemetry import Log

PAUSE: Final = 5.0
LOOK_AGAIN: Final = 1.0
"""Seconds after which a port that was taken is tried again."""
NICENESS: Final = 5


class Beside:
    """`lacking` says why there is no API now; it is empty while one runs."""

    def __init__(self, command: list[str], api: str, log: Log) -> None:
        self._command, self._api, self._log = command, api, log
        self.lacking = ""

    async def keep(self, patience: float = 0.0) -> None:
        """Until cancelled. The message path goes on without the API, and says so where its port stays taken."""
        while True:
            await self._wait_for_port(patience)
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.DEVNULL, preexec_fn=end_with_parent
            )
            stand_behind(process.pid, NICENESS)
            try:
                status = await process.wait()
            except asyncio.CancelledError:
                if process.returncode is None:
                    await _end(process)
                raise
            self.lacking = f"the API has ended with status {status} and is started again"
            self._log.error("the API has ended and is started again", status=status)
            await asyncio.sleep(PAUSE)

    async def _wait_for_port(self, patience: float) -> None:
        told, begun = "", monotonic()
        while why := taken(self._api):
            if why != told and monotonic() - begun >= patience:
                told, self.lacking = why, f"there is no API: {self._api} cannot be listened on: {why}"
                self._log.error(self.lacking, remedy="end what uses it, or set `api`; it is tried again meanwhile")
            await asyncio.sleep(LOOK_AGAIN)
        if told:
            self._log.info(f"{self._api} is free, the API starts")
        self.lacking = ""


async def _end(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), PAUSE)
    except TimeoutError:
        process.kill()


def taken(address: str) -> str:
    """Why `host:port` cannot be listened on; empty where it can."""
    try:
        host, port = endpoint(address)
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        with socket.socket(found[0][0], socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found[0][4])
            probe.listen()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def api_command(arguments: list[str]) -> list[str]:
    """This very program, as the API alone."""
    return [*module("uns"), "run", "--only", "api", *arguments]
