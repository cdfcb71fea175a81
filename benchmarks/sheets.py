"""What `uns registry import` takes for a large sheet, on SQLite: new, and once more when all of it is known; and then
what it takes to tell what that changed for readings.

python -m benchmarks.sheets [--rows 100000]
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.stages import plant
from uns.registry.corrections import Period, corrected
from uns.registry.csv.kinds import Kind
from uns.registry.engine import connect
from uns.registry.moments import Revision

RULES = Path(__file__).parents[1] / "naming_rules"
BEGIN = datetime(2016, 1, 1, tzinfo=UTC)
CHANGES = {
    "batches came": Period(Revision(0), Revision(1)),
    "their products got names": Period(Revision(2), Revision(3)),
}
HOURS = 8
LINES = 100


def batches(rows: int) -> Iterator[str]:
    """One after the other on a hundred lines."""
    yield "id,equipment,product,order,start,stop,quantity"
    for number in range(rows):
        line, turn = number % LINES, number // LINES
        start = BEGIN + timedelta(hours=turn * HOURS)
        times = f"{start:%FT%TZ},{start + timedelta(hours=HOURS):%FT%TZ}"
        yield f"B-{number},dallas/packaging/line-{line},SKU-{turn % 50},O-{turn},{times},{number}"


def equipment(rows: int) -> Iterator[str]:
    yield "path,name,from"
    for number in range(rows):
        yield f"dallas/packaging/line-{number % LINES}/asset-{number},Asset {number},2016-01-01T00:00"


def products(rows: int) -> Iterator[str]:
    yield "id,name,volume"
    for number in range(rows):
        yield f"SKU-{number},Cola {number},330 mL"


def imported(folder: Path, kind: Kind, file: Path) -> tuple[float, float]:
    """Seconds on the clock, and of the processor."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("UNS_")}
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "uns", "registry", "import", kind, str(file)],
        cwd=folder, env=environment | {"UNS_RULES": str(RULES)}, stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    taken, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def told(file: Path, period: Period) -> tuple[float, float]:
    """Of a page of a hundred corrections and of the one after it, as the API is asked: processor time in s."""
    engine, now = connect(f"sqlite:///{file}"), time.time_ns()
    standard, cursor = plant(now)[0].standard, None
    taken = []
    for _ in range(3):
        begun = time.process_time()
        page = corrected(engine, standard, period, now, None, cursor)
        taken.append(time.process_time() - begun)
        assert len(page.items) == 100
        cursor = page.next
    return taken[0], taken[2]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=100_000)
    rows = arguments.parse_args().rows
    sheets: dict[Kind, Iterator[str]] = {
        "batches": batches(rows), "equipment": equipment(rows), "products": products(rows),
    }  # fmt: skip
    print(f"{rows:,} rows   new, s (processor)   known already, s (processor)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, lines in sheets.items():
            file = folder / f"{kind}.csv"
            file.write_text("\n".join(lines), encoding="utf-8")
            new, known = imported(folder, kind, file), imported(folder, kind, file)
            print(f"{kind:<12} {new[0]:.1f} ({new[1]:.1f})   {known[0]:.1f} ({known[1]:.1f})")
        print("what changed for readings   first page, s   a later one, s")
        for what, period in CHANGES.items():
            first, later = told(folder / "uns.db", period)
            print(f"{what:<27} {first:.2f}            {later:.2f}")


if __name__ == "__main__":
    main()
