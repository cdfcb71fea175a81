"""Weeks of a plant on three sites, or a year of it: whatever it publishes is what ought to be believed just then."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from support.year.orders import DAY, MINUTE
from support.year.simulation import Simulation

SPRING = ("2026-03-05", "2026-04-01")
AUTUMN = ("2026-10-21", "2026-11-08")
FEW = {"dallas": 3, "berlin": 2, "pune": 1}
MANY = {"dallas": 16, "berlin": 14, "pune": 10}
HAPPENED = (
    "batch-overlap", "batch-unknown", "no news", "conflict", "corrections", "refused to people", "late", "unknown",
    "stale", "without a batch", "taken over", "its area taken over",
    "nearer than its area", "no shift",
)  # fmt: skip


@pytest.fixture
def seed() -> str:
    seed = os.environ.get("SEED") or str(int.from_bytes(os.urandom(4)))
    print(f"SEED={seed}")
    return seed


def instant(day: str) -> int:
    return round(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(("first", "last"), [SPRING, AUTUMN])
def test_some_weeks_around_the_changes_of_clocks(tmp_path: Path, seed: str, first: str, last: str) -> None:
    year = compared(Simulation(tmp_path, instant(first), instant(last), FEW, 120 * MINUTE, seed))
    assert never_happened(year) == set(), "nothing is proven about it"


@pytest.mark.skipif("UNS_SOAK" not in os.environ, reason="a year takes minutes: make soak")
@pytest.mark.timeout(3600)
def test_a_year_of_forty_lines(tmp_path: Path, seed: str) -> None:
    year = compared(Simulation(tmp_path, instant("2026-01-01"), instant("2027-01-01"), MANY, 120 * MINUTE, seed))
    assert never_happened(year) == set(), "nothing is proven about it"


def compared(year: Simulation) -> Simulation:
    """Once it is over; every difference on the way, and those of what is believed then, fails where it is found."""
    year.run()
    print(dict(year.counts))
    compare_what_was_believed(year)
    compare_with_what_was_true(year)
    return year


def never_happened(year: Simulation) -> set[str]:
    return {kind for kind in HAPPENED if not year.counts[kind]}


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
        found = year.path.believed(unit, chance.randrange(order.start, order.stop))
        assert (found["batch"]["id"], found["product"]["id"]) == (order.id, order.product), (year.seed, order)
