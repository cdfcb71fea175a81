"""`/context`: batch, shift and product there and then, and what corrections changed of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from uns.api.fields import AsOf, Moment, Recorded, Recording
from uns.api.listing import DEFAULT_LIMIT, Cursor, Limit
from uns.api.models import Answer, Page
from uns.api.problem import equipment_in
from uns.api.surroundings import Here, in_force
from uns.context.shown import as_json, members
from uns.instant import rfc3339
from uns.naming.equipment import with_root
from uns.registry.corrections import Period, corrected
from uns.registry.timeline import around

router = APIRouter(tags=["registry"])


class ContextShown(Answer):
    """Members as payloads have them, with where batch and shift run, from when until when; null where there is none."""

    equipment: str
    at: str
    batch: dict[str, Any] | None
    shift: dict[str, Any] | None
    product: dict[str, Any] | None
    registered: bool = Field(description="whether the registry has this very equipment then")
    ambiguous: list[str] = Field(description="batches that run there at once, where none can be told apart")
    revision: str = Field(description="of the registry")


class Believed(Answer):
    """Of a batch with its product, or of a shift: members as payloads have them, null where there is none."""

    batch: dict[str, Any] | None = None
    product: dict[str, Any] | None = None
    shift: dict[str, Any] | None = None
    ambiguous: list[str] = Field(default_factory=list, description="batches that ran there at once")


class CorrectionShown(Recorded):
    """What a revision of the registry changed for readings with start ≤ event time < stop."""

    equipment: str = Field(description="and all below that has no batches or shifts of its own")
    of: Literal["batch", "shift"]
    start: str
    stop: str | None = Field(description="null where it has no end")
    was: Believed
    became: Believed
    published: float = Field(
        description="seconds of event time whose readings, published at once, had what was believed before"
    )
    published_since: str | None = Field(
        description="from when until `recorded_at` readings, late ones too, had it; null where none can have had it"
    )


class Corrections(Page[CorrectionShown]):
    since: str = Field(alias="from", description="revision of the registry")
    until: str = Field(alias="to", description="revision of the registry")
    revision: str | None = Field(description="of the registry now")


@router.get("/context/diff", summary="What corrections changed for readings, in the order in which they were recorded")
async def diff(
    here: Here,
    since: Annotated[
        Recording, Query(alias="from", description="recorded after this time or revision; 0 is before everything")
    ],
    until: Annotated[Recording | None, Query(alias="to", description="and up to this one; now where left out")] = None,
    equipment: Annotated[str | None, Query(max_length=1_000, description="there and below")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Corrections:
    standard = in_force(here).standard
    path = equipment_in(standard, equipment, "?equipment") if equipment is not None else None
    found = await here.registry.ask(corrected, standard, Period(since, until), here.clock(), path, cursor, limit)
    return Corrections(
        items=[CorrectionShown(**as_json(each, standard.root)) for each in found.items],
        next=found.next,
        since=str(found.since),
        until=str(found.until),
        revision=here.registry.revision,
    )


@router.get("/context", summary="Batch, shift and product on equipment at an instant")
async def context(
    here: Here,
    equipment: Annotated[str, Query(max_length=1_000)],
    at: Annotated[Moment | None, Query(description="now where it is left out")] = None,
    as_of: AsOf = None,
) -> ContextShown:
    standard = in_force(here).standard
    path = equipment_in(standard, equipment, "?equipment")
    moment = here.clock() if at is None else at
    timeline = await here.registry.ask(around, standard, moment, as_of)
    found = timeline.at(path, moment)
    return ContextShown(
        equipment=with_root(standard, path),
        at=rfc3339(moment),
        **members(found, standard.root),
        registered=timeline.knows(path),
        ambiguous=list(found.ambiguous),
        revision=timeline.revision,
    )
