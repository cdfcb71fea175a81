"""The path's own `/healthz`, `/readyz` and `/metrics`: it answers for itself, even where broker and API are gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import orjson

PATIENCE: Final = 5.0
LARGEST: Final = 8_192
CONNECTIONS: Final = 64
"""With more of them the oldest ends: they are files of the process that needs others for broker and registry."""
PHRASES: Final = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    503: "Service Unavailable",
}

Answer = tuple[int, str, bytes]
"""Status, content type, body."""
Routes = dict[str, Callable[[], Answer]]


def json_answer(status: int, body: object) -> Answer:
    return status, "application/json", orjson.dumps(body)


class HealthServer:
    """A few fixed GETs over HTTP/1.1, one request to a connection."""

    def __init__(self, routes: Routes) -> None:
        self.routes = routes
        """May be replaced while it serves."""
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.StreamWriter, None] = {}

    async def start(self, host: str, port: int) -> int:
        """The port that it listens on, also where it did so before. OSError where it cannot."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, host, port, limit=LARGEST)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open[writer] = None
        if len(self._open) > CONNECTIONS:
            oldest = next(iter(self._open))
            del self._open[oldest]
            oldest.transport.abort()
        try:
            await asyncio.wait_for(self._exchange(reader, writer), PATIENCE)
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            writer.transport.abort()
        finally:
            self._open.pop(writer, None)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        status, kind, body = self._answer(head)
        writer.write(
            f"HTTP/1.1 {status} {PHRASES[status]}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
            "Cache-Control: no-store\r\nConnection: close\r\n\r\n".encode()
            + (body if not head.startswith(b"HEAD ") else b"")
        )
        writer.close()
        await writer.wait_closed()

    def _answer(self, head: bytes) -> Answer:
        words = head.partition(b"\r\n")[0].split()
        if len(words) != 3:
            return json_answer(400, {"error": "not HTTP"})
        if words[0] not in (b"GET", b"HEAD"):
            return json_answer(405, {"error": "only GET"})
        route = self.routes.get(words[1].partition(b"?")[0].decode("latin-1"))
        return route() if route is not None else json_answer(404, {"error": f"there is {', '.join(self.routes)}"})
