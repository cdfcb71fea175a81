"""Lists in parts: opaque cursors, limits, and answers that a poller may already have."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Annotated, Final, TypeVar

from fastapi import Query, Request, Response
from pydantic import BaseModel

from uns.cursor import after_of, cursor_of

Item = TypeVar("Item")
DEFAULT_LIMIT: Final = 100
MAX_LIMIT: Final = 1_000
MAX_CURSOR: Final = 100_000
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
Cursor = Annotated[str | None, Query(max_length=MAX_CURSOR, description="`next` of the part before")]


def part(
    items: Sequence[Item], key: Callable[[Item], str], limit: int, cursor: str | None
) -> tuple[list[Item], str | None]:
    """The items after the cursor, in the order given; keys must be in that order too and differ."""
    after = after_of(cursor)
    begin = 0 if after is None else next((i for i, each in enumerate(items) if key(each) > after), len(items))
    shown = list(items[begin : begin + limit])
    more = begin + limit < len(items)
    return shown, cursor_of(key(shown[-1])) if more and shown else None


def tag_of(*parts: object) -> str:
    """A weak entity tag of what the answer is made from."""
    return f"W/{strong_tag_of(*parts)}"


def strong_tag_of(*parts: object) -> str:
    """Of an answer that says nothing else, so that a change can be made on just that: `If-Match` wants a strong one."""
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:24]}"'


def answer(request: Request, tag: str, build: Callable[[], BaseModel]) -> Response:
    """The body with its ETag, or 304 where the client has it."""
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    had = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag.removeprefix("W/") in had or "*" in had:
        return Response(status_code=304, headers=headers)
    return Response(build().model_dump_json(by_alias=True), media_type="application/json", headers=headers)
