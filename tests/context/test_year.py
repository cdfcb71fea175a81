"""Days of a plant on three sites, or a year of it: whatever it publishes is what ought to be believed just then."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from support.postgres import binaries, postgres
from support.registry import migrated
from support.year.orders import DAY, MINUTE
from support.year.simulation import Simulation

from uns.registry.engine import connect
from uns.registry.migrate import migrate

SPRING = ("2026-03-22", "2026-04-03")
AUTUMN = ("2026-10-23", "2026-11-04")
DAYS = ("2026-03-03", "2026-03-13")
ONE = {"dallas": 1, "berlin": 1, "pune": 1}
FEW = {"dallas": 2, "berlin": 2, "pune": 1}
MANY = {"dallas": 16, "berlin": 14, "pune": 10}
HAPPENED = (
    "batch-overlap", "batch-unknown", "no news", "conflict", "corrections", "refused to people", "late", "unknown",
    "stale", "without a batch", "of several none", "emptied", "removed", "taken over", "its area taken over",
    "nearer than its area", "no shift",
)  # fmt: skip


@pytest.fixture
def seed() -> str:
    seed = os.environ.get("SEED") or str(int.from_bytes(os.urandom(4)))
    print(f"SEED={seed}")
    return seed


def instant(day: str) -> int:
    return round(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


def test_some_days_around_the_changes_of_clocks(tmp_path: Path, seed: str) -> None:
    counts = Counter[str]()
    for days in (SPRING, AUTUMN):
        registry = migrated(tmp_path / f"{days[0]}.db")
        counts += compared(Simulation(registry, *map(instant, days), FEW, 220 * MINUTE, f"{seed} {days[0]}")).counts
    assert never_happened(counts) == set(), "nothing is proven about it"


@pytest.mark.skipif(binaries() is None, reason="no PostgreSQL server is installed (apt install postgresql)")
def test_some_days_with_a_registry_on_postgresql(seed: str) -> None:
    with postgres() as url:
        engine = connect(url)
        migrate(engine)
        engine.dispose()
        year = compared(Simulation(url, *map(instant, DAYS), ONE, 240 * MINUTE, seed))
    assert year.counts["published"], "nothing is proven about it"


@pytest.mark.skipif("UNS_SOAK" not in os.environ, reason="a year takes minutes: make soak")
@pytest.mark.timeout(3600)
def test_a_year_of_forty_lines(tmp_path: Path, seed: str) -> None:
    year = compared(
        Simulation(
            migrated(tmp_path / "uns.db"), instant("2026-01-01"), instant("2027-01-01"), MANY, 120 * MINUTE, seed
        )
    )
    assert never_happened(year.counts) == set(), "nothing is proven about it"


def compared(year: Simulation) -> Simulation:
    """Once it is over; every difference on the way, and those of what is believed then, fails where it is found."""
    year.run()
    print(dict(year.counts))
    compare_what_was_believed(year)
    compare_with_what_was_true(year)
    return year


def never_happened(counts: Counter[str]) -> set[str]:
    return {kind for kind in HAPPENED if not counts[kind]}


def compare_what_was_believed(year: Simulation) -> None:
    """At random, and where something had just been written."""
    chance = Random(year.seed)
    units = list(year.plant.style)
    for as_of, belief, newest in chance.choices(year.snapshots, k=150):
        anywhere = chance.choice(units), as_of - chance.randrange(8 * DAY)
        for unit, at in (anywhere, (newest.unit, newest.start), (newest.unit, newest.at - 1)):
            if at >= year.first:
                assert year.path.believed(unit, at, as_of) == belief.context(unit, at), (year.seed, unit, at, as_of)


def compare_with_what_was_true(year: Simulation) -> None:
    chance = Random(year.seed)
    units = list(year.plant.style)
    for _ in range(200):
        unit = chance.choice(units)
        order = chance.choice(year.plant.between(unit, year.first, year.last - 9 * DAY))
        at = chance.randrange(order.start, order.stop)
        there = [each for each in year.plant.between(unit, at - DAY, at + 1) if at < each.stop]
        found = year.path.believed(unit, at)
        told = [(found["batch"]["id"], found["product"]["id"])] if "batch" in found else []
        assert told == [(each.id, each.product) for each in there if len(there) == 1], (year.seed, order)
