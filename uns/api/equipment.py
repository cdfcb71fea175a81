"""`/equipment`: what exists, from when until when."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from uns.api.condition import Condition, absent, tag_in
from uns.api.fields import Moment, Prose, Recorded, Why, WhyAsked, Word, recorded, rest, shown
from uns.api.listing import DEFAULT_LIMIT, Cursor, Limit, answer, strong_tag_of, tag_of
from uns.api.models import Answer, Page
from uns.api.problem import Refused, equipment_in, wrong
from uns.api.surroundings import Here, Surroundings, in_force
from uns.equipment import EquipmentPath
from uns.naming.equipment import with_root
from uns.naming.standard import Standard
from uns.registry.held import Held
from uns.registry.nouns import EQUIPMENT, Equipment
from uns.registry.removal import remove
from uns.registry.writing import Check

router = APIRouter(tags=["registry"])


class EquipmentPut(Answer):
    name: Word | None = None
    description: Prose | None = None
    steward: Word | None = None
    start: Moment | None = None
    """Installed from; null is ever since."""
    stop: Moment | None = None
    why: Why = None


class EquipmentPosted(EquipmentPut):
    path: Word


class EquipmentShown(Recorded):
    path: str
    name: str | None
    description: str | None
    steward: str | None
    start: str | None
    stop: str | None


class EquipmentList(Page[EquipmentShown]):
    revision: str | None


@router.get("/equipment", response_model=EquipmentList, summary="All registered equipment")
async def listed(request: Request, here: Here, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Response:
    standard = in_force(here).standard
    page = await here.registry.ask(EQUIPMENT.listed, cursor, limit)

    def build() -> EquipmentList:
        items = [_shown(each, standard) for each in page.items]
        return EquipmentList(items=items, next=page.next, revision=here.registry.revision)

    return answer(request, tag_of(page, standard.root), build)


@router.get("/equipment/{path:path}", response_model=EquipmentShown, summary="One piece of equipment")
async def one(request: Request, here: Here, path: str) -> Response:
    standard = in_force(here).standard
    held = await _held(here, equipment_in(standard, path, "{path}"))
    return answer(request, strong_tag_of(held, standard.root), lambda: _shown(held, standard))


@router.post("/equipment", status_code=201, summary="Register equipment")
async def post(here: Here, posted: EquipmentPosted, response: Response) -> EquipmentShown:
    path = equipment_in(in_force(here).standard, posted.path, "/path")
    why = f"{path} is registered already: PUT /api/v1/equipment/{path} corrects it"
    return await _put(here, path, posted, absent(tag_in(EQUIPMENT, path), why), response)


@router.put("/equipment/{path:path}", summary="Register or correct equipment")
async def put(here: Here, path: str, body: EquipmentPut, response: Response, given: Condition) -> EquipmentShown:
    standard = in_force(here).standard
    known = equipment_in(standard, path, "{path}")
    return await _put(here, known, body, given.check(tag_in(EQUIPMENT, known, standard.root)), response)


@router.delete("/equipment/{path:path}", status_code=204, summary="Take out equipment that was entered in error")
async def delete(here: Here, path: str, given: Condition, why: WhyAsked = None) -> None:
    """What is gone wants a `stop` instead; what was believed until now stays."""
    standard = in_force(here).standard
    known = equipment_in(standard, path, "{path}")
    check, author = given.check(tag_in(EQUIPMENT, known, standard.root)), rest(here.clock(), why)
    if not await here.registry.ask(remove, "equipment", [str(known)], author, check):
        raise _none(known)


async def _put(
    here: Surroundings, path: EquipmentPath, body: EquipmentPut, check: Check, response: Response
) -> EquipmentShown:  # fmt: skip
    start, stop = body.start, body.stop
    if start is not None and stop is not None and stop < start:
        raise wrong("/stop", "it is removed before it is installed", "say when it was installed in `start`")
    value = Equipment(str(path), body.name, body.description, body.steward, start, stop)
    held = await here.registry.ask(EQUIPMENT.put_one, value, rest(here.clock(), body.why), check)
    standard = in_force(here).standard
    response.headers["ETag"] = strong_tag_of(held, standard.root)
    return _shown(held, standard)


async def _held(here: Here, path: str) -> Held[Equipment]:
    held = await here.registry.ask(EQUIPMENT.get, str(path))
    if held is None:
        raise _none(path)
    return held


def _none(path: str) -> Refused:
    return Refused(404, f"{path} is not registered; GET /api/v1/equipment lists what is")


def _shown(held: Held[Equipment], standard: Standard) -> EquipmentShown:
    each = held.value
    return EquipmentShown(
        path=with_root(standard, each.path),
        name=each.name,
        description=each.description,
        steward=each.steward,
        start=shown(each.start),
        stop=shown(each.stop),
        **recorded(held),
    )
