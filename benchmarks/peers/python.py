"""The peers in Python. They share one mapping, the fast JSON and schema libraries, and uvloop where they take it."""

from __future__ import annotations

import importlib.metadata
import sys
from functools import partial
from pathlib import Path

from benchmarks.peers.peer import BUILD, Peer, Start, install

AWSCRT = "0.38.1"
OWN = BUILD / "awscrt"
SCHEMA = "orjson, jsonschema-rs"


def _start(python: str, script: str, folder: Path, port: int, given: Path, *more: str) -> Start:
    return Start([python, "-m", f"benchmarks.peers.{script}", str(port), str(given), *more])


def _version(package: str) -> str:
    return importlib.metadata.version(package)


def _awscrt() -> str:
    """In an environment of its own; the mapping's libraries as we have them."""
    wanted = [f"awscrt=={AWSCRT}", *(f"{name}=={_version(name)}" for name in ("orjson", "jsonschema-rs"))]
    stamp = OWN / "installed"
    if not stamp.is_file() or stamp.read_text() != " ".join(wanted):
        install("awscrt's environment", [sys.executable, "-m", "venv", "--clear", str(OWN)], OWN)
        install("awscrt", [str(OWN / "bin" / "python"), "-m", "pip", "install", "--quiet", *wanted], OWN)
        stamp.write_text(" ".join(wanted))
    return AWSCRT


def _chained(script: str, python: str, folder: Path, port: int, given: Path) -> Start:
    return _start(python, script, folder, port, given, "chained")


_with_aws = str(OWN / "bin" / "python")

PEERS = (
    Peer(
        "aiomqtt",
        f"MQTT 3.1.1, uvloop, a task for each message, up to 1 000 under way, TCP_NODELAY; {SCHEMA}",
        partial(_version, "aiomqtt"),
        partial(_start, sys.executable, "with_aiomqtt"),
    ),
    Peer(
        "paho-mqtt",
        f"MQTT 3.1.1, published in on_message, up to 1 000 under way, TCP_NODELAY; {SCHEMA}",
        partial(_version, "paho-mqtt"),
        partial(_start, sys.executable, "with_paho"),
    ),
    Peer(
        "paho-mqtt, chained",
        "the same with manual_ack: acknowledged in order, after the broker took what was published",
        partial(_version, "paho-mqtt"),
        partial(_chained, "with_paho", sys.executable),
    ),
    Peer(
        "awscrt",
        f"MQTT 5, one event loop, published in the callback; {SCHEMA}",
        _awscrt,
        partial(_start, _with_aws, "with_awscrt"),
    ),
    Peer(
        "awscrt, chained",
        "the same, the acknowledgement taken over and given after the broker took what was published",
        _awscrt,
        partial(_chained, "with_awscrt", _with_aws),
    ),
)
