"""Governed payloads as the API shows them: the broker's bytes read again, from whomever they came."""

from __future__ import annotations

import json
import math
from typing import Any, Final, NoReturn

MAX_DEPTH: Final = 64
MAX_TEXT: Final = 200
"""Characters that are shown of what is no JSON."""


def parsed(payload: bytes) -> Any:
    """The JSON that the payload holds, integers of any size exact; None where it is none that can be written again."""
    try:
        value = json.loads(payload, parse_constant=_refuse, parse_float=_finite)
        if b"\\u" in payload:
            json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        return None
    return value if _is_shallow(value) else None


def not_json(payload: bytes) -> str | None:
    """The beginning of a payload that `parsed` takes for none, as text; None where it is JSON."""
    if payload.strip() == b"null" or parsed(payload) is not None:
        return None
    text = payload[: 4 * MAX_TEXT].decode("utf-8", "replace")
    return text if len(text) <= MAX_TEXT and len(payload) <= 4 * MAX_TEXT else f"{text[:MAX_TEXT]}…"


def members(payload: bytes) -> dict[str, Any]:
    """The members of a payload that is an object; none of any other."""
    value = parsed(payload)
    return value if isinstance(value, dict) else {}


def _refuse(token: str) -> NoReturn:
    raise ValueError(f"{token} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _refuse(text)
    return number


def _is_shallow(value: Any) -> bool:
    """Whether it nests no deeper than decoding admits, so that writing it again is safe."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for each in level for inner in _inner(each)]
        if not level:
            return True
    return False


def _inner(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [each for each in inner if isinstance(each, dict | list)]
