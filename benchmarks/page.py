"""RESULTS.md: every benchmark writes between marks of its own."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from uns.demo.mosquitto import executable

RESULTS = Path(__file__).parent / "RESULTS.md"


def write(mark: str, lines: Sequence[str]) -> None:
    """Between `<!-- mark -->` and `<!-- /mark -->`."""
    begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    before, _, rest = RESULTS.read_text(encoding="utf-8").partition(begin)
    after = rest.partition(end)[2]
    RESULTS.write_text("\n".join([before + begin, "", *lines, "", end + after]), encoding="utf-8")


def machine() -> str:
    """Processor and the versions that matter."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    cores = len(re.findall(r"^processor", Path("/proc/cpuinfo").read_text(), re.MULTILINE))
    says = subprocess.run([executable(), "-h"], capture_output=True, text=True, check=False).stdout
    mosquitto = re.search(r"version (\S+)", says)
    packages = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("mqtt5", "uvloop", "orjson"))
    return (
        f"{model[1] if model else platform.processor()} ({cores} cores)"
        f", Python {platform.python_version()}, Mosquitto {mosquitto[1] if mosquitto else '?'}, {packages}"
    )
