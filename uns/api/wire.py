"""A client's connection: what it asks has to arrive in time, and who asks nothing gives way to who does."""

from __future__ import annotations

import asyncio
from operator import attrgetter
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE: Final = 10.0
"""Seconds in which a request has to arrive whole, its body too."""
CONNECTIONS: Final = 400
"""With more of them, the one that has been silent longest ends. Well below the 1 024 files that a process may open."""


class Connection(H11Protocol):
    """uvicorn waits for a request that was begun, or never, for as long as the client likes."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.since = self.loop.time()
        """When it was last heard."""
        self._due: asyncio.TimerHandle | None = None

    def owes_a_request(self) -> bool:
        """All that it asked is answered, or it has not asked to the end."""
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY) and not self.transport.is_closing()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > CONNECTIONS:
            others = (each for each in self.connections if isinstance(each, Connection) and each is not self)
            silent = min((each for each in others if each.owes_a_request()), key=attrgetter("since"), default=None)
            if silent is not None:
                silent.transport.abort()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.since = self.loop.time()
        if not self.owes_a_request():
            self._wait_no_more()
        elif self._due is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._due = self.loop.call_later(PATIENCE, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
