"""`/quarantine`: the rejected samples, with their raw messages."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from uns.api.fields import Code, Id, Moment, rest
from uns.api.listing import DEFAULT_LIMIT, Cursor, Limit, answer, tag_of
from uns.api.models import Answer, FindingModel, Page
from uns.api.problem import Refused
from uns.api.surroundings import Here
from uns.registry import entries as kept
from uns.registry.quarantine import discard

router = APIRouter(tags=["quarantine"])
Text = Annotated[str | None, Query(max_length=65_535)]


class EntryShown(Answer):
    """A rejected sample."""

    id: int
    topic: str
    tag: str | None
    rule: str | None = Field(description="that took the sample")
    site: str | None
    instance: str | None = Field(description="that refused it; null where that was not yet written down")
    findings: list[FindingModel]
    received: str
    kept_at: str
    state: str = Field(description="kept, replayed or discarded")
    bundle: str = Field(description="revision of the rules that refused it")
    context: str = Field(description="registry revision then")
    bytes: int = Field(description="of the raw message")


class RawShown(Answer):
    """The raw message: `text` where it is UTF-8, else `hex`."""

    text: str | None
    hex: str | None
    qos: int
    retained: bool
    redelivered: bool
    backlog: bool


class EntryWhole(EntryShown):
    raw: RawShown


class Entries(Page[EntryShown]):
    quarantined: int = Field(description="ever; kept and counted only together")
    counted_only: int
    forgotten: int = Field(description="of those counted only, how many have a cause that is no longer told apart")
    bundle: str | None = Field(description="revision of the rules now; entries of an earlier one may be fit by now")
    context: str | None = Field(description="registry revision now")


@router.get("/quarantine", response_model=Entries, summary="Rejected samples, the newest first")
async def listed(
    request: Request,
    here: Here,
    site: Text = None,
    instance: Text = None,
    rule: Text = None,
    code: Code | None = None,
    topic: Text = None,
    tag: Text = None,
    state: Literal["kept", "replayed", "discarded", "any"] = "kept",
    since: Annotated[Moment | None, Query(description="received at or after")] = None,
    until: Annotated[Moment | None, Query(description="received before")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response:
    told = None if state == "any" else state
    wanted = kept.Filter(topic, tag, rule, code, site, told, since, until, instance=instance)
    page = await here.registry.ask(kept.entries, wanted, cursor, limit)
    stock = await here.registry.ask(kept.stock)
    now = {"bundle": here.rules.revision, "context": here.registry.revision}

    def build() -> Entries:
        items = [EntryShown(**each.as_json()) for each in page.items]
        counts = {name: getattr(stock, name) for name in ("quarantined", "counted_only", "forgotten")}
        return Entries(items=items, next=page.next, **counts, **now)

    return answer(request, tag_of([(each.id, each.state) for each in page.items], page.next, stock, now), build)


@router.get("/quarantine/{number}", response_model=EntryWhole, summary="One rejected sample and its raw message")
async def one(request: Request, here: Here, number: Id) -> Response:
    entry = await here.registry.ask(kept.entry, number)
    if entry is None:
        raise _gone(number)
    whole = {**entry.as_json(), "raw": entry.raw_as_json()}
    return answer(request, tag_of(entry.id, entry.state), lambda: EntryWhole(**whole))


@router.delete("/quarantine/{number}", status_code=204, summary="Settle it: nobody will need it")
async def delete(here: Here, number: Id) -> None:
    if not await here.registry.ask(discard, kept.Filter(ids=(number,)), rest(here.clock(), None)):
        raise _gone(number)


def _gone(number: int) -> Refused:
    return Refused(404, f"quarantine keeps no entry {number}; GET /api/v1/quarantine lists what it keeps")
