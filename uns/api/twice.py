"""Bodies that say a key twice: JSON would let the last count in silence."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from fastapi import Request

from uns.api.misfits import LONGEST_POINTER, MOST, unread
from uns.api.problem import Refused
from uns.finding import FilePlace, Finding, found
from uns.schema.words import cut, pointer


class _Object(dict[str, Any]):
    """An object of the body that says these keys more than once."""

    twice: tuple[str, ...] = ()


async def unambiguous(request: Request) -> None:
    """Refuse a body that says a key twice; it was taken for JSON before this is asked."""
    if request.scope["route"].body_field is None:
        return
    body = await request.body()
    if not body:
        return
    try:
        findings = said_twice(body)
    except RecursionError as error:
        findings = [unread(error)]
    if findings:
        raise Refused(400, "; ".join(each.message for each in findings[:3]), findings)


def said_twice(body: bytes) -> list[Finding]:
    """A finding at each key that stands more than once in its object, as far as they are told."""
    ambiguous = False

    def read(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal ambiguous
        members = dict(pairs)
        if len(members) == len(pairs):
            return members
        counts = Counter(name for name, _ in pairs)
        marked = _Object(members)
        marked.twice = tuple(name for name, count in counts.items() if count > 1)
        ambiguous = True
        return marked

    content = json.loads(body, object_pairs_hook=read)
    if not ambiguous:
        return []
    return [_finding(each[:LONGEST_POINTER]) for each in islice(_pointers(content), MOST)]


def _pointers(content: Any) -> Iterator[str]:
    left: list[tuple[tuple[str | int, ...], Any]] = [((), content)]
    while left:
        path, value = left.pop()
        if isinstance(value, _Object):
            yield from (pointer([*path, name]) for name in value.twice)
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        left += [((*path, token), each) for token, each in inner if isinstance(each, dict | list)]


def _finding(where: str) -> Finding:
    return found("key-duplicate", cut(f"`{where}` stands twice in the body"), "say it once", FilePlace(where))
