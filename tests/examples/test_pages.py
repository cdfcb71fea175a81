"""Examples that are a project with a page: what the page says of a running service is what happens."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.mosquitto import Mosquitto
from support.pages import follow, serving

EXAMPLES = Path(__file__).parents[2] / "examples"
pytestmark = pytest.mark.skipif(shutil.which("mosquitto_pub") is None, reason="apt install mosquitto-clients")


def done(example: str, folder: Path, broker: Mosquitto) -> tuple[Path, int]:
    """The folder in which every command of the example's page was run, and how many answers it shows."""
    copy = shutil.copytree(EXAMPLES / example, folder / example)
    with serving(copy, broker, "uns migrate") as service:
        answers = follow(EXAMPLES / example / "README.md", service)
    return copy, answers


def test_a_reading_without_its_batch_is_kept_and_comes_back(tmp_path: Path, broker: Mosquitto) -> None:
    assert done("batch-required", tmp_path, broker)[1] > 2


def test_what_an_mes_repeats_leaves_no_trace(tmp_path: Path, broker: Mosquitto) -> None:
    folder, _ = done("mes", tmp_path, broker)
    with closing(sqlite3.connect(folder / "uns.db")) as registry:
        rows = registry.execute("SELECT id, superseded_at IS NOT NULL FROM batch ORDER BY row").fetchall()
    believed = [("L-0302", 0), ("L-0301", 0), ("L-0298", 0), ("L-0299", 0), ("L-0300", 0)]
    assert sorted(rows) == sorted([*believed, ("L-0301", 1)])
