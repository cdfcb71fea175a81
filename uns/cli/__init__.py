"""The command line: one verb, one file."""

from __future__ import annotations

import importlib
import os
import select
import sys

from uns.cli.app import NEGATIVE, app, err

VERBS = (
    "run", "demo", "check", "test", "explain", "watch", "ls", "context", "release", "migrate", "doctor", "submit",
    "submissions", "quarantine", "registry",
)  # fmt: skip


def load_verbs() -> None:
    """Import the file of each verb, which registers it; what a verb needs it imports when it runs."""
    for verb in VERBS:
        importlib.import_module(f"{__name__}.{verb}")


def main() -> None:
    """Run the verb that the arguments name; a closed pipe is no error, and Ctrl-C ends quietly."""
    load_verbs()
    output = _output()
    try:
        app()
        status: object = 0
    except SystemExit as ended:
        status = ended.code
    except KeyboardInterrupt:
        err.print("stopped")
        status = 130
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = status or NEGATIVE
    raise SystemExit(0 if status == NEGATIVE and output is not None and _is_abandoned(output) else status)


def _output() -> int | None:
    """Standard output for as long as we run: what finds its reader gone puts another file in its place."""
    try:
        return os.dup(sys.stdout.fileno())
    except (OSError, AttributeError):
        return None


def _is_abandoned(output: int) -> bool:
    """Whether it is a pipe that nobody reads any more."""
    poll = select.poll()
    poll.register(output, 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))
