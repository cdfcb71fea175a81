"""A real Mosquitto with the shipped configuration, on a free port of loopback and with a data folder of its own."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

READY_WITHIN: Final = 15.0
FIRST_PORT: Final = 20_000
PORTS: Final = 12_000
"""Below those that systems give to outgoing connections."""
MOST_TRIES: Final = 100
MOST_GIVEN: Final = 20
_GIVEN: Final[deque[socket.socket]] = deque()
"""Held until a server listens there: two programs that ask at once are not given the same."""
NOT_ON_EVERY_PATH: Final = ("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto")


class MosquittoMissing(Exception):
    """There is no Mosquitto on this machine, or it did not start; the message says what to do."""


def executable(elsewhere: Sequence[str] = NOT_ON_EVERY_PATH) -> str:
    """Where Mosquitto is; Debian keeps it outside an ordinary user's PATH."""
    path = shutil.which("mosquitto") or next((each for each in elsewhere if Path(each).is_file()), None)
    if path is None:
        raise MosquittoMissing("Mosquitto is not installed: sudo apt-get install mosquitto (version 2.0 or later)")
    return path


def free_port() -> int:
    """A port of loopback that nobody uses now, and that nobody else is given or takes for an outgoing connection."""
    taken = OSError("127.0.0.1 has no free port")
    for _ in range(MOST_TRIES):
        port, given = FIRST_PORT + secrets.randbelow(PORTS), socket.socket()
        try:
            given.bind(("127.0.0.1", port))
        except OSError as error:
            given.close()
            taken = error
        else:
            given.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a server may listen there all the same
            _GIVEN.append(given)
            if len(_GIVEN) > MOST_GIVEN:
                _GIVEN.popleft().close()
            return port
    raise taken


class Mosquitto:
    """A broker that is running once this is made; `kill` and `restart` keep its port and its data."""

    def __init__(self, conf_d: Path, folder: Path, port: int | None = None, extra: str = "") -> None:
        """`conf_d` is the shipped configuration, `folder` takes data and log, `extra` is more configuration."""
        self.conf_d, self.folder, self.extra = conf_d, folder, extra
        self.log = folder / "mosquitto.log"
        self.port = port or free_port()
        self.start()

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        configuration = self.folder / "mosquitto.conf"
        configuration.write_text(self._of_this_machine(), encoding="utf-8")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [executable(), "-c", str(configuration)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self._wait_until_ready()

    def _of_this_machine(self) -> str:
        """The lines of mosquitto.conf that belong to a machine, for this folder and port."""
        return (
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\n"
            f"persistence_location {self.folder / 'data'}/\nlog_dest stderr\n"
            f"user {pwd.getpwuid(os.getuid()).pw_name}\ninclude_dir {self.conf_d}\n{self.extra}\n"
        )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        self.kill()
        raise MosquittoMissing(f"Mosquitto did not start: {self.log.read_text(errors='replace')[-2000:]}")

    def stop(self) -> None:
        """Ends it as a service manager would: it saves what it holds."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it as a power cut would: what it has not saved is gone."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stops it if it runs, and starts it again with its data on its port."""
        self.stop()
        self.start()

    def _end(self, by: signal.Signals) -> None:
        if self._process.poll() is None:
            self._process.send_signal(by)
        try:
            self._process.wait(timeout=READY_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Mosquitto:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
