"""`to` of rules: templates of governed topics, or of equipment where the rule records; their contracts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from uns.finding import FilePlace, Malformed
from uns.naming.node import Leaf
from uns.naming.parse.contracts import RESERVED
from uns.naming.parse.form import Form
from uns.naming.parse.report import Report
from uns.naming.parse.scope import Scope
from uns.naming.parse.suggestion import did_you_mean
from uns.naming.pattern import Pattern, deep_captures
from uns.naming.rule import RecordKind
from uns.naming.standard import Contract
from uns.naming.template import Template, check_flat, contract_level

MAX_TARGETS: Final = 4


def read_targets(
    form: Form, record: RecordKind | None, patterns: Sequence[Pattern], report: Report
) -> tuple[Template, ...]:
    """`patterns` are those of the rule, whose captures the targets may hold."""
    if not form.has("to"):
        return ()
    leaves = form.leaves("to")
    most = 1 if form.has("record") else MAX_TARGETS
    if len(leaves) > most:
        message = f"`to` names {len(leaves)} targets"
        report.add("key-value", message, f"keep {most}" if most > 1 else "name one equipment", form.place_of("to"))
    templates: list[Template] = []
    deep = [name for pattern in patterns for name in deep_captures(pattern)]
    for leaf in leaves:
        template = _template(leaf, deep, report)
        if template is None or (record and not _is_equipment(template, leaf, report)):
            continue
        if any(each.text == template.text for each in templates):
            message = f"target `{leaf.text[:60]}` stands twice"
            report.add("key-duplicate", message, "remove one of them", leaf.place)
            continue
        templates.append(template)
    return tuple(templates)


def _template(leaf: Leaf, deep: Sequence[str], report: Report) -> Template | None:
    try:
        template = Template.parse_target(leaf.text)
        check_flat(template, deep)
        return template
    except Malformed as error:
        report.malformed(error, leaf.place)
        return None


def _is_equipment(template: Template, leaf: Leaf, report: Report) -> bool:
    if any(level[0][:1] == "_" for level in template.levels if isinstance(level[0], str)):
        message = f"`{leaf.text[:60]}` names a contract; a record is about equipment"
        report.add("key-conflict", message, "leave out the `_` level and what follows", leaf.place)
        return False
    return True


def check_contracts(form: Form, to: tuple[Template, ...], scope: Scope) -> None:
    """Each target has one contract, which the standard knows and whose shape the rule's fields fit."""
    places = {leaf.text: leaf.place for leaf in form.leaves("to")} if to else {}
    for template in to:
        place = places[template.text]
        named = contract_level(template)
        if named is None:
            _complain(template, place, scope)
        elif template.levels[-1] == (named,):
            message = f"`{template.text[:100]}` ends before a name"
            form.report.add(
                "name-unknown", message, f"write the name behind it, such as `…/{named[:60]}/{{name}}`", place
            )
        elif named[1:] in RESERVED:
            message, remedy = f"`{named}` is the service's own", "choose a contract of the standard"
            form.report.add("contract-unknown", message, remedy, place)
        elif scope.standard is not None:
            contract = scope.standard.contracts.get(named[1:])
            if contract is not None:
                _check_shape(form, contract, place)
                continue
            known = [f"_{each}" for each in scope.standard.contracts]
            remedy = did_you_mean(named[:60], known, "add it to the standard's `contracts`")
            scope.report.add("contract-unknown", f"no contract `{named[:60]}`", remedy, place)


def _complain(template: Template, place: FilePlace, scope: Scope) -> None:
    several = sum(isinstance(level[0], str) and level[0].startswith("_") for level in template.levels) > 1
    message = "several levels start with `_`" if several else "no literal level starts with `_`"
    remedy = "keep one" if several else "write the contract before the name, such as `…/_telemetry/{name}`"
    bare = [level for level in template.text.split("/") if scope.standard and level in scope.standard.contracts]
    if bare and not several:
        remedy = f"did you mean `_{bare[-1]}`?"
    scope.report.add("target-no-contract", f"`{template.text[:100]}`: {message}", remedy, place)


def _check_shape(form: Form, contract: Contract, place: FilePlace) -> None:
    if form.has("fields") and contract.shape != "object":
        message = f"`fields` needs a contract of shape object; `_{contract.name}` is of shape {contract.shape}"
        form.report.add(
            "contract-shape", message, "choose another contract, or drop `fields`", form.key_place("fields")
        )
    elif contract.shape == "object" and not form.has("fields"):
        message = f"`_{contract.name}` is of shape object and the rule has no `fields`"
        form.report.add("contract-shape", message, "add `fields`, or choose a contract of shape value", place)
    if contract.shape == "document":
        for key in ("unit", "states"):
            if form.has(key):
                message = f"`_{contract.name}` is of shape document, which `{key}` cannot change"
                form.report.add("contract-shape", message, f"drop `{key}`", form.key_place(key))
