"""From raw values to the dictionary's: bit, states, type, unit, range and listed values, in this order."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final, NamedTuple

from uns.decode.spelling import shown, spellings
from uns.finding import Finding, SamplePlace, found, nearest
from uns.message import Scalar, Value
from uns.naming.resolution import Scale
from uns.naming.standard import Name, States

_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_LONGEST_NUMBER: Final = 400


class Meaning(NamedTuple):
    """What a raw value is to become."""

    name: Name | None
    scale: Scale | None = None
    states: States | None = None
    bit: int | None = None
    decimal: str = "."


class Misfit(NamedTuple):
    """Why a value cannot become what its name means."""

    code: str
    message: str
    remedy: str

    def at(self, where: SamplePlace) -> Finding:
        return found(self.code, self.message, self.remedy, where)


def convert(value: Value, meaning: Meaning) -> tuple[Value, Misfit | None]:
    """The dictionary's value; beside it what is wrong. Without a value (None) the misfit says why there is none."""
    name, scale, states, bit, decimal = meaning
    if bit is not None:
        value, misfit = _bit(value, meaning)
        if misfit:
            return None, misfit
    if states is not None:
        value, misfit = _state(value, states)
        if misfit:
            return None, misfit
    if name is None:
        return value, None
    if type(value) is float and name.type == "number":  # the usual one, without a call
        typed: Value = value
    else:
        typed, misfit = _TYPES[name.type](value, decimal)
        if misfit is not None:
            return None, misfit
    if scale is not None and states is None:
        typed, misfit = _rescaled(typed, scale, name)
        if misfit is not None:
            return None, misfit
    return _judged(typed, name)


def _bit(value: Value, meaning: Meaning) -> tuple[Value, Misfit | None]:
    number, misfit = _integer(value, meaning.decimal)
    if misfit is not None or meaning.bit is None:
        return None, misfit
    return bool(number >> meaning.bit & 1), None


def _state(value: Value, states: States) -> tuple[Value, Misfit | None]:
    for text in spellings(value):
        if text in states.mapping:
            return states.mapping[text], None
    if isinstance(value, (dict, list)):
        return None, wrong(value, "a value for `states`", "")
    if states.otherwise is not None:
        return states.otherwise, None
    message = f"{shown(value)} is not in states `{states.name}`"
    return None, Misfit("states-unknown", message, f"add it, or `'*'` for the rest, at {states.place}")


def number_of(value: Value, decimal: str) -> tuple[Value, Misfit | None]:
    """A number, or text that is one; integers stay exact."""
    whole, misfit = _integer(value, decimal) if type(value) is not float else (None, None)
    return (whole, None) if whole is not None and misfit is None else _number(value, decimal)


def _number(value: Value, decimal: str) -> tuple[Value, Misfit | None]:
    kind = type(value)
    if kind is float:
        return value, None
    if kind is int:
        try:
            return float(value), None
        except OverflowError:
            return None, wrong(value, "a number that a double can hold", "check the source's `value`")
    if kind is str and len(value) <= _LONGEST_NUMBER:
        text = value.strip()
        if decimal == "," and text.count(",") == 1 and "." not in text:
            text = text.replace(",", ".")
        if _NUMBER.fullmatch(text) and math.isfinite(number := float(text)):
            return number, None
        if "," in text:
            said = "" if decimal == "," else "say `decimal: ','` in the source; "
            return None, wrong(value, "a number", f"{said}separate no thousands")
    return None, wrong(value, "a number", "check the source's `value`, translate words with `states`")


def _integer(value: Value, decimal: str) -> tuple[Value, Misfit | None]:
    if type(value) is int:
        return value, None
    if type(value) is str and len(value) <= _LONGEST_NUMBER and re.fullmatch(r"\s*[+-]?\d+\s*", value, re.ASCII):
        return int(value), None
    number, misfit = _number(value, decimal)
    if misfit is None and math.isfinite(number) and number.is_integer():
        return int(number), None
    return None, wrong(value, "an integer", "check the source's `value`, or make the name a `number`")


_TRUTHS: Final = {"true": True, "1": True, "false": False, "0": False}


def _boolean(value: Value, decimal: str) -> tuple[Value, Misfit | None]:
    if isinstance(value, bool):
        return value, None
    if isinstance(value, (int, float)) and value in (0, 1):
        return bool(value), None
    if isinstance(value, str) and (truth := _TRUTHS.get(value.strip().lower())) is not None:
        return truth, None
    return None, wrong(value, "true or false", "translate it with `states`")


def _string(value: Value, decimal: str) -> tuple[Value, Misfit | None]:
    if isinstance(value, str):
        return value, None
    return None, wrong(value, "text", "translate it with `states`, or change the name's `type`")


def _object(value: Value, decimal: str) -> tuple[Value, Misfit | None]:
    if isinstance(value, dict):
        return value, None
    return None, wrong(value, "an object", "check the source's `each` and `value`")


_TYPES: Final[dict[str, Callable[[Value, str], tuple[Value, Misfit | None]]]] = {
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "string": _string,
    "object": _object,
}


_A: Final = {"number": "a number", "integer": "an integer"}


def _rescaled(value: Value, scale: Scale, name: Name) -> tuple[Value, Misfit | None]:
    """A number in the dictionary's unit; an integer stays one or is refused."""
    if name.type not in ("number", "integer"):
        return value, None
    try:
        number = float(f"{float(value) * scale.factor + scale.offset:.12g}")
    except OverflowError:
        return None, wrong(value, "a number that a double can hold", "check the source's `value`")
    if name.type == "number" and math.isfinite(number):
        return number, None
    if name.type == "integer" and math.isfinite(number) and number.is_integer():
        return int(number), None
    return None, wrong(number, f"{_A[name.type]} after conversion", "check the unit, or make the name a `number`")


def _judged(value: Value, name: Name) -> tuple[Value, Misfit | None]:
    """The value beside what the dictionary has against it."""
    if name.low is not None and value < name.low:  # ranges stand on numbers only
        return value, _outside(value, f"below {name.low:g}", name)
    if name.high is not None and value > name.high:
        return value, _outside(value, f"above {name.high:g}", name)
    if name.values is not None and value not in name.values:
        near = nearest(str(value), name.values)
        hint = f"did you mean `{near}`?" if near else f"`{name.name}` is one of {', '.join(map(str, name.values))}"
        message = f"{shown(value)} is not in {name.name}'s values"
        return value, Misfit("value-not-listed", message, f"map it in `states`; {hint}")
    return value, None


def _outside(value: Scalar, how: str, name: Name) -> Misfit:
    unit = f" {name.unit}" if name.unit else ""
    return Misfit("value-out-of-range", f"{value}{unit} is {how}{unit}", f"check sensor, unit or {name.place}")


def wrong(value: Value, wanted: str, remedy: str) -> Misfit:
    """A value of another type than is wanted."""
    if isinstance(value, (dict, list)):
        what = "an object" if isinstance(value, dict) else "a list"
        message = f"{what} stands where {wanted} is wanted"
        return Misfit("value-not-scalar", message, "go deeper with `each`, or draw members with `fields`")
    return Misfit("value-type", f"{shown(value)} is not {wanted}", remedy)
