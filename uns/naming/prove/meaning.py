"""Meaning: whether units, states and shapes fit what the dictionary says of the names that a rule gives.

`unit-incompatible`: the raw unit (of the row, else of the rule) cannot become the dictionary's. `unit-assumed`: neither
row, rule nor payload states it. `states-unknown`: a map yields what the dictionary does not list, or words
for a number, found at the map.
`contract-shape`: an object's name under a contract for values, or the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from uns.finding import FilePlace, Finding, Malformed, found, nearest
from uns.message import Scalar
from uns.naming.measure import scale_to
from uns.naming.prove.feed import Fed
from uns.naming.prove.places import place
from uns.naming.prove.sets import Relation
from uns.naming.prove.shape import LevelShape, distinct, shapes, written_out
from uns.naming.rule import Field, RawUnit, RuleFile
from uns.naming.standard import Contract, Name, Standard, States
from uns.naming.targets import contract_at
from uns.naming.template import Template

STATED: Final = ("unit", "states", "bit", "factor", "offset")


WORDS: Final = {
    "number": ("a number", "yield numbers, or choose a name of type string"),
    "integer": ("an integer", "yield whole numbers, or choose a name of type string"),
    "boolean": ("true or false", "write `true` or `false`; `yes` and `on` are text"),
}
"""Type of a name → what it wants of a map that yields words."""


class Raw(NamedTuple):
    """How a value comes in: its unit and its translation. Bits and states come before units and exclude them."""

    unit: RawUnit | None
    states: States | None = None
    bit: bool = False
    scaled: bool = False
    """Whether the row turns it into the dictionary's unit by numbers alone."""


def meaning(standard: Standard, file: RuleFile, relation: Relation, sources: tuple[Fed, ...]) -> Iterator[Finding]:
    rule = relation.rule
    if rule.record or not rule.to:
        return
    measured = all(each.measured for each in sources)
    for number, template in enumerate(rule.to):
        where = place(rule, f"to/{number}")
        contract = _contract(standard, template)
        if contract is None:
            continue
        for name, entry, level in _named(standard, relation, template):
            yield from _shape(name, contract, level.place_of(entry) or where)
            if contract.shape == "value":
                scale = level.relation.place_of("factor", entry) or level.relation.place_of("offset", entry)
                yield from _value(name, _raw(standard, file, level.relation, entry), where, scale, measured)
    for field in rule.fields:
        yield from _field(standard, field, measured)


def _contract(standard: Standard, template: Template) -> Contract | None:
    at = contract_at(template)
    first = "" if at is None else template.levels[at][0]
    return standard.contracts.get(first[1:]) if isinstance(first, str) else None


def _named(standard: Standard, relation: Relation, template: Template) -> Iterator[tuple[Name, int, LevelShape]]:
    """Each name of the dictionary that the target can end in, with an entry for each way in which it is stated."""
    written = written_out(relation, template.levels[-1:])
    (level,) = shapes(written, template.levels[-1:])
    stated = [column for column in map(written.column, STATED) if column is not None]
    for entry in distinct(written, (*level.key, *stated)):
        text = level.fill(written.cells[entry])
        if isinstance(text, str) and text in standard.names:
            yield standard.names[text], entry, level


def _raw(standard: Standard, file: RuleFile, relation: Relation, entry: int) -> Raw:
    unit, states, bit, factor, offset = (relation.cell(name, entry) for name in STATED)
    mapped = (file.states.get(states) or standard.states.get(states)) if states else relation.rule.states
    place_of_unit = relation.place_of("unit", entry) if unit else None
    raw = RawUnit(unit, place_of_unit) if place_of_unit else relation.rule.unit
    return Raw(raw, mapped, bool(bit), bool(factor or offset))


def _shape(name: Name, contract: Contract, where: FilePlace) -> Iterator[Finding]:
    if contract.shape == "document" or (contract.shape == "object") == (name.type == "object"):
        return
    message = f"`{name.name}` is of type {name.type}, and contract `{contract.name}` of shape {contract.shape}"
    yield found("contract-shape", message, "choose a contract or a name of the other kind", where)


def _value(name: Name, raw: Raw, where: FilePlace, scale: FilePlace | None, measured: bool) -> Iterator[Finding]:
    """`scale` is the place of the row's factor or offset."""
    if raw.bit:
        return
    if raw.states:
        yield from _states(name, raw.states)
    elif raw.unit:
        yield from _unit(name, raw.unit)
    elif not (measured or raw.scaled) and _counts(name):
        yield assumed(name, where)
    elif measured and raw.scaled and _counts(name):
        message = f"`factor` and `offset` stand for the unit that the payload states, `{name.unit}` is assumed"
        yield found("unit-assumed", message, "say in a column `unit` what the machine counts in", scale or where)


def _counts(name: Name) -> bool:
    return name.unit is not None and name.type in ("number", "integer")


def _field(standard: Standard, field: Field, measured: bool) -> Iterator[Finding]:
    name = standard.names.get(field.name)
    if name is None:
        if field.unit:
            likely = nearest(field.name[:60], standard.names)
            remedy = f"did you mean `{likely}`?" if likely else "add it to the standard's `names`, or drop `unit`"
            message = f"field `{field.name}` has a unit and is not in the dictionary"
            yield found("name-unknown", message, remedy, field.place)
        return
    if field.states:
        yield from _states(name, field.states)
    elif field.unit:
        yield from _unit(name, field.unit)
    elif field.at and not measured and _counts(name):
        yield assumed(name, field.place)


DEGREES: Final = {"C": "Cel", "F": "[degF]"}
"""UCUM's coulomb and farad, which people write for degrees."""


def _unit(name: Name, raw: RawUnit) -> Iterator[Finding]:
    outcome = scale_to(raw, name)
    if isinstance(outcome, Malformed) and outcome.code == "unit-incompatible":
        unit = f"`{name.unit}`, the unit of `{name.name}`" if name.unit else f"`{name.name}`, which has no unit"
        message = f"`{raw.code}` cannot become {unit}"
        likely = DEGREES.get(raw.code) if name.unit in DEGREES.values() else None
        remedy = f"did you mean `{likely}`?" if likely else "correct the unit, or choose another name"
        yield found("unit-incompatible", message, remedy, raw.place)


def assumed(name: Name, where: FilePlace) -> Finding:
    message = f"nobody states the raw unit of `{name.name}`, `{name.unit}` is assumed"
    return found("unit-assumed", message, f"add `unit: {name.unit}`, or the unit in which the machine counts", where)


def _mistyped(name: Name, states: States, yielded: list[Scalar]) -> Iterator[Finding]:
    """What no conversion makes a value of the name's type: words for a number or a truth."""
    if name.type not in WORDS:
        return
    article, remedy = WORDS[name.type]
    wrong = dict.fromkeys(each for each in yielded if isinstance(each, str) and not _is_spelling(each, name.type))
    for value in wrong:
        message = f"map `{states.name}` yields `{value[:60]}`, and `{name.name}` is {article}"
        yield found("states-unknown", message, remedy, states.place)


def _is_spelling(text: str, type_: str) -> bool:
    if type_ == "boolean":
        return text.strip().lower() in ("true", "false", "0", "1")
    return any(character.isdigit() for character in text)


def _states(name: Name, states: States) -> Iterator[Finding]:
    yielded = [*states.mapping.values(), *([] if states.otherwise is None else [states.otherwise])]
    if name.values is None:
        yield from _mistyped(name, states, yielded)
        return
    known = {(isinstance(each, bool), each) for each in name.values}
    wrong = dict.fromkeys(each for each in yielded if (isinstance(each, bool), each) not in known)
    for value in wrong:
        likely = nearest(str(value)[:60], name.values)
        remedy = (
            f"did you mean `{likely}`?" if likely else f"`{name.name}` may be {', '.join(map(str, name.values))[:120]}"
        )
        message = f"map `{states.name}` yields `{value}`, which is no value of `{name.name}`"
        yield found("states-unknown", message, remedy, states.place)
