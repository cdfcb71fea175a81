"""`states`: named or inline translations of raw values."""

from __future__ import annotations

from uns.finding import FilePlace
from uns.message import Scalar
from uns.naming.node import Leaf, Members, Node, described
from uns.naming.parse.form import Form
from uns.naming.parse.report import Report
from uns.naming.parse.scope import Scope
from uns.naming.parse.suggestion import did_you_mean
from uns.naming.standard import States

OTHERWISE = "*"


def read_named_states(form: Form, scope: Scope) -> dict[str, States]:
    """The maps of a `states` key; a broken one is known by name all the same."""
    named: dict[str, States] = {}
    for key, node in form.entries("states"):
        states = read_map(key.text, node, scope.report)
        scope.states[key.text] = states
        if states is not None:
            named[key.text] = states
    return named


def read_states(form: Form, name: str, scope: Scope) -> States | None:
    """What a rule or field says: the name of a map, or a map."""
    node = form.node("states")
    if node is None:
        return None
    if isinstance(node, Leaf):
        return named_states(node.text, node.place, scope)
    return read_map(name, node, scope.report)


def named_states(name: str, place: FilePlace, scope: Scope) -> States | None:
    if name not in scope.states:
        remedy = did_you_mean(name[:60], list(scope.states), "declare it under `states`")
        scope.report.add("states-unknown", f"no states map `{name[:60]}`", remedy, place)
        return None
    return scope.states[name]


def read_map(name: str, node: Node, report: Report) -> States | None:
    """Raw value, as text → governed value; `'*'` catches the rest."""
    if not isinstance(node, Members) or not node.entries:
        remedy = "write a mapping such as `{0: idle, 1: running}`"
        report.add("key-value", f"states `{name[:60]}` is {described(node)}", remedy, node.place)
        return None
    mapping: dict[str, Scalar] = {}
    otherwise: Scalar | None = None
    sound = True
    for key, value in node:
        scalar = value.value if isinstance(value, Leaf) else None
        if scalar is None:
            report.add("key-value", f"`{key.text[:60]}` becomes {described(value)}", "write one value", value.place)
            sound = False
        elif key.text == OTHERWISE:
            otherwise = scalar
        else:
            mapping[key.text] = scalar
    return States(name, node.place, mapping, otherwise) if sound else None
