"""Hearing of changes: SQLite is asked every so often, PostgreSQL says so itself."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Any, Final

from sqlalchemy import Engine

from uns.registry.engine import away, reading
from uns.registry.writing import CHANNEL, Part, revision_of

POLL_S: Final = 0.2


def revision(engine: Engine, part: Part = "context") -> int:
    """How often that part has changed; cheap."""
    with reading(engine) as connection:
        return revision_of(connection, part)


class Watch:
    """A connection that listens. It blocks, so it wants a thread of its own; `close` ends a wait from another."""

    def __init__(self, engine: Engine, part: Part = "context") -> None:
        self._engine, self._part = engine, part
        self._closed = threading.Event()
        with away():
            self._pooled = engine.raw_connection()
            driver: Any = self._pooled.driver_connection
            self._driver = driver
            if engine.dialect.name == "postgresql":
                driver.autocommit = True
                driver.execute(f"LISTEN {CHANNEL}")

    def wait(self, since: int, timeout_s: float) -> int:
        """The revision as soon as it is another than `since`, or what it is when the time is up."""
        deadline = time.monotonic() + timeout_s
        while True:
            heard = self._heard()
            now = revision(self._engine, self._part)
            while now == since and self._heard() == heard:
                left = deadline - time.monotonic()
                if left <= 0 or self._closed.is_set() or self._rest(left):
                    break
            if now != since or time.monotonic() >= deadline or self._closed.is_set():
                return now

    def _heard(self) -> int:
        """A number that changes with every commit of another connection to SQLite, and costs nothing to read."""
        if self._engine.dialect.name != "sqlite":
            return 0
        with away():
            return int(self._driver.execute("PRAGMA data_version").fetchone()[0])

    def _rest(self, left: float) -> bool:
        """Wait a little; whether PostgreSQL notified us meanwhile."""
        if self._engine.dialect.name != "postgresql":
            self._closed.wait(min(POLL_S, left))
            return False
        with away():
            return any(True for _ in self._driver.notifies(timeout=min(left, 1.0), stop_after=1))

    def close(self) -> None:
        """A wait in another thread ends within a second."""
        self._closed.set()

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        self._pooled.invalidate()
