"""What each kind of sheet holds, and how its rows become values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, NamedTuple

from uns.context.shifts import LONGEST_TURN, ShiftException, ShiftPattern, unturned
from uns.context.values import Batch, Product, fitted
from uns.registry.csv.cells import Cells
from uns.registry.noun import Noun
from uns.registry.nouns import EQUIPMENT, PRODUCTS, SHIFT_EXCEPTIONS, SHIFT_PATTERNS, Equipment

Kind = Literal["equipment", "products", "batches", "shifts", "shift-exceptions"]


class Sheet(NamedTuple):
    """Its columns, of which the first `required` must be there; whether others are attributes; and what a row is."""

    columns: tuple[str, ...]
    required: tuple[str, ...]
    attributes: bool
    read: Callable[[Cells], Any]
    noun: Noun[Any] | None
    """None for batches, which are judged together."""


def _equipment(cells: Cells) -> Equipment | None:
    path = cells.equipment("path")
    if path is None:
        return None
    start, stop = cells.instant("from", path.site), cells.instant("until", path.site)
    if start is not None and stop is not None and stop <= start:
        cells.wrong("until", "`until` is not after `from`", "correct one of them")
    cells.check_role("role", path)
    name, description, steward = (cells.text(each) for each in ("name", "description", "steward"))
    return Equipment(str(path), name, description, steward, start, stop, cells.text("id"))


def _product(cells: Cells) -> Product:
    return Product(cells.required("id"), cells.text("name"), cells.others(frozenset({"id", "name"})))


def _batch(cells: Cells) -> Batch | None:
    name, equipment = cells.required("id"), cells.equipment("equipment")
    cells.required("start")
    site = equipment.site if equipment is not None else ""
    start, stop = cells.instant("start", site), cells.instant("stop", site)
    if start is not None and stop is not None and stop < start:
        cells.wrong("stop", "`stop` is before `start`", "correct one of them")
    product, order, quantity = cells.text("product"), cells.text("order"), cells.number("quantity")
    state = cells.state(stops=cells.text("stop") is not None)
    if equipment is None or start is None:
        return None
    return fitted(Batch(name, equipment, start, stop, product, order, quantity, cells.others(_BATCH), state))


_BATCH: Final = frozenset({"id", "equipment", "product", "order", "start", "stop", "quantity", "state"})


def _shift(cells: Cells) -> ShiftPattern:
    for column in ("start", "stop"):
        cells.required(column)
    since, until = cells.date("from"), cells.date("until")
    if since and until and until <= since:
        cells.wrong("until", "`until` is not after `from`", "it is the first date without the shift")
    pattern = ShiftPattern(
        str(cells.equipment("site") or ""), cells.required("id"), cells.days("days"), cells.minutes("start") or 0,
        cells.minutes("stop") or 0, cells.text("crew"), since, until, cells.whole("turn", LONGEST_TURN),
    )  # fmt: skip
    for column, message, remedy in unturned(pattern):
        cells.wrong(column, message, remedy)
    return pattern


def _exception(cells: Cells) -> ShiftException | None:
    equipment, name, day = cells.equipment("site"), cells.required("id"), cells.date("date")
    cells.required("date")
    start, stop = cells.minutes("start"), cells.minutes("stop")
    if (start is None) != (stop is None):
        missing = "start" if start is None else "stop"
        cells.wrong(missing, f"`{missing}` is empty", "write both times, or neither to remove the shift")
    return ShiftException(str(equipment or ""), day, name, start, stop, cells.text("crew")) if day else None


KINDS: Final[dict[Kind, Sheet]] = {
    "equipment": Sheet(
        ("path", "id", "role", "name", "description", "steward", "from", "until"), ("path",), False, _equipment,
        EQUIPMENT,
    ),
    "products": Sheet(("id", "name"), ("id",), True, _product, PRODUCTS),
    "batches": Sheet(
        ("id", "equipment", "product", "order", "start", "stop", "quantity", "state"),
        ("id", "equipment", "start"), True, _batch, None,
    ),
    "shifts": Sheet(
        ("site", "id", "days", "start", "stop", "crew", "from", "until", "turn"),
        ("site", "id", "days", "start", "stop"), False, _shift, SHIFT_PATTERNS,
    ),
    "shift-exceptions": Sheet(
        ("site", "date", "id", "start", "stop", "crew"), ("site", "date", "id"), False, _exception, SHIFT_EXCEPTIONS,
    ),
}  # fmt: skip
