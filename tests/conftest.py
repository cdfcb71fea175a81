"""Fixtures that every room's tests may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.mosquitto import Mosquitto, mosquitto


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A Mosquitto of its own: `.port`, `.url`, `.stop()`, `.kill()`, and `.restart()`, which keeps its data."""
    with mosquitto(tmp_path / "mosquitto") as running:
        yield running
