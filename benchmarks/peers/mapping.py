"""The benchmark's rule written by hand, as the Python peers run it: topic → governed topic, lookup, conversion, schema.

It imports nothing of ours: a peer may run in an environment of its own.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import orjson

LINES = ("L1", "L2", "L3")


class Mapping:
    """Made once from what `given.py` wrote; then `govern` for every message."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.rows: dict[str, tuple[str, str, float, float]] = given["rows"]
        self.lowest, self.highest = given["range"]
        self.unit: str = given["unit"]
        self.lines: dict[str, dict[str, Any]] = given["lines"]
        self.shifts: list[tuple[int, int, dict[str, str]]] = given["shifts"]
        self.ahead, self.behind = given["ahead"], given["behind"]
        self.validator = jsonschema_rs.Draft202012Validator(given["schema"], validate_formats=True)

    def govern(self, topic: str, payload: bytes | bytearray) -> tuple[str, bytes] | None:
        """The governed topic and payload, or None for a message that is refused."""
        levels = topic.split("/")
        if len(levels) != 5 or levels[2] not in LINES:
            return None
        row = self.rows.get(f"{levels[3]}/{levels[4]}")
        if row is None:
            return None
        asset, name, factor, offset = row
        line = levels[2][1:]
        body = self.body(payload, line, factor, offset)
        if body is None or not self.validator.is_valid(body):
            return None
        return f"acme/dallas/packaging/line-{line}/{asset}/_telemetry/{name}", orjson.dumps(body)

    def body(self, payload: bytes | bytearray, line: str, factor: float, offset: float) -> dict[str, Any] | None:
        """What is to be published, as the schema has it."""
        try:
            raw = orjson.loads(payload)
            value, stamp = raw["Val"], raw["ts"]
        except (ValueError, KeyError, TypeError):
            return None
        if type(stamp) is not int or not -self.behind <= stamp - time.time() * 1000 <= self.ahead:
            return None
        if type(value) is float or type(value) is int:
            value = round(value * factor + offset, 10)
            if not self.lowest <= value <= self.highest:
                return None
        elif value is not None:
            return None
        return {
            "timestamp": datetime.fromtimestamp(stamp / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "value": value,
            "unit": self.unit,
            "quality": "bad" if value is None else "good",
            **self.context(line, stamp),
        }

    def context(self, line: str, stamp: int) -> dict[str, Any]:
        """Batch and product of the line, and the shift of that moment."""
        found = dict(self.lines.get(line, ()))
        for start, stop, shift in self.shifts:
            if start <= stamp < stop:
                found["shift"] = shift
                break
        return found
