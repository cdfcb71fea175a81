"""Fixtures that every room's tests may use."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from support.mosquitto import Mosquitto, mosquitto

import uns

settings.register_profile("without a clock", deadline=None)
settings.load_profile("without a clock")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--of-wheel", help="the folder of an unpacked wheel: its `uns` is to be tested, not the checkout's"
    )


def pytest_configure(config: pytest.Config) -> None:
    wheel = config.getoption("--of-wheel")
    if wheel is not None and not Path(uns.__file__).is_relative_to(Path(wheel).resolve()):
        raise pytest.UsageError(f"{uns.__file__} would be tested: put {wheel} on PYTHONPATH")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background of a shell it would be ignored


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A Mosquitto of its own: `.port`, `.url`, `.stop()`, `.kill()`, and `.restart()`, which keeps its data."""
    with mosquitto(tmp_path / "mosquitto") as running:
        yield running
