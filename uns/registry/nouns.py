"""Equipment, products, shift patterns and exceptions as the registry holds them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson
from sqlalchemy import Row

from uns.context.shifts import ShiftException, ShiftPattern
from uns.context.values import Product
from uns.instant import Instant
from uns.registry import tables
from uns.registry.marks import clean
from uns.registry.noun import Noun


@dataclass(frozen=True, slots=True)
class Equipment:
    """A registered piece of equipment; installed start ≤ t < stop, None where nobody said."""

    path: str
    name: str | None = None
    description: str | None = None
    steward: str | None = None
    start: Instant | None = None
    stop: Instant | None = None
    id: str | None = None
    """The plant's own number for it; no two pieces have one at once."""

    def is_there(self, instant: Instant) -> bool:
        return (self.start is None or self.start <= instant) and (self.stop is None or instant < self.stop)


def _equipment_row(equipment: Equipment) -> Mapping[str, Any]:
    return {
        "path": str(equipment.path),
        "name": equipment.name,
        "description": equipment.description,
        "steward": equipment.steward,
        "start": equipment.start,
        "stop": equipment.stop,
        "id": equipment.id,
    }


def _equipment_of(row: Row[Any]) -> Equipment:
    return Equipment(row.path, row.name, row.description, row.steward, row.start, row.stop, row.id)


def _product_row(product: Product) -> Mapping[str, Any]:
    return {"id": product.id, "name": product.name, "attributes": json_text(product.attributes)}


def _product_of(row: Row[Any]) -> Product:
    return Product(row.id, row.name, json.loads(row.attributes))


def _pattern_row(pattern: ShiftPattern) -> Mapping[str, Any]:
    return {
        "equipment": pattern.equipment,
        "id": pattern.id,
        "days": sum(1 << day for day in pattern.days),
        "start": pattern.start,
        "stop": pattern.stop,
        "crew": pattern.crew,
        "since": pattern.since.isoformat() if pattern.since else "",
        "until": pattern.until.isoformat() if pattern.until else None,
        "turn": pattern.turn,
    }


def _pattern_of(row: Row[Any]) -> ShiftPattern:
    days = frozenset(day for day in range(7) if row.days >> day & 1)
    since = date.fromisoformat(row.since) if row.since else None
    until = date.fromisoformat(row.until) if row.until else None
    return ShiftPattern(row.equipment, row.id, days, row.start, row.stop, row.crew, since, until, row.turn)


def _exception_row(exception: ShiftException) -> Mapping[str, Any]:
    return {
        "equipment": exception.equipment,
        "date": exception.date.isoformat(),
        "id": exception.id,
        "start": exception.start,
        "stop": exception.stop,
        "crew": exception.crew,
    }


def _exception_of(row: Row[Any]) -> ShiftException:
    return ShiftException(row.equipment, date.fromisoformat(row.date), row.id, row.start, row.stop, row.crew)


def json_text(value: Any) -> str:
    """Canonical, so that equal values are equal text; integers beyond 64 bits stay exact."""
    try:
        return orjson.dumps(dict(value), option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:
        return clean(json.dumps(dict(value), sort_keys=True, ensure_ascii=False, separators=(",", ":")))


EQUIPMENT: Final = Noun(tables.EQUIPMENT, ("path",), _equipment_row, _equipment_of)
PRODUCTS: Final = Noun(tables.PRODUCTS, ("id",), _product_row, _product_of)
SHIFT_PATTERNS: Final = Noun(tables.SHIFT_PATTERNS, ("equipment", "id", "days", "since"), _pattern_row, _pattern_of)
SHIFT_EXCEPTIONS: Final = Noun(tables.SHIFT_EXCEPTIONS, ("equipment", "date", "id"), _exception_row, _exception_of)
