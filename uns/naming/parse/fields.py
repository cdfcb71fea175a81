"""`fields` and `unit` of rules: what members an object or record has, and what the machine counts in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from uns.decode.pointer import Pointer
from uns.naming.node import Leaf, Members, Node
from uns.naming.parse.form import Form, is_slip
from uns.naming.parse.pointers import is_pointer, read_pointer, read_template
from uns.naming.parse.scalar import unit
from uns.naming.parse.scope import Scope
from uns.naming.parse.states import read_states
from uns.naming.rule import Field, RawUnit, RecordKind

RESERVED: Final = ("timestamp", "quality", "code", "batch", "shift", "product")
"""Members of a governed object that the service writes itself."""
_WORD: Final = ("by", "why")
"""Whose word it is, where the sender says so."""
MEMBERS: Final[Mapping[RecordKind, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "batch-start": (("id",), ("product", "order", "quantity", "attributes", *_WORD)),
    "batch-stop": ((), ("id", "state", *_WORD)),
    "batch-change": (("id",), ("product", "order", "quantity", "attributes", *_WORD)),
    "batch": (("id", "start"), ("stop", "state", "product", "order", "quantity", "attributes", *_WORD)),
    "shift-change": (("crew",), ("id", "date", *_WORD)),
    "product": (("id",), ("name", "attributes", *_WORD)),
}
"""Record → the fields that it needs, and those that it may have besides."""
MAX_FIELDS: Final = 500


def read_fields(form: Form, record: RecordKind | None, each: Sequence[Pointer], scope: Scope) -> tuple[Field, ...]:
    entries = form.entries("fields")
    if form.has("fields") and not entries and isinstance(form.members.get("fields"), Members):
        form.wrong("fields", form.members.get("fields") or form.members, "name at least one field")
    if len(entries) > MAX_FIELDS:
        form.report.add("key-value", f"{len(entries)} fields", f"keep {MAX_FIELDS}", form.place_of("fields"))
        return ()
    if record:
        _check_members(form, record, entries)
    fields: list[Field] = []
    for key, node in entries:
        if not record and key.text in RESERVED:
            scope.report.add("field-reserved", f"field `{key.text}` is the service's", "rename it", key.place)
        field = _field(key, node, each, scope)
        if field is not None:
            fields.append(field)
    return tuple(fields)


def _check_members(form: Form, record: RecordKind, entries: tuple[tuple[Leaf, Node], ...]) -> None:
    needed, allowed = MEMBERS[record]
    named = [key.text for key, _ in entries]
    for key, node in entries:
        if key.text not in (*needed, *allowed):
            form.unknown(key, (*needed, *allowed))
        elif key.text == "attributes" and isinstance(node, Leaf) and not is_pointer(node.text):
            message = f"`attributes` is `{node.text[:60]}`, text where a pointer to an object is expected"
            form.report.add("key-value", message, "point at it, such as `/attributes`", node.place)
    for each in needed:
        if each not in named and form.has("fields"):
            message = f"`record: {record}` has no field `{each}`"
            form.report.add("key-missing", message, "add it", form.key_place("fields"))


def _field(key: Leaf, node: Node, each: Sequence[Pointer], scope: Scope) -> Field | None:
    report = scope.report
    if isinstance(node, Leaf):
        if is_pointer(node.text):
            at = read_pointer(node, report, each)
            return None if at is None else Field(key.text, key.place, at)
        text = read_template(node, report)
        return None if text is None else Field(key.text, key.place, text=text)
    form = Form(node, f"field `{key.text[:60]}`", ("at", "unit", "states"), report, required=("at",), home=key.place)
    if not form.sound:
        return None
    at = read_pointer(form.leaf("at"), report, each)
    return Field(key.text, key.place, at, None, read_raw_unit(form, scope), read_states(form, key.text, scope))


def read_raw_unit(form: Form, scope: Scope) -> RawUnit | None:
    """A code, or `{of, factor, offset}`."""
    node = form.node("unit")
    if isinstance(node, Members) and not is_slip(node):
        inner = Form(node, "`unit`", ("of", "factor", "offset"), scope.report, required=("of",))
        leaf = inner.leaf("of")
        factor, offset = inner.number("factor", 1.0), inner.number("offset", 0.0)
        if factor == 0:
            inner.wrong("factor", inner.members.get("factor") or node, "a factor is not 0")
    else:
        leaf, factor, offset = form.leaf("unit"), 1.0, 0.0
    code = None if leaf is None else unit(leaf.text, scope.units, leaf.place, scope.report)
    return None if code is None or leaf is None else RawUnit(code, leaf.place, factor, offset)
