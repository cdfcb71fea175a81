"""What the broker threw away, by its own count: most of it while we were away, so the count outlives restarts."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

LONGEST_COUNT: Final = 20


class Drops:
    def __init__(self, state: Path) -> None:
        self._file = state / "dropped"
        self._known = self._read()

    def more(self, payload: bytes) -> int:
        """How many since the last look. The count begins again at 0 when the broker does."""
        count = _number(payload)
        if count is None or count == self._known:
            return 0
        before, self._known = self._known, count
        with suppress(OSError):  # a full disk holds and says so elsewhere
            self._file.write_text(str(count), encoding="ascii")
        return max(0, count - before) if before is not None else 0

    def _read(self) -> int | None:
        return _number(self._file.read_bytes()) if self._file.is_file() else None


def _number(payload: bytes) -> int | None:
    return int(payload) if payload.isdigit() and len(payload) <= LONGEST_COUNT else None
