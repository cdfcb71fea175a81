"""Members that requests share, bounded so that any registry can hold them."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Annotated, Any, Final

from fastapi import Query
from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema

from uns.api.models import Answer
from uns.context.believable import LONGEST, WRITABLE
from uns.finding import Malformed, known_code
from uns.instant import Instant, from_text, rfc3339
from uns.registry.held import Held
from uns.registry.moments import Revision
from uns.registry.writing import Author

RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)")

CLOCK: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)


def _instant(text: object) -> Instant:
    """Exact to the nanosecond, as answers write it."""
    match = RFC3339.fullmatch(text) if isinstance(text, str) and len(text) < 100 else None
    if match is None or not isinstance(text, str):
        raise _unfit("no time with an offset", "write RFC 3339, such as 2026-11-20T10:00:00Z")
    instant = from_text(text.upper(), UTC)
    if instant is None:
        raise _unfit("there is no such time", "correct its date, its hours or its offset")
    if instant not in WRITABLE:
        raise _unfit("outside the years 1678 to 2262", "name a time that the registry can hold")
    return instant


def _recording(text: object) -> Instant:
    """A revision of the registry, or a time."""
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 19:
        return Revision(text)
    return _instant(text)


def _exact(number: object) -> object:
    """An integer that no registry holds exactly is refused, not rounded."""
    if isinstance(number, int) and not -(2**63) <= number < 2**63:
        raise _unfit("beyond 64 bits", "send it as text, or rounded as a number with a point")
    return number


def _plain(text: str) -> str:
    if not text.isprintable():
        raise _unfit("it holds a character that cannot be printed", "write plain text on one line")
    return text


def _bare(text: str) -> str:
    if text != text.strip():
        raise _unfit("it begins or ends with a blank", "leave that out: of a sheet's cells it is taken off too")
    return text


def _storable(text: str) -> str:
    if "\0" in text:
        raise _unfit("it holds a NUL", "remove it")
    return text


def _time(text: str) -> str:
    if CLOCK.fullmatch(text) is None:
        raise _unfit("no time of day", "write hours and minutes of the site's clocks, 00:00 to 23:59, such as 06:00")
    return text


def _unfit(message: str, remedy: str) -> Malformed:
    return Malformed("key-value", message, remedy)


Known = Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_plain)]
"""What the registry may hold already, such as an id that a record brought as its sender writes it."""
Word = Annotated[Known, AfterValidator(_bare)]
"""What is entered."""
Prose = Annotated[str, Field(max_length=2_000), AfterValidator(_storable)]
Moment = Annotated[
    Instant,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-20T10:00:00Z"]}),
]
Recording = Annotated[
    Instant,
    PlainValidator(_recording),
    WithJsonSchema({"type": "string", "examples": ["2026-11-20T10:00:00Z", "17"]}),
]
AsOf = Annotated[
    Recording | None,
    Query(alias="as-of", description="as was believed at this time, or in this registry revision"),
]
Time = Annotated[
    str, AfterValidator(_time), Field(description="wall clock of the site", examples=["06:00"], max_length=5)
]
Code = Annotated[str, AfterValidator(known_code)]
"""Of a finding; one that is misspelt would be told as if there were none."""
Id = Annotated[int, Field(ge=0, lt=2**63)]
Number = Annotated[
    Annotated[int, Field(strict=True)] | Annotated[float, Field(allow_inf_nan=False, strict=True)],
    BeforeValidator(_exact),
    WithJsonSchema({"type": "number"}),
]
Attribute = Annotated[bool | Number | Annotated[str, Field(max_length=2_000)] | None, BeforeValidator(_exact)]
Attributes = Annotated[dict[Known, Attribute], Field(max_length=100)]
Why = Annotated[Prose | None, Field(description="kept with the change")]
WhyAsked = Annotated[Prose | None, Query(description="kept with the change")]


class Recorded(Answer):
    """By whose word, since when, and why; `recorded_in` is the registry revision that this made."""

    recorded_in: str
    recorded_at: str
    recorded_by: str
    why: str | None = None


def recorded(held: Held[Any]) -> dict[str, Any]:
    return {
        "recorded_in": str(held.revision),
        "recorded_at": rfc3339(held.recorded_at),
        "recorded_by": held.recorded_by,
        "why": held.why,
    }


def shown(moment: Instant | None) -> str | None:
    return rfc3339(moment) if moment is not None else None


def rest(now: Instant, why: str | None) -> Author:
    """Whoever speaks to the API; nobody has a name there yet."""
    return Author("rest", now, why)
