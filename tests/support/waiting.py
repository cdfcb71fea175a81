"""Waiting for a condition instead of for a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any


def eventually(condition: Callable[[], Any], within: float = 20.0, why: Callable[[], object] = str) -> Any:
    """What the condition returns once it is true; `why` tells what was there where it never is."""
    deadline, pause = time.monotonic() + within, threading.Event()
    while True:
        if result := condition():
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {why()}")
        pause.wait(0.02)
