"""Processes that stand behind the messages: they want less of the machine, and end when the service does."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

PR_SET_PDEATHSIG: Final = 1


def module(name: str) -> tuple[str, ...]:
    """The command of a module of this very program, whatever else lies in the folder that it runs in."""
    is_here = Path(__file__).parents[1] == Path.cwd()
    return sys.executable, *(() if is_here else ("-P",)), "-m", name


def stand_behind(pid: int, niceness: int) -> None:
    """Where a processor is wanted by both, messages go first; and on Linux one processor stays to them.

    A little of each processor is worse for them than much of one: whoever computes is not put aside at once.
    """
    with suppress(OSError):  # it has ended; or where a sandbox refuses it, all are equal
        os.setpriority(os.PRIO_PROCESS, pid, niceness)
    if sys.platform == "linux":
        processors = os.sched_getaffinity(0)
        with suppress(OSError):
            os.sched_setaffinity(pid, processors - {min(processors)} or processors)


def end_with_parent() -> None:
    """Asked for by the process itself. Linux: a service that was killed leaves nobody behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
