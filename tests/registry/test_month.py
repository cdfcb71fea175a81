"""`uns registry shifts`: the month that a terminal shows, on a real registry."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len
from support.registry import with_standard
from typer.testing import CliRunner, Result

from uns.cli import load_verbs
from uns.cli.app import app

load_verbs()
STANDARD = """\
enterprise: acme
sites: {dallas: {zone: America/Chicago}, berlin: {zone: Europe/Berlin}}
levels:
  - {name: line, role: work_center, pattern: 'line-[0-9]{1,2}'}
names: {temperature: {type: number, unit: Cel}}
contracts: {}
"""
SHIFTS = """\
site,id,days,start,stop,crew,from,until,turn
dallas,early,mon-fri,06:00,14:00,A B,2025-01-06,,7
dallas,night,mon-sun,22:00,06:00,C,,,
dallas/line-3,day,mon-sun,08:00,16:00,,,,
"""
EXCEPTIONS = """\
site,date,id,start,stop,crew
dallas,2025-11-26,early,,,
dallas,2025-11-27,early,08:00,12:00,D
dallas,2025-11-29,大扫除,09:00,11:00,清洁
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    with_standard(tmp_path, STANDARD)
    for kind, text in (("shifts", SHIFTS), ("shift-exceptions", EXCEPTIONS)):
        (tmp_path / "sheet.csv").write_text(text)
        assert run("import", kind, "sheet.csv").exit_code == 0
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["registry", *arguments])


def test_each_day_shows_its_shifts_crews_exceptions_and_changes_of_the_clocks() -> None:
    done = run("shifts", "acme/dallas", "--month", "2025-11")
    assert done.exit_code == 0, done.output
    shown = done.output.splitlines()
    places = [
        {cell_len(line[: line.index(each)]) for line in shown[2:32] if each in line} for each in ("06:00–", "22:")
    ]
    assert [cell_len(shown[1][: shown[1].index(each)]) for each in ("early", "night")] == [min(each) for each in places]
    assert [len(each) for each in places] == [1, 1], "each in its column"
    head, columns, *lines = (re.sub(" +", " ", line).strip() for line in shown)
    assert (head, columns) == ("2025-11 acme/dallas America/Chicago", "early 大扫除 night")
    told = {line[4:6]: line[7:] for line in lines[:30]}
    assert told["01"] == "22:00–06:00 C (9 h)"
    assert told["03"] == "06:00–14:00 B 22:00–06:00 C"
    assert told["10"] == "06:00–14:00 A 22:00–06:00 C"
    assert told["26"] == "off * 22:00–06:00 C"
    assert told["27"] == "08:00–12:00 D * 22:00–06:00 C"
    assert told["29"] == "09:00–11:00 清洁 * 22:00–06:00 C"
    every = (date(2025, 11, 1) + timedelta(days=number) for number in range(30))
    worked = (each for each in every if each.weekday() < 5 and each.day not in (26, 27))
    turns = [(each - date(2025, 1, 6)).days // 7 % 2 for each in worked]
    wanted = {"C": 241, "A": 8 * turns.count(0), "B": 8 * turns.count(1), "D": 4, "清洁": 2}
    assert {line.split()[1]: int(line.split()[2]) for line in lines[30:]} == wanted
    assert "22:00–06:00 C (7 h)" in re.sub(" +", " ", run("shifts", "dallas", "--month", "2026-03").output)


def test_one_day_of_other_times_moves_no_column(folder: Path) -> None:
    (folder / "sheet.csv").write_text("site,date,id,start,stop,crew\ndallas,2026-01-08,night,00:00,06:00,\n")
    assert run("import", "shift-exceptions", "sheet.csv").exit_code == 0
    _, columns, *lines = run("shifts", "dallas", "--month", "2026-01").output.splitlines()
    assert columns.split() == ["early", "night"]
    assert [line.split()[1] for line in lines[31:]] == ["A", "B", "C"], "crews by their name"


def test_the_same_as_json_and_for_equipment_of_its_own() -> None:
    shown = json.loads(run("shifts", "dallas/line-3", "--month", "2026-03", "--json").output)
    assert len(shown) == 31
    assert shown[6] == {
        "id": "day", "date": "2026-03-07", "start": "2026-03-07T14:00:00.000Z", "stop": "2026-03-07T22:00:00.000Z",
        "crew": None, "equipment": "dallas/line-3",
    }  # fmt: skip
    assert shown[7]["start"] == "2026-03-08T13:00:00.000Z"


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("shifts", "dallas", "--month", "november"), 2, "write it like 2026-11"),
        (("shifts", "dallas", "--month", "2026-13"), 2, "is no month"),
        (("shifts", "dallas", "--month", "9999-12"), 2, "no calendar goes to 9999"),
        (("shifts", "berlin"), 1, "nobody has entered shifts of berlin"),
        (("shifts", "paris"), 1, "paris"),
    ],
)
def test_what_cannot_be_shown_is_told(arguments: tuple[str, ...], status: int, told: str) -> None:
    done = run(*arguments)
    assert (done.exit_code, told in done.output) == (status, True), done.output


def test_without_a_month_it_is_this_one() -> None:
    before, done, after = _month(), run("shifts", "dallas"), _month()
    assert done.exit_code == 0
    assert done.output.split()[0] in (before, after)


def _month() -> str:
    return datetime.now(ZoneInfo("America/Chicago")).strftime("%Y-%m")
