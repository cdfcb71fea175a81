"""Batches, shifts and products as the message path sees them, and what a record does to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, NamedTuple, get_args

from uns.equipment import EquipmentPath
from uns.instant import Instant

State = Literal["running", "held", "complete", "stopped", "aborted"]
"""Of a batch, in the words of ISA-88."""
STATES: Final[tuple[State, ...]] = get_args(State)
OPEN: Final[tuple[State, ...]] = ("running", "held")
"""States of a batch without a stop; the others want one."""


@dataclass(frozen=True, slots=True)
class Product:
    id: str
    name: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch on one piece of equipment, start ≤ t < stop; `stop` is None while it runs."""

    id: str
    equipment: EquipmentPath
    start: Instant
    stop: Instant | None = None
    product: str | None = None
    order: str | None = None
    quantity: float | int | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    state: State | None = None
    """Held, stopped or aborted; None where it follows from the stop, as `state_of` has it."""


def state_of(batch: Batch) -> State:
    """Running or complete, as it follows from its stop, where nobody said otherwise."""
    return batch.state or ("running" if batch.stop is None else "complete")


def fitted(batch: Batch) -> Batch:
    """Without a state that follows from its stop, or that was said before it stopped or went on."""
    if batch.state is None or (batch.state == "held" if batch.stop is None else batch.state in ("stopped", "aborted")):
        return batch
    return replace(batch, state=None)


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift of one day, resolved to UTC; `date` is the local day on which it began."""

    id: str
    date: str
    start: Instant
    stop: Instant
    crew: str | None
    equipment: EquipmentPath
    """Whose pattern, exception or shift-change it is."""


class Context(NamedTuple):
    """What is in force there and then. `members` go into payloads, `properties` into a document's user properties."""

    batch: Batch | None = None
    shift: Shift | None = None
    product: Product | None = None
    members: Mapping[str, Mapping[str, Any]] = {}
    """`batch`, `shift`, `product` as payloads write them; what is not known is left out."""
    properties: tuple[tuple[str, str], ...] = ()
    ambiguous: tuple[str, ...] = ()
    """The batches that run at once where a level is parallel and none can be told apart."""
    gaps: tuple[str, ...] = ()
    """`batch`, `shift`: what that equipment has, but not then."""


EMPTY = Context()


@dataclass(frozen=True, slots=True)
class Record:
    """What an MES's message tells the registry; `fields` by the names that its kind has, times as instants."""

    kind: Literal["batch-start", "batch-stop", "batch-change", "batch", "shift-change", "product"]
    equipment: EquipmentPath | None
    at: Instant
    fields: Mapping[str, Any]
