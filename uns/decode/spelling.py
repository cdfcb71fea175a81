"""Raw values as text: how a map of a rule file may spell them, and how a person reads them."""

from __future__ import annotations

from typing import Final

from uns.message import Value

LONGEST: Final = 60
_ALSO: Final = {"1": ("true",), "0": ("false",), "true": ("1",), "false": ("0",)}


def spellings(value: Value) -> tuple[str, ...]:
    """How a raw value may stand in a map: 1 is also true, 2.0 is also 2; what is no scalar has no spelling."""
    if isinstance(value, bool):
        return ("true", "1") if value else ("false", "0")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (dict, list)):
        return ()
    text = "null" if value is None else str(value)
    return (text, *_ALSO.get(text, ()))


def shown(value: Value) -> str:
    """A raw value as a person reads it: short, text in quotes."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    text = f'"{repr(value)[1:-1]}"' if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
