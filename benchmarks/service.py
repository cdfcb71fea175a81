"""The real service with the full work: rule, lookup, conversion, contract, context, provenance."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.load import MACHINES

PLANT = Path(__file__).parent.resolve() / "plant"
UNS = [sys.executable, "-m", "uns"]
GOVERNED = "acme/dallas/#"
REGISTRY = {
    "products": "id,name\nSKU-42,Cola 330\n",
    "batches": "id,equipment,product,order,start,stop\n"
    "B-1001,dallas/packaging/line-3,SKU-42,O-7,2026-01-01T00:00:00Z,\n",
    "shifts": "site,id,days,start,stop,crew,from,until\n"
    "dallas,day,mon-sun,06:00,18:00,A,2025-01-01,\ndallas,night,mon-sun,18:00,06:00,B,2025-01-01,\n",
}


def reading(number: int) -> tuple[str, bytes]:
    """A raw reading of one of the plant's machines, taken now."""
    stamp = time.time_ns() // 1_000_000
    topic = f"plc/dallas/L3/Filler_{number % MACHINES:03d}/TT101"
    return topic, b'{"Val": %d.%d, "ts": %d}' % (60 + number % 30, number % 10, stamp)


def is_compiled(wheel: Path) -> bool:
    """Whether the `uns` of an unpacked wheel says that its message path is."""
    said = subprocess.check_output([*UNS, "--version"], env=_importing(wheel), cwd="/", text=True)
    return "compiled" in said


def _importing(wheel: Path | None) -> dict[str, str]:
    """Where `uns` comes from; it must not run in the checkout, whose modules would come first."""
    return os.environ | ({"PYTHONPATH": str(wheel.resolve())} if wheel else {})


@contextmanager
def running(
    port: int,
    folder: Path,
    health: int,
    wheel: Path | None = None,
    plant: Path = PLANT,
    api: int | None = None,
    registry: Mapping[str, str] = REGISTRY,
) -> Iterator[int]:
    """`uns run` with a registry that has those sheets; gives the process id of its path.

    It runs from an unpacked `wheel`, else from the checkout; with the API where a port is given for that.
    """
    environment = _importing(wheel) | {
        "UNS_BROKER": f"mqtt://127.0.0.1:{port}",
        "UNS_RULES": str(plant / "naming_rules"),
        "UNS_SCHEMAS": str(plant / "schemas"),
        "UNS_REGISTRY": f"sqlite:///{folder}/registry.db",
        "UNS_STATE": f"{folder}/state",
        "UNS_HEALTH": f"127.0.0.1:{health}",
    }
    with (folder / "service.log").open("wb") as log:
        for kind, text in registry.items():
            (folder / f"{kind}.csv").write_text(text)
            given = [sys.executable, "-m", "uns", "registry", "import", kind, f"{kind}.csv"]
            subprocess.run(given, env=environment, cwd=folder, stdout=log, stderr=log, check=True)
        running = [*UNS, "run", *(["--only", "path"] if api is None else ["--api", f"127.0.0.1:{api}"])]
        process = subprocess.Popen(running, env=environment, cwd=folder, stdout=log, stderr=log)
    try:
        _wait_until_ready(health, folder / "service.log")
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


def counters(health: int) -> dict[str, float]:
    """The path's own metrics."""
    with urllib.request.urlopen(f"http://127.0.0.1:{health}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return {name: float(value) for line in lines if line[:1] != "#" for name, _, value in [line.rpartition(" ")]}


def _wait_until_ready(health: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{health}/readyz", timeout=5) as answer:
                if b'"ready"' in answer.read():
                    return
        except urllib.error.URLError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"the service did not become ready:\n{log.read_text()}")
