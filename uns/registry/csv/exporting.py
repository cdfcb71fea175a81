"""Exporting: what `import` takes and finds unchanged."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Engine, select

from uns.context.shifts import ShiftException, ShiftPattern
from uns.context.values import Batch, Product
from uns.context.written import time_of_day
from uns.instant import Instant, rfc3339
from uns.registry.batches import batch_of
from uns.registry.csv.cells import written_days
from uns.registry.csv.kinds import KINDS, Kind
from uns.registry.engine import reading
from uns.registry.held import believed
from uns.registry.nouns import Equipment
from uns.registry.tables import BATCHES


def export(engine: Engine, kind: Kind) -> str:
    """All that is believed now, as CSV."""
    columns, rows = listed(engine, kind)
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def listed(engine: Engine, kind: Kind) -> tuple[list[str], list[dict[str, str]]]:
    """The columns of that kind, attributes behind them, and a row for each; what is not known is left out."""
    rows = [{name: str(cell) for name, cell in _pairs(value) if cell is not None} for value in _values(engine, kind)]
    columns = list(KINDS[kind].columns)
    return columns + sorted({name for row in rows for name in row} - set(columns)), rows


def _values(engine: Engine, kind: Kind) -> Iterable[Any]:
    noun = KINDS[kind].noun
    with reading(engine) as connection:
        if noun is not None:
            return noun.all_in(connection)
        order = BATCHES.c.equipment, BATCHES.c.start, BATCHES.c.row
        return [batch_of(row) for row in connection.execute(select(BATCHES).where(believed(BATCHES)).order_by(*order))]


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case Equipment():
            yield from {"path": value.path, "name": value.name, "description": value.description}.items()
            yield from {"steward": value.steward, "from": _time(value.start), "until": _time(value.stop)}.items()
        case Product():
            yield from {**_texts(value.attributes), "id": value.id, "name": value.name}.items()
        case Batch():
            yield from _texts(value.attributes).items()
            yield from {"id": value.id, "equipment": value.equipment, "product": value.product}.items()
            yield from {"order": value.order, "start": _time(value.start), "stop": _time(value.stop)}.items()
            yield from {"quantity": value.quantity, "state": value.state}.items()
        case ShiftPattern():
            yield from {"site": value.equipment, "id": value.id, "days": written_days(value.days)}.items()
            yield from {"start": time_of_day(value.start), "stop": time_of_day(value.stop), "crew": value.crew}.items()
            yield from {"from": value.since, "until": value.until, "turn": value.turn}.items()
        case ShiftException():
            yield from {"site": value.equipment, "date": value.date, "id": value.id, "crew": value.crew}.items()
            yield from {"start": time_of_day(value.start), "stop": time_of_day(value.stop)}.items()


def _texts(attributes: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(each) for name, each in attributes.items()}


def _time(instant: Instant | None) -> str | None:
    return None if instant is None else rfc3339(instant)
