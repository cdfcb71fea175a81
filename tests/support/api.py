"""The REST API as a real server on a free port of loopback, in a thread of the tests' process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from support.waiting import eventually
from uns.api.server import listen, server_of
from uns.api.surroundings import Surroundings
from uns.settings import Settings


class RunningApi:
    """`client` speaks to it; `within` runs something in its loop, where its state may be touched.

    There is no TLS here, and reading the world's certificates would take longer than most tests.
    """

    def __init__(self, settings: Settings) -> None:
        self._socket = listen("127.0.0.1", 0)
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = server_of(settings)
        self.here = self._server.here
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve)
        self.client = httpx.Client(base_url=f"{self.url}/api/v1", timeout=10, trust_env=False, verify=False)

    def _serve(self) -> None:
        self._loop.run_until_complete(self._server.serve(sockets=[self._socket]))

    def within(self, act: Callable[[Surroundings], Any]) -> Any:
        async def acting() -> Any:
            return act(self.here)

        return asyncio.run_coroutine_threadsafe(acting(), self._loop).result(10)

    def start(self) -> None:
        self._thread.start()
        eventually(lambda: self._server.started)

    def stop(self) -> None:
        self.client.close()
        self._server.should_exit = True
        self._thread.join(20)
        self._loop.close()
        self._socket.close()


@contextmanager
def running_api(settings: Settings) -> Iterator[RunningApi]:
    api = RunningApi(settings)
    api.start()
    try:
        yield api
    finally:
        api.stop()
