"""What a button does to a batch: it begins, it ends, it goes on elsewhere."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import Field

from uns.api.batches import Batches, applied, known, met
from uns.api.condition import Condition
from uns.api.fields import Known, Moment, Number, Why, Word
from uns.api.models import Answer
from uns.api.problem import Refused, equipment_in
from uns.api.surroundings import Here, Surroundings, in_force
from uns.context.values import Batch, Record, State, state_of
from uns.equipment import EquipmentPath
from uns.instant import Instant
from uns.naming.equipment import with_root
from uns.naming.standard import Standard
from uns.registry.held import Held

router = APIRouter(tags=["registry"])
Over = Literal["complete", "stopped", "aborted"]


class BatchStart(Answer):
    equipment: Word
    at: Moment | None = Field(None, description="now where it is left out")
    product: Word | None = None
    order: Word | None = None
    quantity: Number | None = None
    why: Why = None


class BatchStop(Answer):
    at: Moment | None = Field(None, description="now where it is left out")
    state: Over | None = Field(None, description="complete where it is left out")
    why: Why = None


class BatchMove(Answer):
    to: Word = Field(description="equipment on which it goes on")
    origin: Word | None = Field(None, alias="from", description="where it runs on several, the one that it leaves")
    at: Moment | None = Field(None, description="now where it is left out")
    why: Why = None


@router.post("/batches/{name}/start", summary="A batch begins; announced again it changes nothing")
async def start(here: Here, name: Word, body: BatchStart, response: Response, given: Condition) -> Batches:
    """Up to the next one that is known on that equipment, as where an MES announces it."""
    equipment, at = equipment_in(in_force(here).standard, body.equipment, "/equipment"), _at(here, body.at)
    said = {"product": body.product, "order": body.order, "quantity": body.quantity}
    begun = Record("batch-start", equipment, at, {"id": name} | said)
    return await applied(here, name, lambda held: [begun], body.why, met(here, name, given), response)


@router.post("/batches/{name}/stop", summary="A running batch ends; stopped again it changes nothing")
async def stop(
    here: Here, name: Known, response: Response, given: Condition, body: BatchStop | None = None
) -> Batches:  # fmt: skip
    body = body or BatchStop()
    at = _at(here, body.at)

    def ended(held: tuple[Held[Batch], ...]) -> list[Record]:
        running = _running(held, at)
        if not running and not _was_stopped(known(held, name), at, body):
            raise _not_running(name)
        return [_stop(each, at, body.state) for each in running]

    return await applied(here, name, ended, body.why, met(here, name, given), response)


@router.post("/batches/{name}/move", summary="A running batch goes on elsewhere")
async def move(here: Here, name: Known, body: BatchMove, response: Response, given: Condition) -> Batches:
    """It ends where it runs and begins there with all that is known of it, or neither; where it is there, nothing."""
    standard, at = in_force(here).standard, _at(here, body.at)
    to = equipment_in(standard, body.to, "/to")
    origin = equipment_in(standard, body.origin, "/from") if body.origin is not None else None

    def moved(held: tuple[Held[Batch], ...]) -> list[Record]:
        running = _running(known(held, name), at)
        if not running:
            raise _not_running(name)
        there = any(each.equipment == to for each in running)
        leaving = [each for each in running if each.equipment != to and origin in (None, each.equipment)]
        if not leaving and there and origin in (None, to):
            return []
        if len(leaving) != 1:
            raise _nowhere_to_leave(name, running, standard)
        return [_stop(leaving[0], at)] + ([] if there else [_gone_on(leaving[0], to, at)])

    return await applied(here, name, moved, body.why, met(here, name, given), response)


def _at(here: Surroundings, at: Instant | None) -> Instant:
    return here.clock() if at is None else at


def _running(held: tuple[Held[Batch], ...], at: Instant) -> list[Batch]:
    """Its intervals that have begun and not ended then."""
    intervals = [each.value for each in held]
    return [each for each in intervals if each.start <= at and (each.stop is None or at < each.stop)]


def _was_stopped(held: tuple[Held[Batch], ...], at: Instant, asked: BatchStop) -> bool:
    """Whether what does not run then ended just so: at the time and in the state that are named, if any."""
    begun = [(each.value.stop or at, state_of(each.value)) for each in held if each.value.start <= at]
    stop, state = max(begun, default=(None, None))
    return stop is not None and asked.at in (None, stop) and asked.state in (None, state)


def _not_running(name: str) -> Refused:
    return Refused(409, f"batch {name!r} does not run then; PUT /api/v1/batches/{name} corrects when it did")


def _stop(batch: Batch, at: Instant, state: State | None = None) -> Record:
    return Record("batch-stop", batch.equipment, at, {"id": batch.id, "state": state})


def _gone_on(batch: Batch, to: EquipmentPath, at: Instant) -> Record:
    """On other equipment, until when it was to end."""
    said = {"product": batch.product, "order": batch.order, "quantity": batch.quantity, "attributes": batch.attributes}
    return Record("batch-start", to, at, {"id": batch.id, "stop": batch.stop, "state": batch.state} | said)


def _nowhere_to_leave(name: str, running: list[Batch], standard: Standard) -> Refused:
    places = ", ".join(sorted(with_root(standard, each.equipment) for each in running))
    return Refused(409, f"batch {name!r} runs on {places}: say in `from` which of them it leaves")
