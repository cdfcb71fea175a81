"""What a product's and a crew's record change: what goes, and what comes in its place."""

from __future__ import annotations

from dataclasses import replace

from uns.context.intervals import Intervals
from uns.context.shifts import Span
from uns.context.values import Product, Record, Shift
from uns.equipment import EquipmentPath


def product_of(record: Record, known: Product | None) -> Product:
    """The product with what the record says about it; what it leaves out stays."""
    base = known or Product(str(record.fields["id"]))
    name, attributes = record.fields.get("name"), record.fields.get("attributes")
    return replace(base, name=name or base.name, attributes=base.attributes if attributes is None else attributes)


def shift_change(
    record: Record, equipment: EquipmentPath, line: Intervals[Shift], planned: Span
) -> tuple[tuple[Shift, ...], tuple[Shift, ...]]:
    """What goes and what comes when a crew takes over from the record's instant to the end of the planned span."""
    at, crew = record.at, str(record.fields["crew"])
    name = record.fields.get("id") or (planned.shift.id if planned.shift else "unplanned")
    day = record.fields.get("date") or (planned.shift.date if planned.shift else "")
    running = line.at(at).running
    if running and (running[0].crew, running[0].id) == (crew, name):
        return (), ()
    following = line.next_after(at)
    stop = min(planned.until, following.start) if following else planned.until
    closed = tuple(replace(each, stop=at) for each in running)
    return running, (*closed, Shift(str(name), str(day), at, stop, crew, equipment))
