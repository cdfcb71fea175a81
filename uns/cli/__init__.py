"""The command line: one verb, one file."""

from __future__ import annotations

import importlib
import sys

import typer

from uns.cli.app import app, err
from uns.cli.output import outlast_readers

VERBS = (
    "run", "demo", "check", "test", "explain", "watch", "ls", "context", "diff", "release", "migrate", "doctor",
    "submit", "submissions", "quarantine", "replay", "discard", "registry", "shifts", "remove", "acl",
)  # fmt: skip


def load_verbs() -> None:
    """Import the file of each verb, which registers it; what a verb needs it imports when it runs."""
    for verb in VERBS:
        importlib.import_module(f"{__name__}.{verb}")


def main() -> None:
    """Run the verb that the arguments name; a closed pipe changes nothing of how it ends, and Ctrl-C ends quietly."""
    load_verbs()
    outlast_readers()
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
    except typer.Exit as ended:
        status = ended.exit_code
    raise SystemExit(status)
