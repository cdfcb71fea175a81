"""What every hand-written mapping is given: the plant's table, its schema in one piece, and the context around now."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.service import PLANT

UNITS = {"[degF]": (5 / 9, -160 / 9)}
"""value in degrees Celsius = raw × factor + offset."""
ZONE = ZoneInfo("America/Chicago")
DAYS = 9
"""So far back and ahead shifts are worked out; readings older than seven days are refused."""


def given(now: datetime) -> dict[str, Any]:
    """Nothing of it is worked out per message: whoever writes such a mapping by hand would have it ready as well."""
    with (PLANT / "naming_rules" / "tags.csv").open(encoding="utf-8", newline="") as table:
        rows = {
            f"{row['machine']}/{row['tag']}": [row["asset"], row["name"], *UNITS[row["unit"]]]
            for row in csv.DictReader(table)
        }
    return {
        "rows": rows,
        "range": [-40, 400],
        "unit": "Cel",
        "lines": {
            "3": {"batch": {"id": "B-1001", "order": "O-7"}, "product": {"id": "SKU-42", "name": "Cola 330"}},
        },
        "shifts": shifts(now),
        "schema": schema(),
        "ahead": 5 * 60 * 1000,
        "behind": 7 * 24 * 3600 * 1000,
    }


def shifts(now: datetime) -> list[tuple[int, int, dict[str, str]]]:
    """From and until in milliseconds, the newest first."""
    made = []
    for days in range(2, -DAYS - 1, -1):
        date = now.astimezone(ZONE).date() + timedelta(days)
        morning, evening, after = (
            int(datetime.combine(day, time(hour), ZONE).timestamp() * 1000)
            for day, hour in ((date, 6), (date, 18), (date + timedelta(1), 6))
        )
        made.append((evening, after, {"id": "night", "date": date.isoformat(), "crew": "B"}))
        made.append((morning, evening, {"id": "day", "date": date.isoformat(), "crew": "A"}))
    return made


def schema() -> dict[str, Any]:
    """The contract's schema with what it refers to put in its place."""
    folder = PLANT / "schemas"
    contract: dict[str, Any] = json.loads((folder / "telemetry" / "1.json").read_text(encoding="utf-8"))
    common = json.loads((folder / "common" / "context.json").read_text(encoding="utf-8"))
    for name, each in contract["properties"].items():
        if "$ref" in each:
            contract["properties"][name] = common["$defs"][each["$ref"].rpartition("/")[2]]
    return contract


def write_given(folder: Path) -> Path:
    """`given` as of now, as a file for other programs."""
    path = folder / "given.json"
    path.write_text(json.dumps(given(datetime.now(UTC))), encoding="utf-8")
    return path
