"""A plant of several sites: what it sends within a day, in the order in which it arrives."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import pairwise
from random import Random
from typing import Final

from support.year import machines
from support.year.facts import Fact
from support.year.machines import Message, Reading
from support.year.orders import DAY, HOUR, MINUTE, SECOND, Order, listed, mistaken, run, said
from support.year.rules import AREAS

STYLES: Final = ("start-stop", "change", "list", "cell")
LATEST_READING: Final = 7 * DAY - 2 * HOUR
Sent = tuple[int, Message]
"""When it arrives, and what."""


class Plant:
    def __init__(self, lines: Mapping[str, int], first: int, last: int, every: int, chance: Random) -> None:
        """Each machine takes a reading about `every` so many milliseconds."""
        self.every, self.chance = every, chance
        self.lines = [f"{site}/{AREAS[site]}line-{each + 1}" for site in lines for each in range(lines[site])]
        self.style = {line: STYLES[index % len(STYLES)] for index, line in enumerate(self.lines)}
        self.style |= {f"{line}/mixer-01": "start-stop" for line in self.lines[::5]}
        cells = [f"{site}/{AREAS[site]}cell-1" for site in lines]
        self.lines += cells
        self.style |= dict.fromkeys(cells, "parallel")
        self.truth = {unit: run(unit, style, first, last, chance) for unit, style in self.style.items()}
        lists = (unit for unit, style in self.style.items() if style == "list")
        self.mistakes = {
            each.id: mistaken(each, chance) for unit in lists for each in self.truth[unit] if chance.random() < 0.05
        }

    def between(self, unit: str, since: int, until: int) -> list[Order]:
        """The orders that begin in that time."""
        orders = self.truth[unit]
        low, high = (bisect_left(orders, instant, key=lambda each: each.start) for instant in (since, until))
        return orders[low:high]

    def day(self, day: int) -> Iterator[Sent]:
        for unit, style in self.style.items():
            if style != "list":
                yield from self._announced(unit, style, day)
        yield from self._lists(day)
        for line in self.lines:
            yield from self._measured(line, day)
            at = day + self.chance.randrange(DAY) // SECOND * SECOND
            for crew in self.chance.choice(["", "", "", "X", "YX", "XXY"]):
                yield (
                    at + self.chance.choice([MINUTE, 5 * HOUR]),
                    machines.mes(Fact("shift-change", line, at, crew=crew)),
                )
                at += self.chance.randrange(3 * HOUR)
        at = day + self.chance.randrange(DAY) // SECOND * SECOND
        yield at + MINUTE, machines.mes(Fact("shift-change", "dallas/packaging", at, crew="W"))
        if self.chance.random() < 0.3:
            number, at = self.chance.randrange(12), day + self.chance.randrange(DAY)
            site = self.chance.choice(sorted({each.partition("/")[0] for each in self.lines}))
            name = f"Name {self.chance.randrange(100)}"
            yield at, machines.product(Fact("product", site, at, f"SKU-{number}", name=name))

    def _announced(self, unit: str, style: str, day: int) -> Iterator[Sent]:
        orders = self.between(unit, day, day + 3 * DAY)
        for order, following in pairwise(orders):
            if order.start >= day + DAY:
                return
            for arrival, fact in said(order, style, following.start == order.stop, self.chance):
                if style == "cell":
                    around = [Reading(unit, at) for at in (fact.at - 1, fact.at, arrival)]
                    yield arrival, machines.cell([around[0], fact, *around[1:]])
                else:
                    yield arrival, machines.mes(fact)

    def _lists(self, day: int) -> Iterator[Sent]:
        for site in sorted({each.partition("/")[0] for each in self.lines}):
            units = [unit for unit, style in self.style.items() if style == "list" and unit.startswith(f"{site}/")]
            for hour in range(0, 24, 2):
                now = day + hour * HOUR + 7 * MINUTE
                known = [each for unit in units for each in self.between(unit, now - 3 * DAY, now + 1)]
                facts = listed(known, now, self.mistakes)
                if facts:
                    yield now, machines.erp(facts)

    def _measured(self, line: str, day: int) -> Iterator[Sent]:
        for unit in (line, f"{line}/filler-01", f"{line}/mixer-01", f"{line}/printer"):
            for at in self._instants(line, day):
                yield from self._sent(line, unit, at)
        if self.chance.random() < 0.5 and line in self.lines[::3]:
            stored = [Reading(f"{line}/tank-01", at) for at in self._instants(line, day)]
            self.chance.shuffle(stored)
            yield max(each.at for each in stored) + self.chance.randrange(5 * DAY), machines.gateway(stored)

    def _sent(self, line: str, unit: str, at: int) -> Iterator[Sent]:
        """From the line itself by wall clock and at once, from its machines also late."""
        if unit == line:
            at = at // SECOND * SECOND
            yield at + self.chance.randrange(5 * MINUTE), machines.wall(Reading(unit, at))
        elif unit.endswith("/printer"):
            order = next((each for each in self.between(line, at - DAY, at + 1) if at < each.stop), None)
            if order:
                yield at + self._late(), machines.printer(Reading(unit, at, order.id))
        else:
            yield at + self._late(), machines.plc(Reading(unit, at))

    def _late(self) -> int:
        often = self.chance.random()
        return self.chance.randrange(SECOND if often < 0.8 else 3 * HOUR if often < 0.97 else LATEST_READING)

    def _instants(self, line: str, day: int) -> list[int]:
        """Also the very first and last of orders and hours."""
        edges = [edge for each in self.between(line, day, day + DAY) for edge in (each.start, each.stop)]
        instants = []
        for _ in range(DAY // self.every):
            at = day + self.chance.randrange(DAY)
            often = self.chance.random()
            if often < 0.05:
                at = at // HOUR * HOUR - self.chance.randrange(2)
            elif often < 0.1 and edges:
                at = self.chance.choice(edges) - self.chance.randrange(2)
            instants.append(at)
        return instants
