"""`POST /explain`: what becomes of a message and why, by the rules and the context of now."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from uns.api.fields import Moment
from uns.api.models import Answer
from uns.api.problem import malformed, wrong
from uns.api.rules import in_force
from uns.api.surroundings import Here
from uns.explain import Explanation, explain
from uns.finding import Malformed
from uns.message import RawMessage
from uns.registry.timeline import load
from uns.topic import TopicFilter

router = APIRouter(tags=["explain"])


class Asked(Answer):
    """A raw topic, and its payload as one of JSON, text or bytes in hex."""

    topic: Annotated[str, Field(min_length=1, max_length=65_535)]
    payload: Any = None
    text: str | None = None
    hex: str | None = None
    at: Moment | None = Field(None, description="receive time; now where it is left out")
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
    context: str = Field(description="registry revision")
    steps: list[Step]
    outcomes: list[dict[str, Any]]


@router.post("/explain", summary="What becomes of a raw message, step by step")
async def explained(here: Here, asked: Asked) -> Explained:
    bundle = in_force(here)
    _check_topic(asked.topic)
    received = here.clock() if asked.at is None else asked.at
    raw = RawMessage(asked.topic, _payload(asked), received, retained=asked.retained)
    timeline = await here.registry.ask(load, bundle.standard, bundle.reaches_back, received)
    explanation: Explanation = await asyncio.to_thread(explain, raw, bundle, timeline)
    return Explained(**explanation.as_json())


def _check_topic(topic: str) -> None:
    try:
        TopicFilter(topic)
    except Malformed as error:
        raise malformed("/topic", error) from None
    if "+" in topic or "#" in topic:
        raise wrong("/topic", f"{topic[:200]!r} is a filter", "name one raw topic, without + and #")


def _payload(asked: Asked) -> bytes:
    given = asked.model_fields_set & {"payload", "text", "hex"}
    if len(given) != 1:
        which = "both " + " and ".join(sorted(given)) if given else "none of them"
        raise wrong("/payload", f"say one of `payload`, `text` and `hex`: {which} stands there", "keep one")
    if "text" in given:
        return (asked.text or "").encode()
    if "hex" in given:
        try:
            return bytes.fromhex(asked.hex or "")
        except ValueError:
            raise wrong("/hex", "this is not hexadecimal", "write two digits per byte, such as 7b7d") from None
    return json.dumps(asked.payload, ensure_ascii=False).encode("utf-8", "surrogatepass")
