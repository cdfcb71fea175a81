"""`/batches`: what ran where and when; a change is judged exactly as an MES's message is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from uns.api.condition import Condition, Given, Tag, absent
from uns.api.fields import AsOf, Attributes, Known, Moment, Number, Recorded, Why, WhyAsked, Word, recorded, rest, shown
from uns.api.listing import DEFAULT_LIMIT, Cursor, Limit, answer, strong_tag_of, tag_of
from uns.api.misfits import WHOLE
from uns.api.models import Answer, Page
from uns.api.problem import Refused, equipment_in
from uns.api.surroundings import Here, Surroundings, in_force
from uns.context.effect import corrected
from uns.context.values import Batch, Record, State, state_of
from uns.naming.equipment import with_root
from uns.naming.standard import Standard
from uns.registry import batches
from uns.registry.held import Held
from uns.registry.parallel import is_parallel
from uns.registry.records import PlacedRecord, apply_whole
from uns.registry.removal import remove
from uns.registry.writing import Check, Transaction

router = APIRouter(tags=["registry"])
Make = Callable[[tuple[Held[Batch], ...]], list[Record]]
Text = Annotated[str | None, Query(max_length=1_000)]
EMPTIABLE: Final = ("product", "order", "quantity", "state")


class BatchPut(Answer):
    """A whole interval, known or corrected by its id. What is left out stays as it was, and null takes it away."""

    equipment: Word
    start: Moment
    stop: Moment | None = Field(None, description="null lets it run, as one that is new does where it is left out")
    product: Word | None = None
    order: Word | None = None
    quantity: Number | None = None
    attributes: Attributes | None = None
    state: State | None = Field(None, description="running or held without `stop`, which it follows where left out")
    why: Why = None


class BatchPosted(BatchPut):
    id: Word


class BatchShown(Recorded):
    id: str
    equipment: str
    start: str
    stop: str | None = Field(description="null while it runs")
    product: str | None
    order: str | None
    quantity: Number | None
    attributes: Attributes
    state: State


class BatchRevised(BatchShown):
    revision: str


class Batches(Page[BatchShown]):
    revision: str | None = Field(description="the registry's; of one batch that in which it last changed")


@router.get("/batches", response_model=Batches, summary="Batches, the newest first")
async def listed(
    request: Request,
    here: Here,
    equipment: Annotated[str | None, Query(max_length=1_000, description="on it or below")] = None,
    product: Text = None,
    since: Annotated[Moment | None, Query(alias="from", description="running at or after")] = None,
    until: Annotated[Moment | None, Query(description="begun before")] = None,
    state: Annotated[State | None, Query(description="running and held are without `stop`")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response:
    standard = in_force(here).standard
    place = str(equipment_in(standard, equipment, "?equipment")) if equipment else None
    wanted = batches.Filter(place, product, None, since, until, state)
    page = await here.registry.ask(batches.listed, wanted, cursor, limit)

    def build() -> Batches:
        items = [_shown(each, standard) for each in page.items]
        return Batches(items=items, next=page.next, revision=here.registry.revision)

    return answer(request, tag_of(page, standard.root), build)


@router.get("/batches/{name}", response_model=Batches, summary="A batch on every equipment that it ran on")
async def one(request: Request, here: Here, name: Known, as_of: AsOf = None) -> Response:
    standard, held = in_force(here).standard, known(await here.registry.ask(batches.get, name, as_of), name)
    return answer(request, strong_tag_of(held, standard.root), lambda: _all(held, standard))


@router.post("/batches", status_code=201, summary="A batch begins, or ran")
async def post(here: Here, posted: BatchPosted, response: Response) -> BatchRevised:
    path = f"/api/v1/batches/{quote(posted.id, safe='')}"
    why = f"batch {posted.id!r} is known already: PUT {path} corrects it"
    whole, check = _whole(here, posted.id, posted), absent(_tag_in(here, posted.id), why)
    made = await applied(here, posted.id, lambda _: [whole], posted.why, check, response)
    response.headers["Location"] = path
    return BatchRevised(**made.items[-1].model_dump(), revision=made.revision or "")


@router.put("/batches/{name}", summary="Add or correct a batch")
async def put(here: Here, name: Word, body: BatchPut, response: Response, given: Condition) -> Batches:
    whole = _whole(here, name, body)
    is_kept = "stop" not in body.model_fields_set

    def made(held: tuple[Held[Batch], ...]) -> list[Record]:
        return [_with_its_stop(whole, held) if is_kept else whole]

    return await applied(here, name, made, body.why, met(here, name, given), response)


@router.delete("/batches/{name}", status_code=204, summary="Take out a batch that was entered in error")
async def delete(
    here: Here,
    name: Known,
    given: Condition,
    equipment: Annotated[str | None, Query(max_length=1_000, description="only what ran there")] = None,
    why: WhyAsked = None,
) -> None:
    """What was believed until now stays: `/context` with `as-of`, and `/context/diff`."""
    place = [] if equipment is None else [str(equipment_in(in_force(here).standard, equipment, "?equipment"))]
    check = met(here, name, given)
    if not await here.registry.ask(remove, "batches", [name, *place], rest(here.clock(), why), check):
        raise _none(name)


def _whole(here: Surroundings, name: str, body: BatchPut) -> Record:
    equipment = equipment_in(in_force(here).standard, body.equipment, "/equipment")
    fields: dict[str, Any] = {"id": name}
    names = ("start", "stop", "product", "order", "quantity", "attributes", "state")
    fields |= {each: said for each in names if (said := getattr(body, each)) is not None}
    if body.attributes is None and "attributes" in body.model_fields_set:
        fields["attributes"] = {}
    fields["emptied"] = [each for each in EMPTIABLE if each in body.model_fields_set - fields.keys()]
    return Record("batch", equipment, body.start, fields)


def _with_its_stop(whole: Record, held: tuple[Held[Batch], ...]) -> Record:
    """As it was known of the interval that it corrects."""
    same = [each.value for each in held if each.value.equipment == whole.equipment]
    known = corrected(same, whole.fields["start"])
    return replace(whole, fields={**whole.fields, "stop": known.stop}) if known and known.stop is not None else whole


def met(here: Surroundings, name: str, given: Given) -> Check:
    """The conditions of a request about this batch."""
    return given.check(_tag_in(here, name))


def _tag_in(here: Surroundings, name: str) -> Tag:
    root = in_force(here).standard.root

    def tag(transaction: Transaction) -> str | None:
        held = batches.get_in(transaction, name)
        return strong_tag_of(held, root) if held else None

    return tag


async def applied(
    here: Surroundings, name: str, make: Make, why: str | None, check: Check, response: Response
) -> Batches:  # fmt: skip
    """All records that `make` makes of what is held of the batch, or none."""
    standard = in_force(here).standard

    def place(held: tuple[Held[Batch], ...]) -> list[PlacedRecord]:
        return [
            PlacedRecord(each, WHOLE, each.equipment is not None and is_parallel(standard, each.equipment))
            for each in make(held)
        ]

    findings, held = await here.registry.ask(apply_whole, name, place, rest(here.clock(), why), check)
    if findings:
        raise Refused(409, findings[0].message, findings)
    response.headers["ETag"] = strong_tag_of(held, standard.root)
    return _all(held, standard)


def _all(held: Sequence[Held[Batch]], standard: Standard) -> Batches:
    newest = max(each.revision for each in held)
    return Batches(items=[_shown(each, standard) for each in held], revision=str(newest))


def known(held: tuple[Held[Batch], ...], name: str) -> tuple[Held[Batch], ...]:
    """What is held of a batch; 404 where nothing is."""
    if not held:
        raise _none(name)
    return held


def _none(name: str) -> Refused:
    return Refused(404, f"there is no batch {name[:200]!r}; GET /api/v1/batches lists them")


def _shown(held: Held[Batch], standard: Standard) -> BatchShown:
    batch = held.value
    return BatchShown(
        id=batch.id,
        equipment=with_root(standard, batch.equipment),
        start=shown(batch.start) or "",
        stop=shown(batch.stop),
        product=batch.product,
        order=batch.order,
        quantity=batch.quantity,
        attributes=dict(batch.attributes),
        state=state_of(batch),
        **recorded(held),
    )
