"""`/quarantine/replays`: rejected samples are tried again, and how far that is; `/quarantine/discard` settles them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints

from uns.api.fields import Code, Id, Moment, Why, rest
from uns.api.listing import DEFAULT_LIMIT, Cursor, Limit, answer, tag_of
from uns.api.models import Answer, Page
from uns.api.problem import Refused, wrong
from uns.api.surroundings import Here
from uns.registry import replays
from uns.registry.entries import Filter
from uns.registry.quarantine import discard

router = APIRouter(tags=["quarantine"])
Part = Annotated[str, StringConstraints(max_length=65_535)] | None


class Wanted(Answer):
    """Which of the entries that are kept; all members that are there must fit."""

    ids: list[Id] | None = Field(None, min_length=1, max_length=1_000)
    site: Part = None
    instance: Part = None
    rule: Part = None
    code: Code | None = None
    topic: Part = None
    tag: Part = None
    since: Moment | None = Field(None, description="received at or after")
    until: Moment | None = Field(None, description="received before")
    why: Why = None

    def filter(self) -> Filter:
        return Filter(
            self.topic, self.tag, self.rule, self.code, self.site, "kept", self.since, self.until,
            tuple(self.ids or ()), self.instance,
        )  # fmt: skip


class Unwanted(Wanted):
    all: bool = Field(False, description="everything that is kept, where nothing else says which")


class ReplayShown(Answer):
    """A request: entries = waiting + replayed + refused + gone."""

    id: int
    asked_at: str
    asked_by: str
    why: str | None
    wanted: dict[str, Any] = Field(description="which entries were asked for; empty is all")
    entries: int
    waiting: int
    replayed: int
    refused: int = Field(description="again; they stay, with what is against them now")
    gone: int = Field(description="settled otherwise before their turn")
    instances: list[str] = Field(description="that have taken up something of it")


class Discarded(Answer):
    discarded: int


@router.post("/quarantine/replay", status_code=202, summary="Try rejected samples again, by the rules of now")
async def ask(here: Here, body: Wanted, response: Response) -> ReplayShown:
    return await _asked(here, body.filter(), body.why, response)


@router.post("/quarantine/{number}/replay", status_code=202, summary="Try one rejected sample again")
async def ask_one(here: Here, number: Id, response: Response) -> ReplayShown:
    made = await _asked(here, Filter(ids=(number,)), None, response)
    if not made.entries:
        raise Refused(404, f"quarantine keeps no entry {number}; GET /api/v1/quarantine lists what it keeps")
    return made


@router.post("/quarantine/discard", summary="Settle rejected samples that nobody will need")
async def settle(here: Here, body: Unwanted) -> Discarded:
    which = body.filter()
    if which == Filter() and not body.all:
        raise wrong("", "this would discard everything that is kept", "say which, or send `all: true`")
    return Discarded(discarded=await here.registry.ask(discard, which, rest(here.clock(), body.why)))


@router.get("/quarantine/replays", response_model=Page[ReplayShown], summary="Requests to replay, the newest first")
async def listed(request: Request, here: Here, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Response:
    page = await here.registry.ask(replays.replays, cursor, limit)
    items = [_shown(each) for each in page.items]
    return answer(request, tag_of(page), lambda: Page[ReplayShown](items=items, next=page.next))


@router.get("/quarantine/replays/{number}", response_model=ReplayShown, summary="How far a replay is")
async def one(request: Request, here: Here, number: Id) -> Response:
    known = await here.registry.ask(replays.replay, number)
    if known is None:
        raise Refused(404, f"there is no replay {number}; GET /api/v1/quarantine/replays lists them")
    return answer(request, tag_of(known), lambda: _shown(known))


async def _asked(here: Here, which: Filter, why: str | None, response: Response) -> ReplayShown:
    made = await here.registry.ask(replays.ask, which, rest(here.clock(), why))
    response.headers["Location"] = f"/api/v1/quarantine/replays/{made.id}"
    return _shown(made)


def _shown(replay: replays.Replay) -> ReplayShown:
    return ReplayShown(**replay.as_json())
