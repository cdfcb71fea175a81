"""`uns registry import shift-exceptions FILE.ics`: what its options do, and where they do not belong."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from support.registry import with_standard
from typer.testing import CliRunner, Result

from uns.cli import load_verbs
from uns.cli.app import app

load_verbs()
STANDARD = """\
enterprise: acme
sites: {dallas: {zone: America/Chicago}}
levels:
  - {name: line, role: work_center, pattern: 'line-[0-9]{1,2}'}
names: {temperature: {type: number, unit: Cel}}
contracts: {}
"""
CALENDAR = (
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Daily\nDTSTART:20000101\nRRULE:FREQ=DAILY\nEND:VEVENT\nEND:VCALENDAR\n"
)
ON = ("--equipment", "dallas")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    with_standard(tmp_path, STANDARD)
    (tmp_path / "h.ics").write_text(CALENDAR)
    (tmp_path / "s.csv").write_text("site,id,days,start,stop\ndallas,day,mon-sun,06:00,18:00\n")
    assert uns("shifts", "s.csv").exit_code == 0
    return tmp_path


def uns(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["registry", "import", *arguments], input=stdin)


def exceptions() -> list[str]:
    rows = CliRunner().invoke(app, ["registry", "export", "shift-exceptions"]).stdout.splitlines()[1:]
    return sorted(row.split(",")[1] for row in rows)


def test_without_dates_it_looks_from_today_two_years_ahead() -> None:
    done = uns("shift-exceptions", "h.ics", *ON)
    assert done.exit_code == 0, done.output
    first, last = date.fromisoformat(exceptions()[0]), date.fromisoformat(exceptions()[-1])
    assert abs(first - date.today()) <= timedelta(days=1)
    assert abs((last - first).days - 730) <= 1


def test_dates_shifts_words_and_what_is_removed() -> None:
    dates = ("--from", "2027-01-01", "--until", "2027-01-05")
    assert "4 added, 0 corrected, 0 unchanged" in uns("shift-exceptions", "h.ics", *ON, *dates).stdout
    assert exceptions() == ["2027-01-01", "2027-01-02", "2027-01-03", "2027-01-04"]
    Path("h.ics").write_text(CALENDAR.replace("FREQ=DAILY", "FREQ=YEARLY"))
    done = uns("shift-exceptions", "h.ics", *ON, *dates)
    assert "0 added, 0 corrected, 1 unchanged" in done.stdout
    assert "h.ics:1:1: note: off in the registry, and no event of this file says so: 2027-01-02 day" in done.stdout
    done = uns("shift-exceptions", "h.ics", *ON, *dates, "--only", "dai*", "--shift", "day", "--replace")
    assert "0 added, 0 corrected, 1 unchanged, 3 removed" in done.stdout
    assert exceptions() == ["2027-01-01"]


def test_standard_input_is_known_for_a_calendar_by_its_first_line() -> None:
    done = uns("shift-exceptions", "-", *ON, "--json", stdin=b"\xef\xbb\xbf" + CALENDAR.encode())
    assert done.exit_code == 0, done.output
    assert '"added": 73' in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("shift-exceptions", "h.ics"), 2, "add --equipment dallas"),
        (("shifts", "h.ics", *ON), 2, "cannot hold shifts"),
        (("shifts", "s.csv", *ON), 2, "is no calendar file"),
        (("shifts", "s.csv", "--replace"), 2, "is no calendar file"),
        (("shift-exceptions", "h.ics", "--equipment", "dalas"), 1, "did you mean `dallas`?"),
        (("shift-exceptions", "h.ics", *ON, "--from", "tomorrow"), 2, "--from: 'tomorrow' is no date"),
        (("shift-exceptions", "h.ics", *ON, "--until", "2020-01-01"), 2, "--until:"),
        (("shift-exceptions", "h.ics", *ON, "--from", "2026-01-01", "--until", "2036-01-02"), 2, "at most 10 years"),
        (("shift-exceptions", "h.ics", *ON, "--from", "1066-10-14"), 2, "no calendar goes to 1066-10-14"),
        (("shift-exceptions", "h.ics", *ON, "--shift", "dai"), 1, "did you mean `day`?"),
        (("shift-exceptions", "no.ics", *ON), 2, "cannot be read"),
    ],
)
def test_what_does_not_go_together_is_said(arguments: tuple[str, ...], status: int, said: str) -> None:
    done = uns(*arguments)
    assert (done.exit_code, exceptions()) == (status, [])
    assert said in done.output
