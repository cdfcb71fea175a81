"""The plant's messages: readings of its machines and the words of its systems, each in its own dialect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from support.year.facts import Fact
from support.year.rules import ZONES


class Reading(NamedTuple):
    """That a machine took at `at`; `named` is the batch that it prints on, where it knows that."""

    unit: str
    at: int
    named: str | None = None


class Message(NamedTuple):
    """`says` is what each of its decisions is about."""

    topic: str
    payload: bytes
    says: Sequence[Reading | Fact]


EVENTS: Final = {"batch-start": "START", "batch-stop": "STOP", "batch-change": "CHANGE", "shift-change": "CREW"}


def plc(reading: Reading) -> Message:
    return _message(f"plc/{_short(reading.unit)}", {"v": 1.5, "t": reading.at}, reading)


def printer(reading: Reading) -> Message:
    line = _short(reading.unit).rpartition("/")[0]
    return _message(f"printer/{line}", {"v": 7, "t": reading.at, "order": reading.named}, reading)


def wall(reading: Reading) -> Message:
    """By the clock on the wall."""
    clock = ZoneInfo(ZONES[_site(reading.unit)])
    shown = datetime.fromtimestamp(reading.at // 1000, clock).strftime("%d.%m.%Y %H:%M:%S")
    return _message(f"wall/{_short(reading.unit)}", {"v": 60, "t": shown}, reading)


def gateway(readings: Sequence[Reading]) -> Message:
    """What was stored while the network was away, in no order."""
    line = _short(readings[0].unit).rpartition("/")[0]
    body = [{"tag": each.unit.rpartition("/")[2], "v": 3, "t": _iso(each.at)} for each in readings]
    return Message(f"gateway/{line}", orjson.dumps(body), readings)


def cell(says: Sequence[Reading | Fact]) -> Message:
    """Of a controller that announces its own orders, between its readings."""
    return Message(f"cell/{_site(says[0].unit)}", orjson.dumps([_item(each) for each in says]), says)


def mes(fact: Fact) -> Message:
    unit = _short(fact.unit).partition("/")[2]
    body = {"event": EVENTS[fact.kind], "unit": unit, "at": _iso(fact.at), **_details(fact)}
    return _message(f"mes/{_site(fact.unit)}", body, fact)


def erp(facts: Sequence[Fact]) -> Message:
    body = [{"unit": _short(each.unit).partition("/")[2], "start": each.start, **_details(each)} for each in facts]
    for item, each in zip(body, facts, strict=True):
        item |= {} if each.stop is None else {"stop": _iso(each.stop)}
    return Message(f"erp/{_site(facts[0].unit)}/orders", orjson.dumps(body), facts)


def product(fact: Fact) -> Message:
    return _message(f"erp/{fact.unit}/products", {"id": fact.id, "name": fact.name, "at": fact.at}, fact)


def _item(said: Reading | Fact) -> dict[str, Any]:
    unit = _short(said.unit).partition("/")[2]
    if isinstance(said, Reading):
        return {"kind": "torque", "unit": unit, "v": 12.5, "t": said.at}
    return {"kind": EVENTS[said.kind], "unit": unit, "t": said.at, **_details(said)}


def _details(fact: Fact) -> dict[str, Any]:
    given = {"id": fact.id, "product": fact.product, "order": fact.order, "crew": fact.crew or None}
    return {name: value for name, value in given.items() if value is not None}


def _message(topic: str, body: Any, said: Reading | Fact) -> Message:
    return Message(topic, orjson.dumps(body), [said])


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")


def _site(unit: str) -> str:
    return unit.partition("/")[0]


def _short(unit: str) -> str:
    """Without the area, of which machines know nothing."""
    return unit.replace("/packaging/", "/")
