"""`uns` as a person calls it, with no settings but those of the test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from uns.demo.mosquitto import free_port


def uns(folder: Path, *arguments: str, **settings: str) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("UNS_")}
    ports = {"api": f"127.0.0.1:{free_port()}", "health": f"127.0.0.1:{free_port()}"}
    given = {f"UNS_{key.upper()}": value for key, value in {**ports, **settings}.items()}
    done = subprocess.run(
        [sys.executable, "-m", "uns", *arguments], cwd=folder, env={**inherited, **given},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr
