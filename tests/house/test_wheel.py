"""The wheel: whole without the checkout, with migrations and the demo's material."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], ROOT, {})
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def _run(command: list[str], where: Path, more: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=where, env=os.environ | more, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_every_module_and_says_that_it_is_typed(unpacked: Path) -> None:
    modules = {path.relative_to(ROOT) for path in (ROOT / "uns").rglob("*.py")}
    assert modules == {path.relative_to(unpacked) for path in (unpacked / "uns").rglob("*.py")}
    assert (unpacked / "uns" / "py.typed").is_file()


@pytest.mark.parametrize("folder", ["mosquitto", "systemd", "naming_rules", "schemas", "examples/demo/registry"])
def test_the_wheel_ships_what_demo_and_plant_need(unpacked: Path, folder: str) -> None:
    shipped = unpacked / "uns" / "demo" / "shipped" / Path(folder).name
    for path in (ROOT / folder).rglob("*"):
        if path.is_file():
            assert (shipped / path.relative_to(ROOT / folder)).read_bytes() == path.read_bytes()


def test_a_registry_is_made_outside_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    said = _run([sys.executable, "-m", "uns", "migrate"], tmp_path, {"PYTHONPATH": str(unpacked)})
    assert "is up to date now" in said
    assert (tmp_path / "uns.db").is_file()


def compiled() -> list[Path]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    named = project["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["mypyc"]["include"]
    return [Path(each[1:]) for each in named]


def test_every_module_to_be_compiled_exists() -> None:
    """The compiler leaves out in silence what it does not find."""
    assert [each for each in compiled() if not (ROOT / each).is_file()] == []


def test_tests_of_every_room_that_is_compiled_run_against_the_wheel() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8").replace("\\\n", " ")
    [line] = re.findall(r"^PATH_TESTS := (.*)$", makefile, re.MULTILINE)
    tested = {each.split("/")[1] for each in line.split()}
    assert {each.parts[1] if len(each.parts) > 2 else "core" for each in compiled()} <= tested
    assert all((ROOT / each.partition("::")[0]).exists() for each in line.split())
