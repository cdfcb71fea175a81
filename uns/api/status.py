"""`/status`: what every instance says about itself, how old that is, and this process beside them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from uns.api.health import Readiness, ready
from uns.api.models import Answer
from uns.api.payload import parsed
from uns.api.surroundings import Here
from uns.instant import SECOND, rfc3339

router = APIRouter(tags=["status"])


class Instance(Answer):
    instance: str
    arrived: str
    age: float = Field(description="seconds since it said so")
    report: Any = Field(description="counters that tie out, revisions, ages, links; as the instance published it")


class BrokerLink(Answer):
    connected: bool
    complete: bool = Field(description="whether all that the broker keeps has come")
    since: str | None
    error: str | None


class OfApi(Answer):
    readiness: Readiness
    link: BrokerLink
    topics: int
    bytes: int
    received: int
    left_out: int = Field(description="messages for which there was no room")
    streams: int
    bundle: str | None = Field(description="revision of the rules in force here")
    context: str | None = Field(description="registry revision here")


class Status(Answer):
    instances: list[Instance]
    api: OfApi


@router.get("/status", summary="Every instance, and the API itself")
async def status(here: Here) -> Status:
    now, link = here.clock(), here.link
    instances = [
        Instance(
            instance=name,
            arrived=rfc3339(entry.arrived),
            age=round(max(now - entry.arrived, 0) / SECOND, 3),
            report=parsed(entry.payload),
        )
        for name, entry in sorted(here.namespace.statuses.items())
    ]
    api = OfApi(
        readiness=ready(here),
        link=BrokerLink(
            connected=link.connected,
            complete=link.complete,
            since=rfc3339(link.since) if link.connected else None,
            error=link.error or None,
        ),
        topics=len(here.namespace.entries),
        bytes=here.namespace.bytes,
        received=link.received,
        left_out=here.namespace.left_out,
        streams=here.streams,
        bundle=here.rules.revision,
        context=here.registry.revision,
    )
    return Status(instances=instances, api=api)
