"""The Mosquitto that serves a port of this machine, and what its configuration says: MQTT itself tells none of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

DEFAULT_PORT: Final = 1883
YES: Final = ("true", "1")


class Configured(NamedTuple):
    path: str
    """Of its main file; empty where it runs without one."""
    values: Mapping[str, str]

    def says(self, key: str) -> bool:
        return self.values.get(key, "").lower() in YES

    def number(self, key: str, default: int) -> int:
        """The default where it is not a number, too: then the broker would not have started."""
        text = self.values.get(key, "")
        return int(text) if text.isascii() and text.isdigit() else default


def mosquitto_at(port: int, processes: Path = Path("/proc")) -> Configured | None:
    """None where no such process is to be seen, or its files cannot be read."""
    for arguments in _mosquittos(processes):
        path = _after("-c", arguments)
        try:
            entries = list(_entries(Path(path))) if path else []
        except (OSError, UnicodeDecodeError):
            continue
        ports = [value.split()[0] for key, value in entries if key in ("listener", "port") and value]
        ports.append(_after("-p", arguments) or ("" if ports else str(DEFAULT_PORT)))
        if str(port) in ports:
            return Configured(path, dict(entries))
    return None


def _mosquittos(processes: Path) -> Iterator[list[str]]:
    for each in processes.glob("[0-9]*/cmdline"):
        try:
            arguments = each.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if arguments[0].rpartition("/")[2] == "mosquitto":
            yield arguments


def _after(flag: str, arguments: list[str]) -> str:
    return arguments[arguments.index(flag) + 1] if flag in arguments[:-1] else ""


def _entries(path: Path) -> Iterator[tuple[str, str]]:
    """Keys and values in their order; the last of a key counts."""
    for line in path.read_text(encoding="utf-8").splitlines():
        key, _, value = line.strip().partition(" ")
        if not key or key.startswith("#"):
            continue
        if key == "include_dir":
            for each in sorted(Path(value.strip()).glob("*.conf")):
                yield from _entries(each)
        else:
            yield key, value.strip()
