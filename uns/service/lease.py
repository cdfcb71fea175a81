"""The lease: a lock on the state folder, so that one process of an instance serves and another stands by."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple

LONGEST: Final = 1024


class Holder(NamedTuple):
    """What the process that took the lease last wrote about itself; empty where it has not yet."""

    pid: str
    health: str
    """Where it answers for itself."""


class Lease:
    """Held until this process lets go or ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def take(self) -> bool:
        """Whether it is ours now; False while another process holds it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self._write("")
        return True

    def answers_at(self, health: str) -> None:
        """Write down where we, who hold it, answer: who stands by asks there whether we are well."""
        self._write(f"{health}\n")

    def _write(self, health: str) -> None:
        with suppress(OSError):  # on a full disk the lock holds all the same
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"{os.getpid()}\n{health}".encode(), 0)

    def holder(self) -> Holder:
        written = os.pread(self._file, LONGEST, 0).decode("ascii", "replace")
        pid, health, *_ = [*written.splitlines(), "", ""]
        return Holder(pid, health)

    def release(self) -> None:
        os.close(self._file)

    def __enter__(self) -> Lease:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()
