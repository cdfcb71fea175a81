"""Processes that stand behind the messages: they want less of the machine, and end when the service does."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Final

PR_SET_PDEATHSIG: Final = 1


def module(name: str) -> tuple[str, ...]:
    """The command of a module of this very program, whatever lies in the folder that it runs in."""
    return sys.executable, "-P", "-m", name


def standing_behind(niceness: int) -> Callable[[], None]:
    """For `preexec_fn`. Linux: a service that was killed leaves nobody behind, and one processor stays to messages.

    A little of each processor is worse for them than much of one: whoever computes is not put aside at once. Ctrl-C is
    for the service, which ends them; in a session of their own the kernel would not count niceness against ours.
    """

    def stand_behind() -> None:
        os.setpgrp()
        with suppress(OSError):  # where a sandbox refuses it, all are equal
            os.nice(niceness)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            processors = os.sched_getaffinity(0)
            with suppress(OSError):
                os.sched_setaffinity(0, processors - {min(processors)} or processors)

    return stand_behind
