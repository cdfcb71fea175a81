"""Dallas: PLCs behind Node-RED, a Kepware gateway with a tag that nobody listed, two pumps, a camera, an MES."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from uns.demo.machine import Clock, Message, Wandering, every, written

BATCH_SECONDS = 20.0
PRODUCTS = ("SKU-42", "SKU-43", "SKU-77")


def plc(seed: str, clock: Clock, machine: str, wandering: dict[str, tuple[float, float]]) -> Iterator[Message]:
    """A machine on line 3: a message per tag, in the vendor's units."""
    random = Random(seed)
    values = {tag: Wandering(random, *shape) for tag, shape in wandering.items()}
    pieces, cycle = random.randrange(10_000), 0
    for after in every(random, 1.0):
        readings: dict[str, Any] = {tag: value.next() for tag, value in values.items()}
        pieces, cycle = pieces + random.randrange(1, 9), cycle + 1
        readings |= {"CNT": pieces} if machine.startswith("Filler") else {}
        readings |= {"STATE": random.choice((6, 6, 6, 4, 2))} if cycle % 10 == 1 else {}
        readings |= {"heartbeat": 1} if cycle % 5 == 0 else {}
        for tag, value in readings.items():
            payload = written({"Val": value, "ts": clock.milliseconds(after)})
            yield Message(after, f"plc/dallas/L3/{machine}/{tag}", payload)


def kepware(seed: str, clock: Clock) -> Iterator[Message]:
    """Line 4 as one message a second; now and then a broken wire, and a tag that is not in the table."""
    random = Random(seed)
    temperature, pressure, pieces = Wandering(random, 68.0, 6.0), Wandering(random, 43.5, 6.0), random.randrange(10_000)
    for after in every(random, 1.0):
        pieces += random.randrange(1, 9)
        values: dict[str, float] = {"TT101": temperature.next(), "PT200": pressure.next(2), "CNT": pieces, "STATE": 6}
        values |= {"XX9": 1} if random.random() < 0.1 else {}
        sound = random.random() > 0.05
        moment = clock.milliseconds(after)
        tags = [
            {"id": f"Line4.Filler_02.{tag}", "v": value, "q": sound or tag != "PT200", "t": moment}
            for tag, value in values.items()
        ]
        yield Message(after, "kepware/dallas", written({"timestamp": moment, "values": tags}))


def pump(seed: str, clock: Clock, name: str) -> Iterator[Message]:
    """One object a second: speed, current, and whether it is on."""
    random = Random(seed)
    speed, current = Wandering(random, 1450.0, 30.0), Wandering(random, 11.5, 1.5)
    for after in every(random, 1.0):
        members = {"rpm": speed.next(0), "amps": current.next(), "on": 1, "ts": clock.milliseconds(after)}
        yield Message(after, f"plc/dallas/drives/{name}", written(members), retain=True)


def mes(seed: str, clock: Clock, line: str, first: int) -> Iterator[Message]:
    """Starts an order at once and puts the next in its place about every twenty seconds."""
    random = Random(seed)
    moments = every(random, BATCH_SECONDS, first=BATCH_SECONDS / 2)
    event, after, number = "START", 0.0, first
    while True:
        order: dict[str, Any] = {
            "event": event,
            "line": line,
            "order": f"B-{number}",
            "material": random.choice(PRODUCTS),
        }
        order |= {"quantity": random.randrange(1, 40) * 100, "at": clock.local(after, "UTC").isoformat()}
        yield Message(after, "mes/dallas/orders", written(order))
        event, after, number = "CHANGE", next(moments), number + 1


def camera(seed: str) -> Iterator[Message]:
    """Pictures: nobody wants them in the namespace."""
    random = Random(seed)
    for after in every(random, 10.0):
        yield Message(after, "cam/dallas/line-3", b"\xff\xd8\xff\xe0" + random.randbytes(20_000))


def stranger(seed: str, clock: Clock) -> Iterator[Message]:
    """A machine on a line that no rule knows."""
    for after in every(Random(seed), 8.0, first=2.0):
        payload = written({"Val": 71.6, "ts": clock.milliseconds(after)})
        yield Message(after, "plc/dallas/L9/Filler_09/TT101", payload)


def machines(seed: str, clock: Clock) -> list[Iterator[Message]]:
    return [
        mes(f"{seed}/mes3", clock, "L3", 1001),
        mes(f"{seed}/mes4", clock, "L4", 2001),
        plc(f"{seed}/f1", clock, "Filler_01", {"TT101": (71.6, 4.0), "PT200": (43.5, 8.0), "ST1": (420.0, 30.0)}),
        plc(f"{seed}/c1", clock, "Capper_01", {"ST1": (380.0, 20.0), "TQ1": (1.8, 0.4)}),
        kepware(f"{seed}/kepware", clock),
        pump(f"{seed}/a", clock, "Pump_A"),
        pump(f"{seed}/b", clock, "Pump_B"),
        camera(f"{seed}/camera"),
        stranger(f"{seed}/stranger", clock),
    ]
