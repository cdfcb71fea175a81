"""Porto: sensors that say a bare number with a comma, air sensors on local time, a line that changes over."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from uns.demo.machine import Clock, Message, Wandering, every, written

ZONE = "Europe/Lisbon"
WINES = ("TAWNY-10", "RUBY", "VINTAGE-24")


def sensor(seed: str, topic: str, middle: float, spread: float, decimals: int = 1) -> Iterator[Message]:
    """A number as text, as somebody in Portugal writes it."""
    random = Random(seed)
    value = Wandering(random, middle, spread)
    for after in every(random, 2.0):
        text = str(value.next(decimals)).replace(".", ",")
        yield Message(after, topic, text.encode(), retain=True)


def counter(seed: str, topic: str) -> Iterator[Message]:
    random, pieces = Random(seed), 0
    for after in every(random, 2.0):
        pieces += random.randrange(3, 12)
        yield Message(after, topic, str(pieces).encode(), retain=True)


def state(seed: str, topic: str) -> Iterator[Message]:
    """A letter, when it changes."""
    random = Random(seed)
    for after in every(random, 6.0, first=0.0):
        yield Message(after, topic, random.choice("AAAPF").encode(), retain=True)


def air(seed: str, clock: Clock, room: str) -> Iterator[Message]:
    """Local time, without a word about the zone."""
    random = Random(seed)
    temperature, humidity = Wandering(random, 21.0, 2.0), Wandering(random, 52.0, 8.0)
    for after in every(random, 5.0):
        members = {"Temperature": temperature.next(), "Humidity": humidity.next()}
        moment = clock.local(after, ZONE).replace(tzinfo=None).isoformat()
        yield Message(after, f"tele/porto/{room}/SENSOR", written({"Time": moment, "AM2301": members}))


def mes(seed: str, clock: Clock, line: str, first: int) -> Iterator[Message]:
    """Changes the lot at once and then about every twenty seconds."""
    random = Random(seed)
    moments, after, number = every(random, 20.0, first=12.0), 0.0, first
    while True:
        change = {"what": "change", "line": line, "lot": f"P-{number}", "wine": random.choice(WINES)}
        change["when"] = clock.local(after, "UTC").isoformat()
        yield Message(after, "mes/porto/line", written(change))
        after, number = next(moments), number + 1


def machines(seed: str, clock: Clock) -> list[Iterator[Message]]:
    return [
        mes(f"{seed}/mes1", clock, "1", 31),
        mes(f"{seed}/mes2", clock, "2", 71),
        *(counter(f"{seed}/n{line}", f"sensors/porto/L{line}/enchedora/garrafas") for line in "12"),
        *(sensor(f"{seed}/t{line}", f"sensors/porto/L{line}/enchedora/temp", 18.5, 2.0) for line in "12"),
        *(state(f"{seed}/s{line}", f"sensors/porto/L{line}/rotuladora/estado") for line in "12"),
        sensor(f"{seed}/p", "sensors/porto/compressor/pressao", 7.2, 0.6, 2),
        sensor(f"{seed}/kw", "sensors/porto/compressor/potencia", 55.0, 9.0),
        air(f"{seed}/hall", clock, "hall"),
        air(f"{seed}/office", clock, "office"),
    ]
