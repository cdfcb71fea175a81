"""What a raw value counts in and stands for: unit, states and bit, of the row or else of the rule."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import isfinite
from typing import Final, NamedTuple

from uns.finding import FilePlace, Malformed, nearest
from uns.naming.joining import Branch
from uns.naming.resolution import Scale, TargetField
from uns.naming.rule import Field, RawUnit, Rule, RuleFile
from uns.naming.standard import Name, Standard, States
from uns.naming.template import render
from uns.naming.unit import canonical, conversion

DIMENSIONLESS: Final = "1"


class Measure(NamedTuple):
    unit: RawUnit | None = None
    scale: Scale | None = None
    states: States | None = None
    bit: int | None = None


def measure(branch: Branch, rule: Rule, name: Name, file: RuleFile, standard: Standard) -> Measure | Malformed:
    """How the value of this name is to be read. States and bits come before units and exclude them."""
    states = _states(branch, rule, file, standard)
    if isinstance(states, Malformed):
        return states
    bit = branch.meant.get("bit")
    if bit is not None and not (bit.isascii() and bit.isdigit() and int(bit) < 64):
        return Malformed("lookup-shape", f"`{bit[:60]}` is no bit", "write a number from 0 to 63")
    if bit is not None or states is not None:
        return Measure(states=states, bit=None if bit is None else int(bit))
    unit = _raw_unit(branch, rule, name, standard)
    if isinstance(unit, Malformed):
        return unit
    scale = None if unit is None else scale_to(unit, name)
    return scale if isinstance(scale, Malformed) else Measure(unit, scale)


def scale_to(unit: RawUnit, name: Name) -> Scale | Malformed | None:
    """One multiplication and one addition from what the machine sends to the dictionary's unit; None for none."""
    if name.unit is None and unit.code == DIMENSIONLESS:
        line: tuple[float, float] | Malformed = (1.0, 0.0)
    elif name.unit is None:
        message = f"`{unit.code}` cannot become `{name.name}`, which has no unit"
        return Malformed("unit-incompatible", message, "leave the unit out, or choose another name")
    else:
        line = conversion(unit.code, name.unit)
    if isinstance(line, Malformed):
        return line
    factor, offset = line
    return _scale(unit.factor * factor, unit.offset * factor + offset)


@lru_cache(maxsize=4096)
def _scale(factor: float, offset: float) -> Scale | None:
    """The same for all addresses in that unit."""
    return None if (factor, offset) == (1.0, 0.0) else Scale(factor, offset)


def field_of(field: Field, captures: Mapping[str, str], standard: Standard, record: bool) -> TargetField | Malformed:
    """A field as its target draws it; a record's fields are the registry's, not the dictionary's."""
    text = None if field.text is None else render(field.text, captures)
    if isinstance(text, Malformed):
        return text
    name = None if record else standard.names.get(field.name)
    if name is None or field.unit is None or field.states is not None:
        return TargetField(field, name, None, text)
    scale = scale_to(field.unit, name)
    return scale if isinstance(scale, Malformed) else TargetField(field, name, scale, text)


def _states(branch: Branch, rule: Rule, file: RuleFile, standard: Standard) -> States | Malformed | None:
    wanted = branch.meant.get("states")
    if wanted is None:
        return rule.states
    states = file.states.get(wanted) or standard.states.get(wanted)
    if states is not None:
        return states
    likely = nearest(wanted[:60], (*file.states, *standard.states))
    remedy = f"did you mean `{likely}`?" if likely else "declare it under `states`"
    return Malformed("states-unknown", f"no states map `{wanted[:60]}`", remedy)


def _raw_unit(branch: Branch, rule: Rule, name: Name, standard: Standard) -> RawUnit | Malformed | None:
    if not branch.meant.keys() & {"unit", "factor", "offset"}:
        return rule.unit
    factor, offset = _number(branch.meant.get("factor"), 1.0), _number(branch.meant.get("offset"), 0.0)
    if isinstance(factor, Malformed):
        return factor
    if isinstance(offset, Malformed):
        return offset
    code = rule.unit.code if rule.unit else name.unit or DIMENSIONLESS
    if "unit" in branch.meant:
        code = canonical(standard.units, branch.meant["unit"])
    return RawUnit(code, _place(branch), factor, offset)


def _place(branch: Branch) -> FilePlace:
    """Of the cell that speaks of the unit."""
    for lookup, row in reversed(branch.joined):
        for column in ("unit", "factor", "offset"):
            if lookup.cell(row, column):
                return lookup.place_of(row, column)
    raise LookupError("no joined row speaks of a unit")


def _number(cell: str | None, otherwise: float) -> float | Malformed:
    if cell is None:
        return otherwise
    try:
        number = float(cell)
    except ValueError:
        number = float("nan")
    return number if isfinite(number) else Malformed("lookup-shape", f"`{cell[:60]}` is no number", "write a number")
