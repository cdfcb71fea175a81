"""A machine whose clock is set: `Service(…, STEPPING)` reads how many seconds it is off."""

from __future__ import annotations

from pathlib import Path

STEPPING = """
import pathlib, time
step, time_ns = pathlib.Path("step"), time.time_ns
time.time_ns = lambda: time_ns() + int(step.read_text()) * 10**9
time.time = lambda: time.time_ns() / 10**9
"""
"""Every clock that it reads is as many seconds off as the file says."""


def set_clock(folder: Path, seconds: int) -> None:
    """Off by so many from now on; once before the service starts."""
    new = folder / "step.new"
    new.write_text(str(seconds))
    new.replace(folder / "step")
