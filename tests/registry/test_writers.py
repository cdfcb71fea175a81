"""Several processes that write at once: the database decides, and who loses is told why."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine
from support.postgres import binaries, postgres
from support.registry import with_standard
from support.waiting import eventually

from uns.context.values import Batch
from uns.registry import batches
from uns.registry.engine import connect
from uns.registry.migrate import migrate
from uns.registry.writing import Author, writing

STANDARD = """\
enterprise: acme
sites: {dallas: {zone: UTC}}
levels: [{name: line, role: work_center, pattern: 'line-[0-9]{1,2}'}]
names: {}
contracts: {}
"""
WRITERS = 4
ROUNDS = 3
BEGUN = datetime(2026, 11, 20, tzinfo=UTC)
POSTGRES = pytest.mark.skipif(binaries() is None, reason="no PostgreSQL server is installed (apt install postgresql)")


class Told(NamedTuple):
    status: int
    said: str


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=POSTGRES)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "postgresql":
        with postgres() as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path}/uns.db"


def sheet(writer: int, number: int) -> str:
    """A batch on a line that nobody else has, and one that wants the same hours of line-1 as everybody's."""
    start = BEGUN + timedelta(hours=number)
    stop = start + timedelta(minutes=30 + writer)
    rows = [f"{line}-{writer}-{number},dallas/{line},{start:%Y-%m-%dT%H:%MZ},{stop:%Y-%m-%dT%H:%MZ}" for line in
            (f"line-{writer + 2}", "line-1")]  # fmt: skip
    return "\n".join(["id,equipment,start,stop", *rows, ""])


def started(folder: Path, url: str, file: Path) -> subprocess.Popen[str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("UNS_")}
    return subprocess.Popen(
        [sys.executable, "-m", "uns", "registry", "import", "batches", str(file)], cwd=folder, text=True,
        env={**inherited, "UNS_REGISTRY": url}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def test_of_sheets_that_contradict_each_other_one_is_taken_whole_and_the_others_say_why_not(
    tmp_path: Path, url: str
) -> None:
    with_standard(tmp_path, STANDARD)
    engine = connect(url)
    migrate(engine)
    for number in range(ROUNDS):
        files = [tmp_path / f"{writer}-{number}.csv" for writer in range(WRITERS)]
        for writer, file in enumerate(files):
            file.write_text(sheet(writer, number), encoding="utf-8")
        with writing(engine, Author("ann", 1)):
            processes = [started(tmp_path, url, file) for file in files]
            eventually(lambda all_of=processes: waiting(engine, all_of) == WRITERS)
        told = [Told(status=each.wait(60), said=each.communicate()[0]) for each in processes]
        winners = {writer for writer, each in enumerate(told) if each.status == 0}
        assert len(winners) == 1, told
        assert all("batch-overlap" in each.said and "line-1" in each.said for each in told if each.status), told
        held = {each.id for each in everything(engine)}
        assert {name for name in held if name.endswith(f"-{number}")} == {
            f"{line}-{writer}-{number}" for writer in winners for line in ("line-1", f"line-{writer + 2}")
        }
    by_time = sorted((each.equipment, each.start, each.stop or 0) for each in everything(engine))
    assert all(before[0] != behind[0] or before[2] <= behind[1] for before, behind in pairwise(by_time))
    engine.dispose()


def waiting(engine: Engine, processes: list[subprocess.Popen[str]]) -> int:
    """Of those that write, how many stand at the database's door."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            asked = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            return int(connection.exec_driver_sql(asked).scalar_one())
    opened = [os.listdir(f"/proc/{each.pid}/fd") for each in processes]
    at = [f"/proc/{each.pid}/fd/{fd}" for each, some in zip(processes, opened, strict=True) for fd in some]
    return len({each.split("/")[2] for each in at if leads_to(each).endswith("/uns.db")})


def leads_to(descriptor: str) -> str:
    """Nowhere where it was closed meanwhile."""
    try:
        return os.readlink(descriptor)
    except FileNotFoundError:
        return ""


def everything(engine: Engine) -> list[Batch]:
    return [each.value for each in batches.listed(engine).items]
