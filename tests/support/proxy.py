"""A TCP proxy between service and broker that does what cables, switches and firewalls do."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections import deque
from types import TracebackType

PIECE = 4096


class Proxy:
    """Passes everything on, until it is told otherwise."""

    def __init__(self, to_port: int) -> None:
        self.to_port = to_port
        self.budgets: deque[int] = deque()
        """For each connection to come, the bytes of both directions after which it is cut; one that ends before
        leaves it to another."""
        self.pace = 0
        """Bytes a second each way; 0 is as fast as it goes."""
        self.deaf = False
        """New connections are accepted, and nobody is behind them."""
        self.connected = self.cuts = 0
        self._passing = threading.Event()
        self._passing.set()
        self._open: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            self.connected += 1
            self._open.append(near)
            if not self.deaf:
                self._connect(near)

    def _connect(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self.to_port))
        except OSError:
            near.close()
            return
        for each in (near, far):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open.append(far)
        line = _Line(self, near, far, self.budgets.popleft() if self.budgets else None)
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=line.pump, args=(source, sink), daemon=True).start()

    def stall(self) -> None:
        """Half-open: both sides believe in the connection, and nothing comes through."""
        self._passing.clear()

    def go_on(self) -> None:
        self._passing.set()

    def cut(self) -> None:
        """Every connection there is, at once."""
        open_now, self._open = self._open, []
        for each in open_now:
            _reset(each)

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.close()
        self.cut()
        self.go_on()


class _Line:
    def __init__(self, proxy: Proxy, near: socket.socket, far: socket.socket, budget: int | None) -> None:
        self.proxy, self.near, self.far, self.budget, self.cut_at = proxy, near, far, budget, budget
        self._counting = threading.Lock()

    def pump(self, source: socket.socket, sink: socket.socket) -> None:
        proxy = self.proxy
        try:
            while data := source.recv(min(PIECE, max(1, proxy.pace // 20)) if proxy.pace else PIECE):
                proxy._passing.wait()
                allowed = self._allowed(len(data))
                sink.sendall(data[:allowed])
                if allowed < len(data):
                    self._end(cut=True)
                    break
                if proxy.pace:
                    time.sleep(len(data) / proxy.pace)
        except OSError:
            pass
        self._end(cut=False)
        for each in (self.near, self.far):
            _reset(each)

    def _end(self, *, cut: bool) -> None:
        with self._counting:
            if self.cut_at is not None:
                self.proxy.cuts += cut
                if not cut:
                    self.proxy.budgets.append(self.cut_at)
                self.cut_at = None

    def _allowed(self, wanted: int) -> int:
        with self._counting:
            if self.budget is None:
                return wanted
            allowed = min(self.budget, wanted)
            self.budget -= allowed
            return allowed


def _reset(each: socket.socket) -> None:
    """As when a cable is pulled and put back: no farewell. Both pumps wake up from it."""
    try:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        each.shutdown(socket.SHUT_RDWR)
        each.close()
    except OSError:
        pass
