"""What goes on beside a test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def every(seconds: float, act: Callable[[int], object]) -> Iterator[None]:
    """Do it again and again beside what follows; it is told how often it was done."""
    stop = threading.Event()

    def run() -> None:
        number = 0
        while not stop.wait(seconds):
            number += 1
            act(number)

    beside = threading.Thread(target=run)
    beside.start()
    try:
        yield
    finally:
        stop.set()
        beside.join()
