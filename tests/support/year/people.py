"""What people enter: calendars, holidays, exchanged shifts, overtime, and corrections of what machines and MES said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Final

from support.year.belief import Belief
from support.year.facts import FOR_EVER, Fact
from support.year.orders import MINUTE, Order
from support.year.walk import Otherwise, Pattern

EVERY_DAY: Final = frozenset(range(7))
WEEKDAYS: Final = frozenset(range(5))
WEEKEND: Final = EVERY_DAY - WEEKDAYS
THREE: Final = {"early": (360, 840), "late": (840, 1320), "night": (1320, 360)}
CONTINENTAL: Final = {"early": "ABCD", "late": "DABC", "night": "CDAB"}


def calendars(since: int) -> Iterator[Pattern]:
    """Four crews on three shifts, three crews with long shifts at the weekend, two crews; and lines of their own."""
    for name, hours in THREE.items():
        yield Pattern("dallas", name, EVERY_DAY, *hours, tuple(CONTINENTAL[name]), since, turn=2)
    for shifted, (name, hours) in enumerate(THREE.items()):
        crews = ("R", "S", "T") * 2
        yield Pattern("berlin", name, WEEKDAYS, *hours, crews[shifted : shifted + 3], since, turn=7)
    yield Pattern("berlin", "long-day", WEEKEND, 360, 1080, ("U", "V"), since, turn=7)
    yield Pattern("berlin", "long-night", WEEKEND, 1080, 360, ("V", "U"), since, turn=7)
    yield Pattern("pune", "day", EVERY_DAY, 390, 1110, ("1", "2", "3", "4", "5"), since, turn=3)
    yield Pattern("pune", "night", EVERY_DAY, 1110, 390, ("4", "5", "1", "2", "3"), since, turn=3)
    for name, start, stop in (("short", 90, 150), ("long", 150, 810)):
        yield Pattern("dallas/packaging/line-1", name, EVERY_DAY, start, stop, ("own",), since)
    yield Pattern("berlin/line-1", "day", EVERY_DAY, 150, 990, ("L", "M"), since, turn=1)


def otherwise(belief: Belief, where: str, day: int, chance: Random) -> list[Otherwise]:
    """A holiday, two crews that exchange a shift, overtime, or one shift longer or shorter than usual."""
    shifts = belief.plan.of_day(where, day)
    kind = chance.choice(["holiday", "swap", "overtime", "length"])
    if kind == "overtime" or not shifts:
        start = chance.randrange(96) * 15
        return [Otherwise(where, day, "overtime", start, (start + 240) % 1440, chance.choice(["Z", None]))]
    if kind == "holiday":
        return [Otherwise(where, day, name) for name, *_ in shifts]
    if kind == "swap":
        (one, start, stop, crew), (other, begin, end, crew_2) = shifts[0], shifts[-1]
        return [Otherwise(where, day, one, start, stop, crew_2), Otherwise(where, day, other, begin, end, crew)]
    name, start, stop, _ = chance.choice(shifts)
    return [Otherwise(where, day, name, start, (stop + chance.randrange(-8, 13) * 15) % 1440)]


def turned_over(belief: Belief, site: str, day: int) -> list[Pattern]:
    """From that day on the crews take their turns in another order."""
    known = [each for each in belief.plan.patterns if each.where == site and each.since < day < each.until]
    ended = [each._replace(until=day) for each in known]
    return [*ended, *(each._replace(since=day, crews=each.crews[1:] + each.crews[:1]) for each in known)]


def audited(belief: Belief, orders: list[Order]) -> list[Fact]:
    """What of these is believed otherwise than it was."""
    return [_corrected(each) for each in orders if _here(belief, each) != (each.start, each.stop, each.product)]


def trial(unit: str, since: int, chance: Random) -> Fact:
    """A run that no system knows, entered as it begins; whoever announces an order there finds its place taken."""
    stop = since + chance.randrange(10, 90) * MINUTE if chance.random() < 0.7 else None
    return Fact("batch", unit, since, f"trial-{since}", start=since, stop=stop)


def retired(belief: Belief, orders: list[Order]) -> list[Fact]:
    """Trials that stand where orders really ran are taken out, or become nothing when the order began."""
    return [
        Fact("removed", order.unit, order.stop, run.id)
        if run.start // MINUTE % 2
        else Fact("batch", order.unit, order.stop, run.id, start=order.start, stop=order.start)
        for order in orders
        for run in belief.runs.get(order.unit, ())
        if run.id.startswith("trial") and run.start < run.stop and run.start < order.stop and order.start < run.stop
    ]


def blundered(order: Order, chance: Random) -> Fact:
    """A correction that makes it worse."""
    stop = order.stop + chance.randrange(-30, 31) * MINUTE
    return _corrected(order._replace(stop=max(stop, order.start + MINUTE), product="SKU-0"))


def _corrected(order: Order) -> Fact:
    return Fact("batch", order.unit, order.stop, order.id, order.product, order.order, order.start, order.stop)


def _here(belief: Belief, order: Order) -> tuple[int, int, str | None] | None:
    found = [each for each in belief.runs.get(order.unit, ()) if each.id == order.id]
    return (found[0].start, min(found[0].stop, FOR_EVER), found[0].product) if len(found) == 1 else None


def day_of(instant: int) -> int:
    return datetime.fromtimestamp(instant / 1000, UTC).toordinal()
