"""`/context`: batch, shift and product there and then."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from uns.api.fields import Moment
from uns.api.models import Answer
from uns.api.problem import equipment_in
from uns.api.surroundings import Here, in_force
from uns.instant import rfc3339
from uns.naming.equipment import with_root
from uns.registry.timeline import around

router = APIRouter(tags=["registry"])


class ContextShown(Answer):
    """Members as payloads have them; null where there is none."""

    equipment: str
    at: str
    batch: dict[str, Any] | None
    shift: dict[str, Any] | None
    product: dict[str, Any] | None
    registered: bool = Field(description="whether the registry has this very equipment then")
    ambiguous: list[str] = Field(description="batches that run there at once, where none can be told apart")
    revision: str = Field(description="of the registry")


@router.get("/context", summary="Batch, shift and product on equipment at an instant")
async def context(
    here: Here,
    equipment: Annotated[str, Query(max_length=1_000)],
    at: Annotated[Moment | None, Query(description="now where it is left out")] = None,
    as_of: Annotated[Moment | None, Query(alias="as-of", description="as was believed then")] = None,
) -> ContextShown:
    standard = in_force(here).standard
    path = equipment_in(standard, equipment, "?equipment")
    moment = here.clock() if at is None else at
    timeline = await here.registry.ask(around, standard, moment, as_of)
    found = timeline.at(path, moment)
    return ContextShown(
        equipment=with_root(standard, path),
        at=rfc3339(moment),
        batch=_member(found.members.get("batch")),
        shift=_member(found.members.get("shift")),
        product=_member(found.members.get("product")),
        registered=timeline.knows(path),
        ambiguous=list(found.ambiguous),
        revision=timeline.revision,
    )


def _member(member: Any) -> dict[str, Any] | None:
    return dict(member) if member else None
