"""Whether a schema can hold what its contract's shape publishes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, Final

from uns.finding import Finding, found
from uns.schema.document import Document
from uns.schema.validator import Validator

VALUE_MEMBERS: Final = ("timestamp", "value", "unit", "quality", "code", "batch", "shift", "product")

_ALWAYS: Final = {"timestamp": "2026-01-01T00:00:00.000Z", "quality": "bad"}
_SOMETIMES: Final[tuple[dict[str, Any], ...]] = (
    {"unit": "Cel"},
    {"code": 1},
    {
        "batch": {"id": "B-1", "order": "O-1"},
        "shift": {"id": "early", "date": "2026-01-01", "crew": "A"},
        "product": {"id": "P-1", "name": "P"},
    },
)


def misfits(document: Document, validator: Validator) -> Iterator[Finding]:
    """What keeps a schema from holding a bad reading of shape `value`: `null` in place of a value, at quality bad."""
    frames = [_ALWAYS | _merged(chosen) for chosen in product((True, False), repeat=len(_SOMETIMES))]
    if any(validator.is_valid(frame | {"value": None}) for frame in frames):
        return
    violations = [each for frame in frames for each in validator.violations(frame | {"value": None})]
    foreign = [each for each in violations if each.message.endswith("is required") and _foreign(each.pointer)]
    if foreign:
        message = f"{foreign[0].message}, but shape value publishes only {', '.join(VALUE_MEMBERS)}"
        yield found(
            "contract-shape", message, "drop it from `required`, or use shape object", document.place(("required",))
        )
    elif any(each.pointer == "/value" for each in violations) or _holds_any_value(frames, validator):
        message = f"{document.path} does not admit `value: null`, which a bad reading has"
        yield found("contract-shape", message, "add null to its types", document.place(("properties", "value")))


def _merged(chosen: tuple[bool, ...]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for taken, each in zip(chosen, _SOMETIMES, strict=True):
        members |= each if taken else {}
    return members


def _foreign(pointer: str) -> bool:
    return pointer.count("/") == 1 and pointer[1:] not in VALUE_MEMBERS


def _holds_any_value(frames: list[dict[str, Any]], validator: Validator) -> bool:
    return any(validator.is_valid(frame | {"value": value}) for frame in frames for value in (0, 0.5, "", True))
