"""What runs on a plant's equipment in truth, and what its systems say about it: late, again, wrongly, not at all."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final, NamedTuple

from support.year.facts import Fact

SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
PRODUCTS: Final = tuple(f"SKU-{number}" for number in range(12))
LATEST_WORD: Final = 15 * HOUR
"""After that no system says anything about an order of its own accord."""


class Order(NamedTuple):
    unit: str
    id: str
    start: int
    stop: int
    product: str
    order: str


class Said(NamedTuple):
    """A fact, and when it arrives."""

    arrival: int
    fact: Fact


def run(unit: str, style: str, first: int, last: int, chance: Random) -> list[Order]:
    """One after another, where several may run at once beside as many others; in order of their beginnings."""
    rows = ("", "b") if style == "parallel" else ("",)
    orders = (each for row in rows for each in _row(unit, style, row, first, last, chance))
    return sorted(orders, key=lambda each: each.start)


def _row(unit: str, style: str, row: str, first: int, last: int, chance: Random) -> Iterator[Order]:
    """At `change` mostly without a pause, so that the next one replaces it."""
    at, number = first + chance.randrange(6 * HOUR) // SECOND * SECOND, 0
    while at < last:
        number += 1
        stop = at + chance.randrange(20 * MINUTE, 14 * HOUR) // SECOND * SECOND
        yield Order(unit, f"{unit}#{row}{number}", at, stop, chance.choice(PRODUCTS), f"O-{chance.randrange(10**6)}")
        pause = chance.choice([0, 0, 0, 1]) if style == "change" else chance.choice([0, 1, 1, 1])
        at = stop + pause * chance.randrange(MINUTE, 5 * HOUR) // SECOND * SECOND


def said(order: Order, style: str, follows: bool, chance: Random) -> list[Said]:
    """By the systems of the line, as far as they work; `follows`: the next order begins where this one ends."""
    product = chance.choice(PRODUCTS) if chance.random() < 0.04 else order.product
    stop_at = order.stop - chance.randrange(1, 20) * MINUTE if chance.random() < 0.03 else order.stop
    kinds = ("batch-change", "batch-change") if style == "change" else ("batch-start", "batch-stop")
    begin = Fact(kinds[0], order.unit, order.start, order.id, product, order.order)
    end = Fact(kinds[1], order.unit, max(stop_at, order.start + MINUTE), "" if style == "change" else order.id)
    words = _arrivals(_hasty(begin, chance), chance, again=0.3)
    if words[0].fact != begin or chance.random() < 0.1:
        words.append(Said(max(words[-1].arrival, begin.at) + chance.randrange(HOUR), begin))
    if style == "change" and follows:
        return words
    if chance.random() > 0.05:
        words += _arrivals(end, chance, again=0.1)
    return words


def _hasty(fact: Fact, chance: Random) -> Fact:
    """The time of a button that somebody pressed a little late, or too early."""
    return fact._replace(at=fact.at + chance.randrange(-9, 10) * MINUTE) if chance.random() < 0.1 else fact


def _arrivals(fact: Fact, chance: Random, again: float) -> list[Said]:
    often = chance.random()
    late = chance.randrange(40 * MINUTE) if often < 0.2 else chance.randrange(MINUTE)
    late = chance.randrange(LATEST_WORD - HOUR) if often < 0.04 else late
    late = -chance.randrange(3 * MINUTE) if often > 0.9 else late
    first = Said(fact.at + late, fact)
    repeated = chance.random() < again
    return [first, Said(first.arrival + chance.randrange(HOUR), fact)] if repeated else [first]


def listed(orders: list[Order], now: int, mistakes: dict[str, Order]) -> list[Fact]:
    """A list of what ran lately, as an ERP sends it again and again; a mistake in it is mended after half a day."""
    facts = []
    for each in orders:
        if each.start <= now and each.stop > now - 36 * HOUR:
            told = mistakes.get(each.id, each) if now < each.start + 12 * HOUR else each
            stop = told.stop if told.stop <= now else None
            facts.append(Fact("batch", told.unit, now, told.id, told.product, told.order, told.start, stop))
    return facts


def mistaken(order: Order, chance: Random) -> Order:
    early = chance.randrange(20) * MINUTE
    return order._replace(start=order.start - early, product=chance.choice(PRODUCTS))
