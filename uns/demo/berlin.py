"""Berlin: one gateway for the whole site, and an ERP that sends every active order again at each step."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from uns.demo.machine import Clock, Message, Wandering, every, written

ZONE = "Europe/Berlin"
ARTICLES = ("MALZ-1", "MALZ-2")


def gateway(seed: str, clock: Clock) -> Iterator[Message]:
    """Two mixers and a tank in one message a second."""
    random = Random(seed)
    shapes = {
        "Linie1.Mischer_2.Temp": (58.0, 6.0), "Linie1.Mischer_2.Drehzahl": (640.0, 30.0),
        "Linie2.Mischer_1.Temp": (64.0, 6.0), "Linie2.Mischer_1.Drehzahl": (820.0, 40.0),
        "Linie2.Tank_7.Fuellstand": (5200.0, 900.0), "Linie2.Tank_7.Druck": (1650.0, 120.0),
    }  # fmt: skip
    values = {tag: Wandering(random, *shape) for tag, shape in shapes.items()}
    for after in every(random, 1.0):
        moment, sound = clock.milliseconds(after), random.random() > 0.04
        tags: list[dict[str, Any]] = [
            {"id": tag, "v": value.next(), "q": sound or "Tank" not in tag, "t": moment}
            for tag, value in values.items()
        ]
        states = {
            "Linie1.Mischer_2.Zustand": random.choice((6, 6, 4)),
            "Linie2.Mischer_1.Zustand": random.choice((6, 9)),
        }
        tags += [{"id": tag, "v": value, "q": True, "t": moment} for tag, value in states.items()]
        yield Message(after, "kepware/berlin", written({"timestamp": moment, "values": tags}))


def erp(seed: str, clock: Clock) -> Iterator[Message]:
    """The list of orders every five seconds, whole; each fourth time one line begins its next order."""
    random = Random(seed)
    orders = {line: [_order(random, clock, line, number, 0.0)] for number, line in ((501, "Linie 1"), (601, "Linie 2"))}
    yield Message(0.0, "erp/berlin/auftraege", _announced(orders))
    for step, after in enumerate(every(random, 5.0, first=5.0), 1):
        if step % 4 == 0:
            line = ("Linie 1", "Linie 2")[step // 4 % 2]
            last = orders[line][-1]
            ended = last | {"ende": clock.local(after, ZONE).isoformat()}
            orders[line] = [ended, _order(random, clock, line, int(last["auftrag"][3:]) + 1, after)]
        yield Message(after, "erp/berlin/auftraege", _announced(orders))


def _order(random: Random, clock: Clock, line: str, number: int, after: float) -> dict[str, str]:
    order = {"linie": line, "auftrag": f"FA-{number}", "artikel": random.choice(ARTICLES)}
    return order | {"kundenauftrag": f"K-{random.randrange(100, 999)}", "beginn": clock.local(after, ZONE).isoformat()}


def _announced(orders: dict[str, list[dict[str, str]]]) -> bytes:
    return written([order for line in orders.values() for order in line])


def machines(seed: str, clock: Clock) -> list[Iterator[Message]]:
    return [erp(f"{seed}/erp", clock), gateway(f"{seed}/gateway", clock)]
