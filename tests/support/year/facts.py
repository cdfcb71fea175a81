"""What systems and people say, and what is believed of it."""

from __future__ import annotations

from typing import Final, NamedTuple

FOR_EVER: Final = 10**15


def is_parallel(unit: str) -> bool:
    """Whether several batches may run there at once."""
    return unit.rpartition("/")[2].startswith("cell-")


class Run(NamedTuple):
    """A batch on one piece of equipment, start ≤ t < stop."""

    id: str
    start: int
    stop: int
    product: str | None
    order: str | None


class Crew(NamedTuple):
    """That took over from the one that the calendar names."""

    id: str
    date: str
    start: int
    stop: int
    crew: str


class Fact(NamedTuple):
    """What a system or a person says; `at` is the event time."""

    kind: str
    unit: str
    at: int
    id: str | None = None
    product: str | None = None
    order: str | None = None
    start: int = 0
    stop: int | None = None
    crew: str = ""
    name: str = ""
