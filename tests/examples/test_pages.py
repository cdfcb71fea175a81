"""Examples that are a project with a page: what the page says of a running service is what happens."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.mosquitto import Mosquitto
from support.pages import follow, serving

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.skipif(shutil.which("mosquitto_pub") is None, reason="apt install mosquitto-clients")
@pytest.mark.parametrize("example", ["batch-required"])
def test_every_command_of_the_page_answers_as_shown(example: str, tmp_path: Path, broker: Mosquitto) -> None:
    folder = shutil.copytree(EXAMPLES / example, tmp_path / example)
    with serving(folder, broker, "uns migrate") as service:
        follow(EXAMPLES / example / "README.md", service)
