"""How the command line begins and ends: quickly, and with a status that says how it was."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from support.plant import write_project

from uns import __version__
from uns.cli import VERBS
from uns.settings import Settings

UNS = [sys.executable, "-m", "uns"]
HEAVY = ("sqlalchemy", "fastapi", "paho", "aiomqtt", "re2", "uns.bundle", "jsonschema_rs")
CLI = Path(__file__).parents[2] / "uns" / "cli"


def plain() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("UNS_")}


def test_every_file_that_registers_a_verb_is_loaded() -> None:
    verbs = {each.stem for each in CLI.glob("*.py") if re.search(r"@(app|verbs)\.command", each.read_text("utf-8"))}
    groups = {each.stem for each in CLI.glob("*.py") if "app.add_typer" in each.read_text("utf-8")}
    assert verbs | groups == set(VERBS)


def test_help_loads_nothing_that_only_a_verb_needs() -> None:
    code = f"import sys, uns.cli; uns.cli.load_verbs(); print([each for each in {HEAVY} if each in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


REGISTRY, API = ("sqlalchemy", "alembic"), ("fastapi", "uvicorn")


@pytest.mark.parametrize(
    ("arguments", "spared"),
    [
        (("check",), (*REGISTRY, *API, "aiomqtt")),
        (("test",), (*REGISTRY, *API, "aiomqtt")),
        (("ls",), (*REGISTRY, *API)),
        (("migrate",), ("psycopg", *API)),
    ],
)
def test_nobody_waits_for_a_library_that_the_verb_has_no_use_for(
    tmp_path: Path, arguments: tuple[str, ...], spared: tuple[str, ...]
) -> None:
    write_project(tmp_path)
    (tmp_path / "uns.db").unlink()
    told = f"import atexit, sys; atexit.register(lambda: print(sorted(sys.modules.keys() & {set(spared)})))"
    done = subprocess.run(
        [sys.executable, "-c", f"{told}\nfrom uns.cli import main; main()", *arguments],
        cwd=tmp_path, env=plain() | {"UNS_BROKER": "mqtt://127.0.0.1:1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_it_says_its_version() -> None:
    done = subprocess.run([*UNS, "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"uns {__version__}, message path in Python\n")


def test_every_setting_but_the_password_is_a_flag_of_run() -> None:
    done = subprocess.run([*UNS, "run", "--help"], capture_output=True, text=True, check=True, env={"COLUMNS": "200"})
    flags = {each.removeprefix("--") for each in done.stdout.split() if each.startswith("--")}
    assert {each.replace("_", "-") for each in Settings.model_fields} - flags == {"password"}


@pytest.mark.parametrize(
    "arguments",
    [("--api", "0.0.0.0:80"), ("--broker", "http://x"), ("--password-file", "nowhere"), ("--registry", "x")],
)
def test_run_with_a_wrong_flag_names_the_flag_and_ends_with_status_2(
    tmp_path: Path, arguments: tuple[str, str]
) -> None:
    done = subprocess.run(
        [*UNS, "run", *arguments], capture_output=True, text=True, check=False, cwd=tmp_path, env=plain(), timeout=30
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{arguments[0]}:1:1: error" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "--only", "x"), "Invalid value for '--only': 'x' is not one of path, api"),
        (("registry", "list", "x"), "Invalid value for 'KIND': 'x' is not one of equipment, products,"),
    ],
)
def test_a_word_that_is_not_listed_is_told_in_our_own_words(arguments: tuple[str, ...], said: str) -> None:
    done = subprocess.run([*UNS, *arguments], capture_output=True, text=True, check=False, env=plain(), timeout=30)
    assert done.returncode == 2
    assert said in done.stderr


def status_without_a_reader(folder: Path, *arguments: str) -> tuple[int, str]:
    """How a verb ends whose standard output nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as output:
        done = subprocess.run(
            [*UNS, *arguments], stdout=output, stderr=subprocess.PIPE, text=True, check=False, cwd=folder, env=plain()
        )
    return done.returncode, done.stderr


@pytest.mark.parametrize("arguments", [("--help",), ("check",), ("check", "--json"), ("test", "--json"), ("test",)])
def test_a_closed_pipe_is_no_error(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    write_project(tmp_path)
    status, said = status_without_a_reader(tmp_path, *arguments)
    assert status == 0
    assert "Error" not in said


@pytest.mark.parametrize("arguments", [("check",), ("check", "--json"), ("test",), ("test", "--json")])
def test_a_closed_pipe_makes_no_success_of_a_failure(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    write_project(tmp_path)
    rules = tmp_path / "naming_rules" / "dallas.yaml"
    rules.write_text(rules.read_text() + "tests: [{topic: nowhere, text: x, expect: {ignore: empty}}]\n")
    status, said = status_without_a_reader(tmp_path, *arguments)
    assert (status, "Traceback" in said) == (1, False)


def test_without_standard_output_the_status_tells(tmp_path: Path) -> None:
    write_project(tmp_path)
    command = ["sh", "-c", f"exec {shlex.join(UNS)} check >&-"]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path, env=plain())
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full device")
@pytest.mark.parametrize("arguments", [("check",), ("check", "--json"), ("--help",)])
def test_a_full_disk_behind_standard_output_is_told(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    write_project(tmp_path)
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*UNS, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path, env=plain()
        )
    assert (done.returncode, "Traceback" in done.stderr) == (3, False)
    assert "error: standard output cannot be written: No space left on device" in done.stderr


def test_no_colour_leaves_for_a_file() -> None:
    done = subprocess.run([*UNS, "--help"], capture_output=True, check=True)
    assert b"\x1b" not in done.stdout


def test_ctrl_c_while_it_loads_is_quiet(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt", "utf-8")
    done = subprocess.run(
        [*UNS, "check"], cwd=tmp_path, env=plain() | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (130, "")


TOLD = ("explain", "plc/käse/1", '{"Val": 1}')


def in_latin_1(folder: Path, *arguments: str) -> tuple[str, bytes]:
    """What a verb says on both outputs where the terminal knows no more than Latin-1."""
    write_project(folder)
    environment = plain() | {"PYTHONIOENCODING": "latin-1", "UNS_BROKER": "mqtt://127.0.0.1:1"}
    done = subprocess.run([*UNS, *arguments], cwd=folder, env=environment, capture_output=True, check=False)
    return done.stderr.decode("latin-1"), done.stdout


def test_a_terminal_that_lacks_our_signs_gets_others(tmp_path: Path) -> None:
    said, printed = in_latin_1(tmp_path, *TOLD)
    assert ("Traceback" in said, "käse/1 ·".encode("latin-1") in printed, b"\n          -> " in printed) == (
        False, True, True,
    )  # fmt: skip


def test_data_is_utf_8_whatever_the_terminal_is(tmp_path: Path) -> None:
    said, printed = in_latin_1(tmp_path, *TOLD, "--json")
    assert "Traceback" not in said
    assert "käse" in printed.decode("utf-8")


def test_run_in_a_wrong_folder_makes_nothing_there(tmp_path: Path) -> None:
    done = subprocess.run([*UNS, "run"], cwd=tmp_path, env=plain(), capture_output=True, text=True, check=False)
    assert (done.returncode, list(tmp_path.iterdir())) == (1, [])
    assert done.stderr.splitlines() == [
        "error: there is no folder naming_rules",
        "  → run it in the project's folder, or set `rules`",
    ]
