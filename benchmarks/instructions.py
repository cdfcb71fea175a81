"""How many instructions a message takes: `make bench-check`, or `python -m benchmarks.instructions [--write]`.

Counted by callgrind, which no other work on the machine disturbs: the whole path without sockets, and each stage of
`benchmarks.stages`. Held against `instructions.json`; more than a tenth above it fails. Figures belong to one build of
Python; where there are none for it, that is said.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import uns.decide
from benchmarks import page
from benchmarks.stages import Stage, plant, stages
from benchmarks.unplugged import packets, plugged_into_nothing, pubacks

FIGURES = Path(__file__).with_name("instructions.json")
ALLOWED = 1.10
MESSAGES = 500
COUNTING = "COUNTING_INSTRUCTIONS"
WHOLE = ("taken and published", "accepted and acknowledged")
MARK = "getppid"
"""A function of the C library that nobody else calls: callgrind puts down what was spent each time that it comes."""


def main() -> None:
    if COUNTING in os.environ:
        count()
        return
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--write", action="store_true", help="the figures of now are those to compare with")
    if shutil.which("valgrind") is None:
        raise SystemExit("valgrind is not installed: apt-get install valgrind")
    writing, now, figures = arguments.parse_args().write, counted(), json.loads(FIGURES.read_text())
    before = figures.get(build(), {})
    print(f"{build()}\n\n| stage | instructions | before |\n|---|---|---|")
    for stage, number in now.items():
        print(f"| {stage} | {number:,} | {before[stage]:,} |" if stage in before else f"| {stage} | {number:,} | |")
    if writing:
        write_down(figures | {build(): now})
    elif not before:
        print("\nThere are no figures of this build to compare with; `--write` makes these the ones.")
    elif slower := [stage for stage, number in now.items() if number > ALLOWED * before.get(stage, number)]:
        raise SystemExit(f"\nmore than a tenth above the figures of before: {', '.join(slower)}")


def write_down(figures: Mapping[str, Mapping[str, int]]) -> None:
    """As what to compare with, and as a table in RESULTS.md."""
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n")
    columns = list(next(iter(figures.values())))
    table = [f"| instructions | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name, numbers in sorted(figures.items()):
        row = " | ".join(f"{numbers[stage]:,}" for stage in columns)
        table.append(f"| {name} | {row} |")
    page.write("counted", table)


def build() -> str:
    """What the figures belong to."""
    path = "Python" if uns.decide.__file__.endswith(".py") else "compiled"
    return f"{path} path, Python {platform.python_version()} built {platform.python_build()[1]}"


def counted() -> Mapping[str, int]:
    """Instructions of one message, for the whole path and for each stage: this module once more, under callgrind."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", f"--dump-before={MARK}"]
        environment = os.environ | {"PYTHONHASHSEED": "0", COUNTING: "1"}
        ran = subprocess.run(
            [*command, sys.executable, "-m", __spec__.name], env=environment, check=True, capture_output=True
        )
        dumps = [Path(folder, f"out.{number}") for number in range(1, len(list(Path(folder).iterdir())))]
        spent = [int(re.findall(r"^(?:summary|totals): (\d+)", dump.read_text(), re.M)[0]) for dump in dumps]
    found = dict(zip(json.loads(ran.stdout), spent, strict=True))
    asking, calling = found.pop("asking"), found.pop("nothing")
    return {
        name: (number - (asking if name in WHOLE else calling)) // MESSAGES
        for name, number in found.items()
        if name != "between"
    }


def count() -> None:
    """What callgrind watches: after everything to be counted, what was spent since the last time is put down."""
    path, connection = plugged_into_nothing(*plant(time.time_ns()))
    gc.disable()
    told: list[str] = []

    def put_down(name: str) -> None:
        told.append(name)
        os.getppid()

    for _ in range(2):
        raw = packets(0, MESSAGES)
        put_down("between")
        connection.data_received(raw)
        put_down(WHOLE[0])
        answers = pubacks(path)
        put_down("between")
        connection.data_received(answers)
        put_down(WHOLE[1])
    every = [Stage("nothing", bool, lambda: [((),)] * MESSAGES), *stages()]
    for stage in every:
        for each in stage.arguments():
            stage.run(*each)
        calls = stage.arguments()
        put_down("between")
        for each in calls:
            stage.run(*each)
        put_down(stage.name)
    put_down("between")
    put_down("asking")
    print(json.dumps(told))


if __name__ == "__main__":
    main()
