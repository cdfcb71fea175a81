"""`POST /explain`: what becomes of a message and why; or where a governed topic's readings come from."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Annotated, Any

import aiomqtt
from fastapi import APIRouter
from pydantic import Field

from uns.api.fields import Moment
from uns.api.models import Answer
from uns.api.origins import INSTANCES, Produced, produced
from uns.api.problem import Refused, malformed, wrong
from uns.api.shown import value_of
from uns.api.surroundings import Here, Surroundings, in_force
from uns.broker.guest import payload_of
from uns.broker.kept import kept_on
from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.explain import Explanation, explain
from uns.finding import Malformed
from uns.instance import Served, instances_of, serving
from uns.instant import Instant
from uns.message import RawMessage
from uns.registry.entries import newest_rejected
from uns.registry.timeline import load
from uns.topic import of_a_message

router = APIRouter(tags=["explain"])


class Asked(Answer):
    """A topic; of a raw one also its payload, as one of JSON, text or bytes in hex. Without: of the newest kept."""

    topic: Annotated[str, Field(min_length=1, max_length=65_535)]
    payload: Any = None
    text: str | None = None
    hex: str | None = None
    at: Moment | None = Field(None, description="receive time; now, or a kept message's own")
    retained: bool = False


class Step(Answer):
    step: str
    subject: str
    detail: str
    where: dict[str, Any] | None = None


class Explained(Answer):
    topic: str
    received: str
    bundle: str = Field(description="revision of the rules")
    context: str = Field(description="registry revision; `none` where the registry could not be asked")
    instances: list[str] | None = Field(description=INSTANCES)
    steps: list[Step]
    outcomes: list[dict[str, Any]]


@router.post("/explain", summary="What becomes of a raw message, step by step; where a governed topic comes from")
async def explained(here: Here, asked: Asked) -> Explained | Produced:
    bundle = in_force(here)
    try:
        of_a_message(asked.topic)
    except Malformed as error:
        raise malformed("/topic", error) from None
    payload = _payload(asked)
    if payload is None and asked.topic.startswith(f"{bundle.standard.root}/"):
        return await _produced(here, bundle, asked.topic)
    if payload is None:
        raw = await _kept(here, asked.topic)
        raw = raw if asked.at is None else replace(raw, received=asked.at)
    else:
        received = here.clock() if asked.at is None else asked.at
        raw = RawMessage(asked.topic, payload, received, retained=asked.retained)
    timeline = await _timeline(here, bundle, raw.received)
    explanation: Explanation = await asyncio.to_thread(explain, raw, bundle, timeline)
    return Explained(**explanation.as_json(), instances=instances_of(_served(here), bundle.file_of(raw.topic)))


async def _produced(here: Surroundings, bundle: Bundle, topic: str) -> Produced:
    """Without what was rejected where the registry is away."""
    entry = here.namespace.entries.get(topic)
    value = value_of(entry, here.clock()) if entry else None
    try:
        return await here.registry.ask(produced, bundle, topic, value, _served(here))
    except Refused:
        return await asyncio.to_thread(produced, None, bundle, topic, value, _served(here))


def _served(here: Surroundings) -> Served:
    if not here.link.complete:
        return None
    return serving([each.payload for each in here.namespace.statuses.values()], here.clock())


async def _timeline(here: Surroundings, bundle: Bundle, received: Instant) -> Timeline:
    """Empty where the registry is away: what the rules do can be told all the same."""
    try:
        return await here.registry.ask(load, bundle.standard, bundle.reaches_back, received)
    except Refused:
        return Timeline.build("none")


async def _kept(here: Surroundings, topic: str) -> RawMessage:
    """The newest rejected message of a raw topic, else the retained one, else 404."""
    try:
        rejected = await here.registry.ask(newest_rejected, topic)
    except Refused:
        rejected = None
    if rejected is not None:
        return rejected
    try:
        retained = await kept_on(here.settings, "explain", topic)
    except (aiomqtt.MqttError, OSError) as error:
        raise Refused(503, f"the broker cannot be asked for a retained message: {error}") from None
    if retained is None:
        raise Refused(404, f"no message of {topic[:200]!r} is kept, neither rejected nor retained; send its payload")
    return RawMessage(topic, payload_of(retained), here.clock(), retained=True)


def _payload(asked: Asked) -> bytes | None:
    given = asked.model_fields_set & {"payload", "text", "hex"}
    if not given:
        return None
    if len(given) > 1:
        both = " and ".join(sorted(given))
        raise wrong("/payload", f"{both} stand there, and only one can be the payload", "keep one")
    if "text" in given:
        try:
            return (asked.text or "").encode()
        except UnicodeEncodeError:
            raise wrong("/text", "`/text` is not Unicode text", "send its bytes as `hex`") from None
    if "hex" in given:
        try:
            return bytes.fromhex(asked.hex or "")
        except ValueError:
            raise wrong("/hex", "this is not hexadecimal", "write two digits per byte, such as 7b7d") from None
    return json.dumps(asked.payload, ensure_ascii=False).encode("utf-8", "surrogatepass")
