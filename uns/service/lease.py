"""The lease: a lock on the state folder, so that one process of an instance serves and another stands by."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType


class Lease:
    """Held until this process lets go or ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "lock"
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def take(self) -> bool:
        """Whether it is ours now; False while another process holds it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)
        return True

    def holder(self) -> str:
        """The process id that the holder wrote; empty where nobody ever held it."""
        return self.path.read_text(encoding="ascii", errors="replace").strip()

    def release(self) -> None:
        os.close(self._file)

    def __enter__(self) -> Lease:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()
