"""`names` of the standard: the dictionary."""

from __future__ import annotations

from typing import Final, cast

from uns.message import Scalar
from uns.naming.node import Items, Leaf, Node
from uns.naming.parse.form import Form, as_number
from uns.naming.parse.report import Report
from uns.naming.parse.scalar import duration, unit
from uns.naming.parse.scope import Scope
from uns.naming.standard import Name, Type

TYPES: Final = ("number", "integer", "string", "boolean", "object")
_KEYS: Final = ("type", "unit", "range", "values", "description", "every")
MAX_VALUES: Final = 10_000
_COUNTED: Final = ("number", "integer")


def read_names(form: Form, scope: Scope) -> dict[str, Name]:
    return {key.text: _name(key, node, scope) for key, node in form.entries("names") if _is_name(key, scope.report)}


def _is_name(key: Leaf, report: Report) -> bool:
    legal = bool(key.text) and len(key.text) <= 200 and not key.text.startswith(("_", "$"))
    if legal and not any(character in "/+#" or not character.isprintable() for character in key.text):
        return True
    report.add("key-value", f"`{key.text[:60]}` cannot be a name", "write one level without `/ + # $ _`", key.place)
    return False


def _name(key: Leaf, node: Node, scope: Scope) -> Name:
    report = scope.report
    form = Form(node, f"name `{key.text}`", _KEYS, report, required=("type",), home=key.place)
    type_ = cast(Type, form.choice("type", TYPES, "number"))
    leaf = form.leaf("unit")
    code = None if leaf is None else unit(leaf.text, scope.units, leaf.place, report)
    for counted in ("unit", "range"):
        if form.has(counted) and form.has("type") and type_ not in _COUNTED:
            message = f"`{counted}` and type `{type_}` exclude each other"
            report.add("key-conflict", message, "remove one, or correct the type", form.key_place(counted))
    low, high = _range(form)
    every = duration(form.leaf("every"), "every", report)
    return Name(
        key.text, type_, key.place, code, low, high, _values(form, type_), form.text("description") or "", every
    )


def _range(form: Form) -> tuple[float | None, float | None]:
    """Low and high; `null` leaves an end open."""
    node = form.node("range")
    if node is None:
        return None, None
    ends = node.items if isinstance(node, Items) else ()
    numbers = [as_number(end) if isinstance(end, Leaf) else None for end in ends]
    known = [
        isinstance(end, Leaf) and (end.empty or number is not None) for end, number in zip(ends, numbers, strict=True)
    ]
    if len(ends) != 2 or not all(known):
        form.wrong("range", node, "write `[low, high]`")
        return None, None
    low, high = numbers
    if low is not None and high is not None and low > high:
        message = f"`range` ends at {high:g}, below its beginning {low:g}"
        form.report.add("key-value", message, "write `[low, high]`", node.place)
        return None, None
    return low, high


def _values(form: Form, type_: Type) -> tuple[Scalar, ...] | None:
    """The listed values, each of the name's type; those of a string are text as written."""
    if not form.has("values"):
        return None
    values: list[Scalar] = []
    for leaf in form.leaves("values", MAX_VALUES):
        value = leaf.text if type_ == "string" else leaf.value
        if value is None or not _is_of(value, type_):
            form.report.add(
                "key-value", f"`{leaf.text[:60]}` is no {type_}", "correct the value or the type", leaf.place
            )
        else:
            values.append(value)
    return tuple(values)


def _is_of(value: Scalar, type_: Type) -> bool:
    if type_ == "boolean":
        return isinstance(value, bool)
    if type_ == "string":
        return True
    return not isinstance(value, (bool, str)) and (type_ == "number" or isinstance(value, int))
