"""`/stream`: current values first, then changes, as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from uns.api.browse import Wanted, topic_filter
from uns.api.changes import Change
from uns.api.problem import Refused
from uns.api.shown import value_of
from uns.api.surroundings import Here, Surroundings
from uns.topic import TopicFilter

router = APIRouter(tags=["browse"])

LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", max_length=100)]


async def _place(here: Here, wanted: Wanted = None) -> AsyncIterator[TopicFilter | None]:
    """A place among the streams, given back when the stream ends; taken before the answer begins."""
    topics = topic_filter(wanted)
    if here.streams >= here.most_streams:
        raise Refused(503, f"{here.streams} streams are being read, which is the limit; close one or poll /values")
    here.streams += 1
    try:
        yield topics
    finally:
        here.streams -= 1


Topics = Annotated[TopicFilter | None, Depends(_place)]


@router.get("/stream", response_class=EventSourceResponse, summary="Current values, then changes as they happen")
async def stream(here: Here, topics: Topics, last: LastEventId = None) -> AsyncIterator[ServerSentEvent]:
    """Events: `value` (as in `/values`), `deleted` (a topic's value was removed), `live` (all current values were sent;
    its id is the one to come back with), `gap` (changes were missed: current values follow, or the stream ends and
    wants to be opened again)."""
    changes = here.namespace.changes
    number = changes.number_of(last) if last else None
    if last and (number is None or changes.after(number) is None):
        yield ServerSentEvent(
            event="gap", data={"reason": "the changes after that id are no longer kept", "after": last}
        )
        number = None
    if number is None:
        number = changes.last
        for topic in here.namespace.matching(topics):
            entry = here.namespace.entries.get(topic)
            if entry is not None:
                yield ServerSentEvent(event="value", data=value_of(entry, here.clock()))
    yield ServerSentEvent(event="live", data={"topics": len(here.namespace.entries)}, id=changes.id_of(number))
    async for event in _live(here, topics, number):
        yield event


async def _live(here: Surroundings, topics: TopicFilter | None, number: int) -> AsyncIterator[ServerSentEvent]:
    """Changes after that number; ends with a gap where the reader is too slow for what is kept."""
    changes = here.namespace.changes
    while True:
        await changes.wait(number)
        if changes.closed:
            return
        batch = changes.after(number)
        if batch is None:
            data = {"reason": "the stream was read too slowly", "after": changes.id_of(number)}
            yield ServerSentEvent(event="gap", data=data)
            return
        for change in batch:
            number = change.number
            if topics is None or topics.matches(change.topic):
                yield _event(change, here)


def _event(change: Change, here: Surroundings) -> ServerSentEvent:
    event_id = here.namespace.changes.id_of(change.number)
    if not change.payload:
        return ServerSentEvent(event="deleted", data={"topic": change.topic}, id=event_id)
    return ServerSentEvent(event="value", data=value_of(change, here.clock()), id=event_id)
