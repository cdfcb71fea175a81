"""`contracts` of the standard: which schema, which shape, what context they require."""

from __future__ import annotations

import re
from typing import Final, cast

from uns.naming.node import Leaf, Node
from uns.naming.parse.form import Form
from uns.naming.parse.report import Report
from uns.naming.standard import Contract, Requirable, Shape

SHAPES: Final = ("value", "object", "document")
REQUIRABLE: Final = ("batch", "shift", "product")
RESERVED: Final = ("quarantine", "uns")
_KEYS: Final = ("schema", "shape", "version", "retain", "require")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_VERSIONED: Final = re.compile(r".+/([1-9][0-9]{0,5})\.json")


def read_contracts(form: Form, report: Report) -> dict[str, Contract]:
    contracts = {}
    for key, node in form.entries("contracts"):
        if _is_name(key, report):
            contracts[key.text] = _contract(key, node, report)
    return contracts


def _is_name(key: Leaf, report: Report) -> bool:
    if key.text in RESERVED:
        report.add("key-value", f"the contract name `{key.text}` is the service's", "rename it", key.place)
    elif not _NAME.fullmatch(key.text):
        remedy = "use letters, digits, `-`, `_` and `.`; the `_` in front stands in topics only"
        report.add("key-value", f"`{key.text[:60]}` cannot be a contract", remedy, key.place)
    else:
        return True
    return False


def _contract(key: Leaf, node: Node, report: Report) -> Contract:
    what = f"contract `{key.text}`"
    form = Form(node, what, _KEYS, report, required=("schema", "shape"), home=key.place)
    return Contract(
        name=key.text,
        version=_version(form),
        schema=form.text("schema") or "",
        shape=cast(Shape, form.choice("shape", SHAPES, "value")),
        place=key.place,
        retain=form.flag("retain", default=True),
        require=_require(form, report),
    )


def _version(form: Form) -> int:
    """What `version` says, or the number that the schema's file is named by."""
    stated = form.whole("version", 1, 999_999)
    schema = form.members.get("schema")
    numbered = _VERSIONED.fullmatch(schema.text) if isinstance(schema, Leaf) else None
    if form.has("version"):
        if stated is not None and numbered and int(numbered[1]) != stated:
            message = f"`version` is {stated} and the schema's file says {numbered[1]}"
            form.report.add("key-conflict", message, "remove `version`", form.place_of("version"))
        return stated or 1
    if numbered is None and isinstance(schema, Leaf):
        form.missing("version", "add it; only a schema named `<folder>/<N>.json` says its version itself")
    return int(numbered[1]) if numbered else 1


def _require(form: Form, report: Report) -> tuple[Requirable, ...]:
    if not form.has("require"):
        return ()
    required = form.leaves("require")
    for leaf in required:
        if leaf.text not in REQUIRABLE:
            message = f"`{leaf.text[:60]}` cannot be required"
            report.add("key-value", message, "choose batch, shift or product", leaf.place)
    return tuple(cast(Requirable, leaf.text) for leaf in required if leaf.text in REQUIRABLE)
