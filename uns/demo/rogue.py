"""Porto's cellar: a gateway that gets wrong whatever a gateway can get wrong, between readings that are right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from random import Random
from typing import Final, NamedTuple

from uns.demo.machine import Clock, Message, Wandering, every, written

YEAR: Final = 365 * 24 * 3600 * 1000


class Moment(NamedTuple):
    """What a reading is made of: a plausible value and the gateway's idea of the time."""

    value: float
    milliseconds: int
    random: Random


Reading = tuple[str, bytes]
"""The last levels of the topic, and the payload."""


def _of(signal: str, value: object, milliseconds: object) -> Reading:
    return f"vat 1/{signal}", written({"v": value, "t": milliseconds})


def right(now: Moment) -> Reading:
    return f"vat {now.random.randrange(1, 4)}/temperature", written({"v": now.value, "t": now.milliseconds})


def right_level(now: Moment) -> Reading:
    return f"vat {now.random.randrange(1, 4)}/level", written({"v": round(60 + now.value, 1), "t": now.milliseconds})


def truncated(now: Moment) -> Reading:
    topic, payload = right(now)
    return topic, payload[: len(payload) // 2]


def decimal_comma(now: Moment) -> Reading:
    return _of("temperature", str(now.value).replace(".", ","), now.milliseconds)


def number_as_text(now: Moment) -> Reading:
    return _of("temperature", str(now.value), now.milliseconds)


def not_a_number(now: Moment) -> Reading:
    return _of("temperature", float("nan"), now.milliseconds)


def null(now: Moment) -> Reading:
    return _of("level", None, now.milliseconds)


def no_value(now: Moment) -> Reading:
    return "vat 2/level", written({"t": now.milliseconds})


def seconds(now: Moment) -> Reading:
    return _of("temperature", now.value, now.milliseconds // 1000)


def years_behind(now: Moment) -> Reading:
    return _of("temperature", now.value, now.milliseconds - 6 * YEAR)


def years_ahead(now: Moment) -> Reading:
    return _of("temperature", now.value, now.milliseconds + 3 * YEAR)


def beyond_64_bits(now: Moment) -> Reading:
    return _of("produced", 2**64 + now.random.randrange(1000), now.milliseconds)


def too_hot(now: Moment) -> Reading:
    return _of("temperature", 850, now.milliseconds)


def byte_order_mark(now: Moment) -> Reading:
    topic, payload = right(now)
    return topic, b"\xef\xbb\xbf" + payload


def latin_1(now: Moment) -> Reading:
    return "vat 3/temperature", f'{{"v":{now.value},"unit":"°C","t":{now.milliseconds}}}'.encode("latin-1")


def megabytes(now: Moment) -> Reading:
    return "vat 3/level", written({"v": "x" * 2_000_000, "t": now.milliseconds})


def nested(now: Moment) -> Reading:
    return "vat 3/level", b'{"v":' + b"[" * 5000 + b"]" * 5000 + b"}"


def duplicate_keys(now: Moment) -> Reading:
    return "vat 2/temperature", f'{{"v":-999,"v":{now.value},"t":{now.milliseconds}}}'.encode()


def umlauts(now: Moment) -> Reading:
    return "Kühlung/Druck", written({"v": now.value, "t": now.milliseconds})


def percent(now: Moment) -> Reading:
    return "100%/level", written({"v": now.value, "t": now.milliseconds})


def nul(now: Moment) -> Reading:
    return "vat 1/door", b"\x00\x00\x00"


def empty(now: Moment) -> Reading:
    return "vat 1/door", b""


def alive(now: Moment) -> Reading:
    return "vat 1/alive", written({"v": 1, "t": now.milliseconds})


WAYS: Final[tuple[Callable[[Moment], Reading], ...]] = (
    truncated, decimal_comma, number_as_text, not_a_number, null, no_value, seconds, years_behind, years_ahead,
    beyond_64_bits, too_hot, byte_order_mark, latin_1, megabytes, nested, duplicate_keys, umlauts, percent, nul, empty,
    alive,
)  # fmt: skip


def gateway(seed: str, clock: Clock) -> Iterator[Message]:
    """Each way in turn, with right readings between; now and then a reading is sent twice."""
    random = Random(seed)
    value = Wandering(random, 17.5, 1.5)
    for after, way in zip(every(random, 0.7), cycle(WAYS), strict=False):
        now = Moment(value.next(), clock.milliseconds(after), random)
        said = [right(now), right_level(now), way(now)]
        said += [said[0]] if random.random() < 0.3 else []
        for levels, payload in said:
            yield Message(after, f"gw/porto/{levels}", payload)
