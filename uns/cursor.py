"""Where a list goes on: the position of the last item that was shown, not to be read by clients."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson


class BadCursor(ValueError):
    """A text that no list gave as its cursor."""

    def __init__(self) -> None:
        super().__init__("this is no cursor of this list")


def cursor_of(*position: str | int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


def position_of(cursor: str, *kinds: type) -> list[Any]:
    """What `cursor_of` was given: a value of each kind that a database can hold."""
    try:
        position = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise BadCursor from None
    if not isinstance(position, list) or [type(each) for each in position] != list(kinds):
        raise BadCursor
    if not all(map(_is_storable, position)):
        raise BadCursor
    return position


def after_of(cursor: str | None) -> str | None:
    """The key after which a list goes on, where it is one of texts."""
    return None if cursor is None else str(position_of(cursor, str)[0])


def _is_storable(value: str | int) -> bool:
    return "\0" not in value if isinstance(value, str) else -(2**63) <= value < 2**63
