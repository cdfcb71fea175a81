"""The sheets that `docs/context.md` shows can be imported, one after the other."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from uns.finding import FilePlace
from uns.naming.standard import Level, Site, Standard
from uns.registry.csv import KINDS, take
from uns.registry.engine import connect
from uns.registry.migrate import migrate
from uns.registry.writing import Author

PAGE = Path(__file__).parents[2] / "docs" / "context.md"
SHEETS = dict(re.findall(r"```csv (\S+)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path}/uns.db")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("kind", KINDS)
def test_every_sheet_of_the_page_is_taken(engine: Engine, kind: str) -> None:
    place = FilePlace("standard.yaml")
    levels = (
        Level("area", "area", place, ("packaging",)),
        Level("line", "work_center", place, None, "line-[0-9]{1,2}"),
    )
    standard = Standard("acme", "acme", place, {"dallas": Site("dallas", "America/Chicago", place)}, levels, {}, {})
    done = take(engine, kind, SHEETS[kind].encode(), "sheet.csv", standard, Author("ann", 1))
    assert done.findings == ()
    assert done.tally.added == len(SHEETS[kind].splitlines()) - 1
