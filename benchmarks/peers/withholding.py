"""Stands between a client and Mosquitto and, once told, keeps every PUBACK for that client to itself.

It reads fixed headers only, which are the same in MQTT 3.1.1 and 5.
"""

from __future__ import annotations

import socket
import threading
from collections import Counter
from types import TracebackType

PUBLISH, PUBACK = 3, 4
QOS = 0b0110
UP, DOWN = "up", "down"
READ = 65_536


class Withholding:
    """`port` is where the client connects to; `passed` counts its QoS 1 packets by way and kind, on all connections."""

    def __init__(self, broker: int) -> None:
        self.broker = broker
        self.withhold = False
        self.passed: Counter[tuple[str, int]] = Counter()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = [self._listener]

    def __enter__(self) -> Withholding:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for each in self._open:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                broker = socket.create_connection(("127.0.0.1", self.broker))
            except OSError:
                return
            self._open += [client, broker]
            for way, of, to in ((UP, client, broker), (DOWN, broker, client)):
                threading.Thread(target=self._pass, args=(way, of, to), daemon=True).start()

    def _pass(self, way: str, of: socket.socket, to: socket.socket) -> None:
        rest = b""
        try:
            while data := of.recv(READ):
                rest += data
                while size := whole(rest):
                    packet, rest = rest[:size], rest[size:]
                    if not self._withheld(way, packet):
                        to.sendall(packet)
            to.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _withheld(self, way: str, packet: bytes) -> bool:
        kind = packet[0] >> 4
        if way is DOWN and kind == PUBACK and self.withhold:
            return True
        if kind == PUBACK or (kind == PUBLISH and packet[0] & QOS):
            self.passed[way, kind] += 1
        return False


def whole(data: bytes) -> int:
    """The size of the packet with which the data begins; 0 where it is not all there yet."""
    length = 0
    for index, byte in enumerate(data[1:5]):
        length |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            size = 2 + index + length
            return size if size <= len(data) else 0
    return 0
