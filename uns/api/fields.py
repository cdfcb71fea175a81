"""Members that requests share, bounded so that any registry can hold them."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from uns.api.models import Answer
from uns.context.believable import LONGEST, WRITABLE
from uns.instant import Instant, from_text, rfc3339
from uns.registry.held import Held
from uns.registry.writing import Author

RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)")


def _instant(text: object) -> Instant:
    """Exact to the nanosecond, as answers write it."""
    match = RFC3339.fullmatch(text) if isinstance(text, str) and len(text) < 100 else None
    if match is None or not isinstance(text, str):
        raise ValueError("write RFC 3339 with an offset, such as 2026-11-20T10:00:00Z")
    instant = from_text(text.upper(), UTC)
    if instant is None:
        raise ValueError("there is no such time")
    if instant not in WRITABLE:
        raise ValueError("the registry holds the years 1678 to 2262")
    return instant


def _exact(number: object) -> object:
    """An integer that no registry holds exactly is refused, not rounded."""
    if isinstance(number, int) and not -(2**63) <= number < 2**63:
        raise ValueError("integers have at most 64 bits")
    return number


def _small(attributes: dict[str, Any]) -> dict[str, Any]:
    if len(attributes) > 100:
        raise ValueError("at most 100 attributes")
    return attributes


def _plain(text: str) -> str:
    if not text.isprintable():
        raise ValueError("write characters that can be printed, on one line")
    return text


Word = Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=r"^[^\x00-\x1f\x7f]+$"), AfterValidator(_plain)]
Prose = Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")]
Moment = Annotated[Instant, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
Number = Annotated[
    Annotated[int, Field(strict=True)] | Annotated[float, Field(allow_inf_nan=False, strict=True)],
    BeforeValidator(_exact),
]
Attribute = bool | Number | Annotated[str, Field(max_length=2_000)] | None
Attributes = Annotated[dict[Word, Attribute], AfterValidator(_small)]
Why = Annotated[Prose | None, Field(description="kept with the change")]


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
