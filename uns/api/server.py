"""The API as a process: it listens on loopback only, and ends cleanly when it is told to."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Iterator
from typing import Final

import uvicorn

from uns.api.app import create_app
from uns.api.surroundings import Surroundings
from uns.api.wire import Connection
from uns.exit_status import OK, UNREACHABLE
from uns.settings import Settings, endpoint

SILENT_FOR: Final = 30_000
"""Milliseconds after which the system drops a client that takes nothing of what was sent to it."""


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit status."""
    host, port = endpoint(settings.api)
    try:
        listener = listen(host, port)
    except OSError as error:
        reason = error.strerror or str(error)
        sys.stderr.write(f"error: {settings.api} cannot be listened on: {reason}\n  → end what uses it, or set `api`\n")
        return UNREACHABLE
    with listener:
        asyncio.run(_run(settings, listener))
    return OK


def listen(host: str, port: int) -> socket.socket:
    """A listening socket of loopback; port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_FOR)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


class Server(uvicorn.Server):
    """Leaves signals to the process that it runs in, and ends streams before it waits for answers to end."""

    def __init__(self, config: uvicorn.Config, here: Surroundings) -> None:
        super().__init__(config)
        self.here = here

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.here.namespace.changes.close()
        await super().shutdown(sockets)


def server_of(settings: Settings) -> Server:
    """The server, not yet running: give it its socket, and set `should_exit` to end it."""
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="error",  # that a client speaks something else is no news, and would come without a time
        access_log=False,
        server_header=False,
        http=Connection,
        ws="none",
        backlog=100,  # as many are accepted in one go, before those that are too many can end
        limit_concurrency=500,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=2,
    )
    return Server(config, app.state.surroundings)


async def _run(settings: Settings, listener: socket.socket) -> None:
    server, loop = server_of(settings), asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, setattr, server, "should_exit", True)
    host, port = listener.getsockname()[:2]
    base = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    server.here.log.info("the REST API listens", url=f"{base}/api/v1", docs=f"{base}/docs")
    await server.serve(sockets=[listener])
