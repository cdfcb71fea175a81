"""`/equipment`: what exists, from when until when."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from uns.api.condition import Condition, Tag, absent, tag_in
from uns.api.fields import AsOf, Known, Moment, Prose, Why, WhyAsked, Word, recorded, rest, shown
from uns.api.listing import DEFAULT_LIMIT, Cursor, Limit, answer, strong_tag_of, tag_of
from uns.api.models import Answer, Page
from uns.api.problem import Refused, equipment_in, wrong
from uns.api.surroundings import Here, Surroundings, in_force
from uns.equipment import EquipmentPath
from uns.finding import FilePlace, found
from uns.naming.equipment import listed_in, role_of, with_root
from uns.naming.standard import Standard
from uns.registry.equipment import REMEDY, Taken, everything, taken_ids
from uns.registry.held import Held
from uns.registry.nouns import EQUIPMENT, Equipment
from uns.registry.removal import remove
from uns.registry.writing import Check, Transaction

router = APIRouter(tags=["registry"])


class EquipmentPut(Answer):
    id: Word | None = Field(None, description="the plant's own number for it; no two pieces have one at once")
    name: Word | None = None
    description: Prose | None = None
    steward: Word | None = None
    start: Moment | None = None
    """Installed from; null is ever since."""
    stop: Moment | None = None
    why: Why = None


class EquipmentPosted(EquipmentPut):
    path: Word


class EquipmentShown(Answer):
    """What only the standard names is not registered, and nobody recorded it."""

    path: str
    id: str | None = None
    role: str | None = Field(
        description="site, area, work_center or work_unit, by the standard's levels; null where they have no such place"
    )
    name: str | None = None
    description: str | None = None
    steward: str | None = None
    start: str | None = None
    stop: str | None = None
    registered: bool
    recorded_in: str | None = Field(None, description="registry revision")
    recorded_at: str | None = None
    recorded_by: str | None = None
    why: str | None = None


class EquipmentList(Page[EquipmentShown]):
    revision: str | None


Number = Annotated[Known | None, Query(alias="id", description="only what has this id, wherever it stood")]


@router.get("/equipment", response_model=EquipmentList, summary="What is registered, and what else the standard names")
async def listed(
    request: Request, here: Here, number: Number = None, as_of: AsOf = None,
    limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None,
) -> Response:  # fmt: skip
    standard = in_force(here).standard
    if number is None and as_of is None:
        items, following = await here.registry.ask(everything, list(listed_in(standard)), cursor, limit)
    else:
        only = {} if number is None else {"id": number}
        items, following = await here.registry.ask(EQUIPMENT.listed, cursor, limit, as_of, only)

    def build() -> EquipmentList:
        shown = [_named(each, standard) if isinstance(each, str) else _shown(each, standard) for each in items]
        return EquipmentList(items=shown, next=following, revision=here.registry.revision)

    return answer(request, tag_of(items, following, here.rules.revision), build)


@router.get("/equipment/{path:path}", response_model=EquipmentShown, summary="One piece of equipment")
async def one(request: Request, here: Here, path: str, as_of: AsOf = None) -> Response:
    standard = in_force(here).standard
    known = equipment_in(standard, path, "{path}")
    held = await here.registry.ask(EQUIPMENT.get, str(known), as_of=as_of)
    if held is not None:
        return answer(request, _tag_of(held, standard), lambda: _shown(held, standard))
    if known not in listed_in(standard):
        raise _none(known)
    return answer(request, tag_of(known, here.rules.revision), lambda: _named(known, standard))


@router.post("/equipment", status_code=201, summary="Register equipment")
async def post(here: Here, posted: EquipmentPosted, response: Response) -> EquipmentShown:
    standard = in_force(here).standard
    path = equipment_in(standard, posted.path, "/path")
    why = f"{path} is registered already: PUT /api/v1/equipment/{path} corrects it"
    return await _put(here, path, posted, absent(_tag_in(path, standard), why), response)


@router.put("/equipment/{path:path}", summary="Register or correct equipment")
async def put(here: Here, path: str, body: EquipmentPut, response: Response, given: Condition) -> EquipmentShown:
    standard = in_force(here).standard
    known = equipment_in(standard, path, "{path}")
    return await _put(here, known, body, given.check(_tag_in(known, standard)), response)


@router.delete("/equipment/{path:path}", status_code=204, summary="Take out equipment that was entered in error")
async def delete(here: Here, path: str, given: Condition, why: WhyAsked = None) -> None:
    """What is gone wants a `stop` instead; what was believed until now stays."""
    standard = in_force(here).standard
    known = equipment_in(standard, path, "{path}")
    check, author = given.check(_tag_in(known, standard)), rest(here.clock(), why)
    if not await here.registry.ask(remove, "equipment", [str(known)], author, check):
        raise _none(known)


async def _put(
    here: Surroundings, path: EquipmentPath, body: EquipmentPut, check: Check, response: Response
) -> EquipmentShown:  # fmt: skip
    start, stop = body.start, body.stop
    if start is not None and stop is not None and stop < start:
        raise wrong("/stop", "it is removed before it is installed", "say when it was installed in `start`")
    value = Equipment(str(path), body.name, body.description, body.steward, start, stop, body.id)
    alone = _with_an_id_of_its_own(value, check)
    held = await here.registry.ask(EQUIPMENT.put_one, value, rest(here.clock(), body.why), alone)
    standard = in_force(here).standard
    response.headers["ETag"] = _tag_of(held, standard)
    return _shown(held, standard)


def _with_an_id_of_its_own(value: Equipment, check: Check) -> Check:
    def checked(transaction: Transaction) -> None:
        check(transaction)
        for one, other in taken_ids(transaction, [value]):
            message = Taken(value, other if one is value else one).message
            raise Refused(409, message, [found("equipment-id-taken", message, REMEDY, FilePlace("/id"))])

    return checked


def _tag_of(held: Held[Equipment], standard: Standard) -> str:
    return strong_tag_of(held, *_said(held.value.path, standard))


def _tag_in(path: str, standard: Standard) -> Tag:
    return tag_in(EQUIPMENT, path, *_said(path, standard))


def _said(path: str, standard: Standard) -> tuple[object, ...]:
    """What of an answer is the standard's."""
    return standard.root, role_of(standard, path)


def _named(path: str, standard: Standard) -> EquipmentShown:
    return EquipmentShown(path=with_root(standard, path), role=role_of(standard, path), registered=False)


def _none(path: str) -> Refused:
    return Refused(404, f"{path} is not registered; GET /api/v1/equipment lists what is")


def _shown(held: Held[Equipment], standard: Standard) -> EquipmentShown:
    each = held.value
    return EquipmentShown(
        path=with_root(standard, each.path),
        id=each.id,
        role=role_of(standard, each.path),
        registered=True,
        name=each.name,
        description=each.description,
        steward=each.steward,
        start=shown(each.start),
        stop=shown(each.stop),
        **recorded(held),
    )
