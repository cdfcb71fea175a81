"""`docs/context.md`: its sheets can be imported, its rules are sound, its commands answer as shown."""

import re
import shutil
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from support.pages import follow
from support.registry import migrated

from uns.bundle import Documents
from uns.equipment import EquipmentPath
from uns.finding import FilePlace
from uns.judge import judge
from uns.naming.standard import Level, Site, Standard
from uns.registry.csv import KINDS, take
from uns.registry.csv.kinds import Kind
from uns.registry.engine import connect
from uns.registry.held import Tally
from uns.registry.ics import Horizon, Wanted, take_calendar
from uns.registry.writing import Author

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "context.md").read_text(encoding="utf-8")
SHEETS = re.findall(r"```csv (\S+)\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = connect(migrated(tmp_path / "uns.db"))
    yield engine
    engine.dispose()


def test_a_sheet_of_every_kind_is_shown() -> None:
    assert {kind for kind, _ in SHEETS} == set(KINDS)


@pytest.mark.parametrize(("kind", "sheet"), SHEETS)
def test_every_sheet_of_the_page_is_taken(engine: Engine, kind: Kind, sheet: str) -> None:
    place = FilePlace("standard.yaml")
    levels = (
        Level("area", place, ("packaging",)),
        Level("line", place, None, "line-[0-9]{1,2}"),
    )
    zones = {"dallas": "America/Chicago", "berlin": "Europe/Berlin"}
    standard = Standard("acme", place, {name: Site(name, zone, place) for name, zone in zones.items()}, levels, {}, {})
    done = take(engine, kind, sheet.encode(), "sheet.csv", standard, Author("ann", 1))
    assert done.findings == ()
    assert done.tally.added == len(sheet.splitlines()) - 1


def test_the_calendar_of_the_page_is_taken(engine: Engine) -> None:
    place = FilePlace("standard.yaml")
    standard = Standard("acme", place, {"dallas": Site("dallas", "America/Chicago", place)}, (), {}, {})
    author, wanted = Author("ann", 1), Wanted(EquipmentPath("dallas"), Horizon(date(2027, 1, 1), date(2028, 1, 1)))
    (shifts,) = (sheet for kind, sheet in SHEETS if kind == "shifts" and "early,mon-fri" in sheet)
    take(engine, "shifts", shifts.encode(), "sheet.csv", standard, author)
    (calendar,) = re.findall(r"^```ics\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    done = take_calendar(engine, calendar.encode(), "holidays.ics", standard, wanted, author)
    assert done.findings == ()
    assert done.tally == Tally(added=5 * 2 + 6)  # five working days; the nights of the 11th to the 15th and of the 18th


def test_the_rules_of_the_page_hold() -> None:
    (rules,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    header = "site: dallas\nsteward: packaging-ot@acme.example\n"
    project = {"standard.yaml": (PROJECT / "naming_rules" / "standard.yaml").read_bytes()}
    schemas = {str(each.relative_to(PROJECT / "schemas")): each.read_bytes() for each in PROJECT.glob("schemas/*/*")}
    judgement = judge(Documents(project | {"dallas.yaml": (header + rules).encode()}, schemas), time.time_ns(), {})
    assert [str(each) for each in judgement.findings if each.code != "rule-untested"] == []
    assert judgement.bundle is not None


@pytest.mark.skipif(shutil.which("mosquitto_pub") is None, reason="apt install mosquitto-clients")
def test_every_command_of_the_page_answers_as_shown(service) -> None:
    assert follow(PROJECT / "docs" / "context.md", service) > 2
