"""What a button does to a batch: it begins, it ends, it goes on elsewhere."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import Field

from uns.api.batches import Batches, applied, held_of, unchanged_since
from uns.api.condition import IfMatch
from uns.api.fields import Moment, Number, Why, Word
from uns.api.models import Answer
from uns.api.problem import Refused, equipment_in, wrong
from uns.api.surroundings import Here, Surroundings, in_force
from uns.context.values import Batch, Record
from uns.instant import Instant

router = APIRouter(tags=["registry"])


class BatchStart(Answer):
    equipment: Word
    at: Moment | None = Field(None, description="now where it is left out")
    product: Word | None = None
    order: Word | None = None
    quantity: Number | None = None
    why: Why = None


class BatchStop(Answer):
    at: Moment | None = Field(None, description="now where it is left out")
    why: Why = None


class BatchMove(Answer):
    to: Word = Field(description="equipment on which it goes on")
    origin: Word | None = Field(None, alias="from", description="where it runs on several, the one that it leaves")
    at: Moment | None = Field(None, description="now where it is left out")
    why: Why = None


@router.post("/batches/{name}/start", summary="A batch begins; announced again it changes nothing")
async def start(here: Here, name: Word, body: BatchStart, response: Response, match: IfMatch = None) -> Batches:
    equipment, at = equipment_in(in_force(here).standard, body.equipment, "/equipment"), _at(here, body.at)
    given = {"product": body.product, "order": body.order, "quantity": body.quantity}
    begun = Record("batch-start", equipment, at, {"id": name} | given)
    return await applied(here, name, [begun], body.why, unchanged_since(here, name, match), response)


@router.post("/batches/{name}/stop", summary="A running batch ends")
async def stop(
    here: Here, name: Word, response: Response, body: BatchStop | None = None, match: IfMatch = None
) -> Batches:
    body = body or BatchStop()
    at, running = _at(here, body.at), await _running(here, name)
    ended = [Record("batch-stop", each.equipment, at, {"id": name}) for each in running]
    return await applied(here, name, ended, body.why, unchanged_since(here, name, match), response)


@router.post("/batches/{name}/move", summary="A running batch goes on elsewhere")
async def move(here: Here, name: Word, body: BatchMove, response: Response, match: IfMatch = None) -> Batches:
    """It ends where it runs and begins there with all that is known of it, or neither."""
    standard, at, running = in_force(here).standard, _at(here, body.at), await _running(here, name)
    to = equipment_in(standard, body.to, "/to")
    if body.origin is not None:
        origin = equipment_in(standard, body.origin, "/from")
        running = [each for each in running if each.equipment == origin]
    if len(running) != 1 or running[0].equipment == to:
        raise wrong("/from", f"batch {name!r} runs on {len(running)} equipment to leave for {to}", "name another one")
    batch = running[0]
    known = {"product": batch.product, "order": batch.order, "quantity": batch.quantity, "attributes": batch.attributes}
    moved = [
        Record("batch-stop", batch.equipment, at, {"id": name}),
        Record("batch-start", to, at, {"id": name} | known),
    ]
    return await applied(here, name, moved, body.why, unchanged_since(here, name, match), response)


def _at(here: Surroundings, at: Instant | None) -> Instant:
    return here.clock() if at is None else at


async def _running(here: Surroundings, name: str) -> list[Batch]:
    running = [each.value for each in await held_of(here, name) if each.value.stop is None]
    if not running:
        raise Refused(409, f"batch {name!r} does not run; PUT /api/v1/batches/{name} corrects when it stopped")
    return running
