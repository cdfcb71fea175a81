"""Violations of a schema, in words that a person understands who has never read it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from jsonschema_rs import ValidationError, ValidationErrorKind

from uns.finding import nearest

MAX_SHOWN: Final = 60
MAX_LISTED: Final = 8
MAX_CHARACTERS: Final = 400

Kind = ValidationErrorKind


class Violation(NamedTuple):
    """One thing that a schema holds against a value, at a JSON pointer into it."""

    pointer: str
    message: str
    remedy: str


def pointer(path: Sequence[str | int]) -> str:
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in path)


def violation(error: ValidationError, instance: Any, schema: Any) -> Violation:
    """The error of one keyword; `instance` and `schema` are the whole ones."""
    path = error.instance_path
    if isinstance(error.kind, (Kind.AnyOf, Kind.OneOfNotValid)):
        return _of_nearest_alternative(error, instance, schema)
    message, remedy, extra = _said(error, _at(instance, path), schema)
    where = pointer([*path, *extra])
    return Violation(where, cut(f"{_shown_pointer(where)} {message}"), cut(remedy))


def _said(error: ValidationError, value: Any, schema: Any) -> tuple[str, str, list[str]]:
    """Message and remedy; the third part is what the pointer goes on with."""
    match error.kind:
        case Kind.Required(property=name):
            return "is required", "add it", [name]
        case Kind.Type(types=types):
            return f"is {shown(value)} where {_either(types)} is expected", f"send {_either(types)}", []
        case Kind.AdditionalProperties(unexpected=names) | Kind.UnevaluatedProperties(unexpected=names):
            return _unforeseen(names, error, schema)
        case Kind.FalseSchema():
            return "is not allowed", "drop it", []
        case Kind.Not():
            return f"is {shown(value)}, which is ruled out", "send something else", []
        case Kind.PropertyNames(error=inner):
            return f"has a member with a name that is not allowed: {cut(inner.message)}", "rename it", []
        case Kind.OneOfMultipleValid():
            return f"is {shown(value)}, which fits several alternatives where one is expected", "see the schema", []
        case Kind.UniqueItems():
            return "holds the same element twice", "send each once", []
        case Kind.Contains():
            return "lacks an element that is expected", "add it", []
        case _:
            return _limited(error, value)


def _limited(error: ValidationError, value: Any) -> tuple[str, str, list[str]]:
    match error.kind:
        case Kind.Enum(options=options):
            return f"is {shown(value)}, not one of {_listed(options)}", _one_of(value, options), []
        case Kind.Constant(expected_value=expected):
            return f"is {shown(value)} where {_plain(expected)} is expected", f"send {_plain(expected)}", []
        case Kind.Format(format=name):
            return f"is {shown(value)}, which is not {_FORMATS.get(name, name)}", f"send {_FORMATS.get(name, name)}", []
        case Kind.Pattern(pattern=pattern):
            return f"is {shown(value)}, which does not fit the pattern {pattern}", "send text that fits it", []
        case Kind.MultipleOf(multiple_of=step):
            return f"is {shown(value)}, not a multiple of {step}", f"send a multiple of {step}", []
        case _ as kind:
            for limit, words in _LIMITS:
                if isinstance(kind, limit):
                    return f"is {shown(value)}: {_counted(words, kind.value)}", "keep to the limit", []
            return f"is {shown(value)}, which the schema refuses: {cut(error.message)}", "see the schema", []


_LIMITS: Final[Sequence[tuple[type[ValidationErrorKind], str]]] = (
    (Kind.Minimum, "at least {} is expected"),
    (Kind.Maximum, "at most {} is expected"),
    (Kind.ExclusiveMinimum, "more than {} is expected"),
    (Kind.ExclusiveMaximum, "less than {} is expected"),
    (Kind.MinLength, "at least {} characters are expected"),
    (Kind.MaxLength, "at most {} characters are expected"),
    (Kind.MinItems, "at least {} elements are expected"),
    (Kind.MaxItems, "at most {} elements are expected"),
    (Kind.AdditionalItems, "at most {} elements are expected"),
    (Kind.MinProperties, "at least {} members are expected"),
    (Kind.MaxProperties, "at most {} members are expected"),
)


def _counted(words: str, limit: Any) -> str:
    said = words.format(limit)
    return said.replace("s are ", " is ") if limit == 1 else said


_FORMATS: Final = {
    "date-time": "a date and time such as 2026-11-20T10:00:00Z",
    "date": "a date such as 2026-11-20",
    "time": "a time of day such as 10:00:00Z",
    "uuid": "a UUID",
    "uri": "a URI",
}

_TYPES: Final = {
    "number": "a number", "integer": "a whole number", "string": "text", "boolean": "true or false",
    "object": "an object", "array": "a list", "null": "null",
}  # fmt: skip


def _either(types: Sequence[str]) -> str:
    words = [_TYPES.get(each, each) for each in sorted(set(types), key=list(_TYPES).index)]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _unforeseen(names: Sequence[str], error: ValidationError, schema: Any) -> tuple[str, str, list[str]]:
    known = _at(schema, error.schema_path[:-1])
    near = nearest(names[0], known.get("properties", ())) if isinstance(known, dict) else None
    if len(names) == 1:
        return "is not foreseen", f"did you mean `{near}`?" if near else "drop it", [names[0]]
    return (
        f"holds members that are not foreseen: {_listed(names)}",
        f"did you mean `{near}`?" if near else "drop them",
        [],
    )


def _one_of(value: Any, options: Sequence[Any]) -> str:
    near = nearest(value, [each for each in options if isinstance(each, str)]) if isinstance(value, str) else None
    return f"did you mean {_plain(near)}?" if near else "send one of them"


def _of_nearest_alternative(error: ValidationError, instance: Any, schema: Any) -> Violation:
    """Of alternatives that all fail, the one that fails deepest and with least is what was meant."""
    alternatives: list[list[ValidationError]] = [each for each in error.kind.context if each]  # type: ignore[attr-defined]
    here, value = pointer(error.instance_path), _at(instance, error.instance_path)
    types = [name for each in alternatives if isinstance(each[0].kind, Kind.Type) for name in each[0].kind.types]
    wrong = all(len(each[0].instance_path) == len(error.instance_path) for each in alternatives)
    if len(types) == len(alternatives) and wrong:
        said = f"{_shown_pointer(here)} is {shown(value)} where {_either(types)} is expected"
        return Violation(here, cut(said), f"send {_either(types)}")
    best = max(alternatives, key=_nearness)
    inner = violation(best[0], instance, schema)
    if all(each is best or _is_null_alone(each[0]) for each in alternatives):
        return inner
    message = f"{_shown_pointer(here)} fits none of {len(alternatives)} alternatives; of the nearest, {inner.message}"
    return Violation(inner.pointer, cut(message), inner.remedy)


def _is_null_alone(error: ValidationError) -> bool:
    """Whether an alternative only says that the value may be left out, which it was not."""
    return isinstance(error.kind, Kind.Type) and list(error.kind.types) == ["null"]


def _nearness(errors: list[ValidationError]) -> tuple[int, bool, int]:
    """Deeper is nearer, another type is farther, fewer faults are nearer."""
    return max(len(each.instance_path) for each in errors), not isinstance(errors[0].kind, Kind.Type), -len(errors)


def shown(value: Any) -> str:
    """A value as a reader recognises it, and its type where the notation does not say it."""
    if isinstance(value, dict):
        return "an object" if value else "an empty object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return f"{_plain(value)} (text)" if isinstance(value, str) else _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int) and value.bit_length() > 200:
        return f"a whole number of about {int(value.bit_length() * math.log10(2)) + 1} digits"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…" + ('"' if isinstance(value, str) else "")


def _listed(values: Sequence[Any]) -> str:
    rest = len(values) - MAX_LISTED
    return ", ".join(_plain(each) for each in values[:MAX_LISTED]) + (f" and {rest} more" if rest > 0 else "")


def _shown_pointer(where: str) -> str:
    return f"`{where}`" if where else "the payload"


def cut(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS] + "…"


def _at(content: Any, path: Sequence[str | int]) -> Any:
    """What stands at the path, or None where the path leads elsewhere (through a reference, say)."""
    for token in path:
        try:
            content = content[token]
        except (KeyError, IndexError, TypeError):
            return None
    return content
