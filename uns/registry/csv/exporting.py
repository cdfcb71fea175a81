"""Exporting: what `import` takes and finds unchanged."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Engine, select

from uns.context.shifts import ShiftException, ShiftPattern
from uns.context.values import Batch, Product, state_of
from uns.context.written import time_of_day
from uns.instant import Instant, rfc3339
from uns.naming.equipment import role_of
from uns.naming.standard import Standard
from uns.registry.batches import batch_of
from uns.registry.csv.attributes import written
from uns.registry.csv.cells import written_days
from uns.registry.csv.kinds import KINDS, Kind
from uns.registry.engine import reading
from uns.registry.held import believed
from uns.registry.nouns import Equipment
from uns.registry.tables import BATCHES


def export(engine: Engine, kind: Kind, standard: Standard | None = None) -> str:
    """All that is believed now, as CSV; with its role where a standard tells it.

    Attributes called as a column of the sheet stay out: they would be taken for what stands there, such as its `stop`.
    """
    columns, rows, _ = _table(engine, kind, standard)
    text = io.StringIO()
    plain = csv.writer(text, lineterminator="\n")
    quoted = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for cells in [columns, *([row.get(name, "") for name in columns] for row in rows)]:
        is_comment_like = cells[0].startswith("#")
        (quoted if is_comment_like else plain).writerow(cells)
    return text.getvalue()


def listed(
    engine: Engine, kind: Kind, standard: Standard | None = None
) -> tuple[list[str], list[dict[str, str]]]:  # fmt: skip
    """As `export`, with the states of batches that follow from their stops: a sheet leaves them to be filled in."""
    columns, rows, values = _table(engine, kind, standard)
    for row, value in zip(rows, values, strict=True):
        if isinstance(value, Batch):
            row["state"] = state_of(value)
    return columns, rows


def _table(
    engine: Engine, kind: Kind, standard: Standard | None
) -> tuple[list[str], list[dict[str, str]], list[Any]]:  # fmt: skip
    """The columns of that kind, attributes behind them, and a row for each value; what is not known is left out."""
    values = list(_values(engine, kind))
    rows = [{name: str(cell) for name, cell in _pairs(value) if cell is not None} for value in values]
    if kind == "equipment" and standard is not None:
        rows = [{**row, "role": role_of(standard, row["path"]) or ""} for row in rows]
    columns = list(KINDS[kind].columns)
    return columns + sorted({name for row in rows for name in row} - set(columns)), rows, values


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
            yield from {"path": value.path, "id": value.id, "name": value.name}.items()
            yield from {"description": value.description, "steward": value.steward}.items()
            yield from {"from": _time(value.start), "until": _time(value.stop)}.items()
        case Product():
            yield from _texts(value.attributes, "products").items()
            yield from {"id": value.id, "name": value.name}.items()
        case Batch():
            yield from _texts(value.attributes, "batches").items()
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


def _texts(attributes: Mapping[str, Any], kind: Kind) -> dict[str, str]:
    return {name: cell for name, cell in written(attributes).items() if name not in KINDS[kind].columns}


def _time(instant: Instant | None) -> str | None:
    return None if instant is None else rfc3339(instant)
