"""The command line: one verb, one file."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys

from uns.cli.app import app, err


def load_verbs() -> None:
    """Import every file of this folder: each registers its verb."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")


def main() -> None:
    """Run the verb that the arguments name; a closed pipe and Ctrl-C end quietly."""
    load_verbs()
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        err.print("stopped")
        raise SystemExit(130) from None
