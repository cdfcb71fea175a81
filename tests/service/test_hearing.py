"""What makes the path load its timeline whole, which it otherwise follows change by change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from support.postgres import binaries, postgres
from support.project import NOW, bundle_of
from support.waiting import eventually

from uns.instant import SECOND
from uns.registry.engine import connect, transaction
from uns.registry.migrate import migrate, packaged
from uns.service.hearing import PATIENCE, Heard, Hearing

POSTGRES = pytest.mark.skipif(binaries() is None, reason="no PostgreSQL server is installed (apt install postgresql)")
MONTH = 30 * 86_400 * SECOND


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=POSTGRES)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'uns.db'}"
    else:
        with postgres() as url:
            yield url


def test_a_schema_that_goes_back_under_it_is_told_at_the_next_look(url: str) -> None:
    """Also where all that is read here is there still: what is lacking would show only once somebody needs it."""
    engine, other, told = connect(url), connect(url), list[str]()
    migrate(engine)
    bundle = bundle_of("sources: [plc/#]\nrules: []\n")
    listening = Hearing(engine, lambda: bundle, lambda: 0, lambda heard: None, told.append)
    listening.start()
    try:
        eventually(lambda: told == [""])
        migrate(other, packaged()[-2])
        eventually(lambda: told[1:] == ["the registry's schema is not up to date; run `uns migrate`"], 5)
        migrate(other)
        eventually(lambda: told[2:] == [""], 5)
        with transaction(other) as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        asked, listening.at = monotonic(), 0.0
        eventually(lambda: listening.at > asked + 2 * PATIENCE, 10)
        assert told[3:] == []
    finally:
        listening.stop()
        engine.dispose()
        other.dispose()


@pytest.mark.parametrize("step", [MONTH, -MONTH])
def test_a_clock_that_somebody_set_moves_what_the_timeline_reaches_back_to(step: int, tmp_path: Path) -> None:
    """A box without a clock of its own starts in another year; what it loaded then is not for the readings of now."""
    engine, bundle = connect(f"sqlite:///{tmp_path / 'uns.db'}"), bundle_of("sources: [plc/#]\nrules: []\n")
    migrate(engine)
    clock, heard = [NOW], list[Heard]()
    listening = Hearing(engine, lambda: bundle, lambda: 0, heard.append, lambda why: None, lambda: clock[0])
    listening.start()
    try:
        eventually(lambda: heard and heard[-1].timeline.since == NOW - bundle.reaches_back)
        clock[0] += step
        eventually(lambda: heard[-1].timeline.since == clock[0] - bundle.reaches_back)
    finally:
        listening.stop()
        engine.dispose()
