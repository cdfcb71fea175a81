"""What a later revision of the registry says otherwise: all that a timeline needs to become that revision's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from uns.context.shifts import Calendar
from uns.context.values import Batch, Product, Shift
from uns.equipment import EquipmentPath

V = TypeVar("V")


class Turn(NamedTuple, Generic[V]):
    """What is believed no longer, and what is from now on."""

    gone: Sequence[V] = ()
    come: Sequence[V] = ()


def never(equipment: EquipmentPath) -> bool:
    """No level of which we know lets several batches run at once."""
    return False


@dataclass(frozen=True, slots=True)
class Difference:
    batches: Turn[Batch] = Turn()
    shifts: Turn[Shift] = Turn()
    """Those that shift-changes named."""
    products: Mapping[str, Product | None] = field(default_factory=dict)
    """None is known no longer."""
    equipment: Mapping[str, str | None] = field(default_factory=dict)
    """Under its own path; None is registered no longer."""
    calendars: Mapping[str, Calendar] | None = None
    """All of them, or None where none has changed."""
    parallel: Callable[[EquipmentPath], bool] = never
    """Whether several of the batches that come may run at once on that equipment."""
