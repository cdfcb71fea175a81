"""Waiting for a condition instead of for a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def eventually(condition: Callable[[], Result], within: float = 15.0) -> Result:
    """What the condition returns once it is true; AssertionError where it never is."""
    deadline, pause = time.monotonic() + within, threading.Event()
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"did not come true within {within} s")
        pause.wait(0.02)
