"""A migrated registry of its own for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from support.postgres import binaries, postgres
from support.registry import migrated

from uns.finding import FilePlace
from uns.naming.standard import Level, Site, Standard
from uns.registry.engine import connect
from uns.registry.migrate import migrate

PLACE = FilePlace("standard.yaml")
POSTGRES = pytest.mark.skipif(binaries() is None, reason="no PostgreSQL server is installed (apt install postgresql)")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/uns.db"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = connect(migrated(tmp_path / "uns.db"), busy_ms=5_000)
    yield engine
    engine.dispose()


@pytest.fixture
def standard() -> Standard:
    sites = {
        "dallas": Site("dallas", "America/Chicago", PLACE),
        "berlin": Site("berlin", "Europe/Berlin", PLACE),
    }
    levels = (
        Level("area", PLACE, ("packaging", "brewing")),
        Level("line", PLACE, None, "line-[0-9]{1,2}", optional=True),
        Level("tank", PLACE, None, "tank-[0-9]{1,2}", optional=True, parallel=True),
        Level("asset", PLACE, None, "[a-z][a-z0-9-]{1,31}"),
    )
    return Standard("acme", PLACE, sites, levels, {}, {})


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=POSTGRES)])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One registry for all tests and examples of a file, which `emptied` begins anew."""
    if request.param == "postgresql":
        with postgres() as url:
            engine = connect(url)
            migrate(engine)
            yield engine
            engine.dispose()
    else:
        engine = connect(migrated(tmp_path_factory.mktemp("registry") / "uns.db"))
        yield engine
        engine.dispose()
