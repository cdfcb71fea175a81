"""`rules`: what an address is called. One that cannot be told is left out; other faults leave the rest to be judged."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final, cast

from uns.decode.pointer import Pointer
from uns.decode.source import Source
from uns.finding import FilePlace, Malformed, Severity, found
from uns.naming.lookup import Lookup
from uns.naming.node import Items, Leaf, Members, Node
from uns.naming.parse.fields import read_fields, read_raw_unit
from uns.naming.parse.form import Form
from uns.naming.parse.kinds import check_kind
from uns.naming.parse.pointers import read_pattern, read_pointer
from uns.naming.parse.scope import Scope
from uns.naming.parse.states import read_states
from uns.naming.parse.suggestion import did_you_mean
from uns.naming.parse.targets import check_contracts, read_targets
from uns.naming.pattern import Pattern
from uns.naming.rule import Mode, RecordKind, Rule, Where
from uns.naming.where import check_where

MODES: Final = ("enforce", "warn", "observe")
RECORDS: Final = ("batch-start", "batch-stop", "batch-change", "batch", "shift-change", "product")
KEYS: Final = (
    "id", "from", "tag", "where", "lookup", "to", "unit", "states", "fields", "record", "batch", "ignore", "mode",
)  # fmt: skip
MAX_LOOKUPS: Final = 8
_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,99}")
_LIKE_A_GLOB: Final = re.compile(r"[A-Za-z0-9_ -]+\*")
_LIKE_A_CLASS: Final = re.compile(r"(?:[0-9]-[0-9]|[a-z]-[a-z]|[A-Z]-[A-Z])+")


def read_rules(form: Form, stem: str, mode: Mode, sources: tuple[Source, ...], scope: Scope) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    taken: dict[str, FilePlace] = {}
    each = tuple(dict.fromkeys(pointer for source in sources for pointer in source.each))
    for node in form.items("rules"):
        before = scope.report.errors
        rule = _read_rule(node, stem, mode, each, scope)
        leaf = node.get("id") if isinstance(node, Members) else None
        if isinstance(leaf, Leaf) and leaf.text in taken:
            message = f"id `{leaf.text[:60]}` stands twice, also line {taken[leaf.text].line}"
            scope.report.add("key-duplicate", message, "rename one of the rules", leaf.place)
        elif isinstance(leaf, Leaf):
            taken[leaf.text] = leaf.place
        if rule is not None:
            rules.append(rule if scope.report.errors == before else replace(rule, sound=False))
    return tuple(rules)


def _read_rule(node: Node, stem: str, mode: Mode, each: tuple[Pointer, ...], scope: Scope) -> Rule | None:
    """None where nobody can tell what it takes, or where to; a rule that is not `sound` can be judged by the rest.

    `each` is what the file's sources bind; which of them feeds the rule is known only with its pattern.
    """
    report = scope.report
    id_ = node.get("id") if isinstance(node, Members) else None
    name = id_.text if isinstance(id_, Leaf) else ""
    form = Form(node, f"rule `{name[:60]}`" if name else "the rule", KEYS, report, ("id", "from"), _home(id_, node))
    if not form.sound:
        return None
    _check_id(form)
    before = report.errors
    topic, tag = read_pattern(form.leaf("from"), report), read_pattern(form.leaf("tag"), report, tag=True)
    record = cast(RecordKind, form.choice("record", RECORDS, "")) if form.has("record") else None
    ignore = form.flag("ignore", form.has("ignore"))
    check_kind(form, record, ignore)
    lookups, where = _lookups(form, scope), _where(form)
    to = read_targets(form, record, [each for each in (topic, tag) if each], report)
    is_told = report.errors == before
    if record is None:
        check_contracts(form, to, scope)
    rule = Rule(
        id=name,
        stem=stem,
        place=form.place,
        topic=topic or Pattern.parse("#"),
        tag=tag,
        where=where,
        lookups=tuple(lookup for lookup in lookups if lookup is not None),
        to=to,
        unit=read_raw_unit(form, scope),
        states=read_states(form, name, scope),
        fields=read_fields(form, record, each, scope),
        record=record or None,
        batch=read_pointer(form.leaf("batch"), report, each),
        ignore=ignore,
        mode=cast(Mode, form.choice("mode", MODES, mode)),
        places=form.places(),
    )
    if topic is None or not is_told or None in lookups:
        return None
    faulty = any(lookup.place in scope.faulty for lookup in rule.lookups) or not _uses_sound_states(form, scope)
    return replace(rule, sound=False) if faulty else rule


def _home(id_: Node | None, node: Node) -> FilePlace:
    return id_.place if id_ is not None else node.place


def _check_id(form: Form) -> None:
    leaf = form.leaf("id")
    if leaf is not None and not _ID.fullmatch(leaf.text):
        remedy = "write small letters, digits and `-`, a letter first"
        form.report.add("key-value", f"`{leaf.text[:60]}` cannot be an id", remedy, leaf.place)


def _where(form: Form) -> tuple[Where, ...]:
    conditions: list[Where] = []
    for key, node in form.entries("where"):
        condition = _listed(form, key, node) if isinstance(node, Items) else _matched(form, key, node)
        if condition is not None:
            conditions.append(condition)
    return tuple(conditions)


def _listed(form: Form, key: Leaf, node: Items) -> Where | None:
    only = node.items[0] if len(node.items) == 1 else None
    if node.source and isinstance(only, Leaf) and only.plain and _LIKE_A_CLASS.fullmatch(only.text):
        message = f"`{key.text[:60]}: {node.source}` is a list of one value, not a pattern"
        form.report.add("yaml-quote", message, f"write `{key.text[:60]}: '{node.source}'`", node.place)
        return None
    leaves = [form.as_leaf(key.text, each) for each in node.items]
    if not leaves:
        form.wrong(key.text[:60], node, "list at least one value")
    return Where(key.text, key.place, values=tuple(leaf.text for leaf in leaves if leaf is not None))


def _matched(form: Form, key: Leaf, node: Node) -> Where | None:
    leaf = form.as_leaf(key.text, node)
    if leaf is None:
        return None
    try:
        check_where(leaf.text)
    except Malformed as error:
        form.report.malformed(error, leaf.place)
        return None
    if _LIKE_A_GLOB.fullmatch(leaf.text):
        message = f"`{leaf.text[:60]}` takes its last character any number of times, and no other text"
        remedy = f"write `{leaf.text[:60].removesuffix('*')}.*` for what begins so"
        form.report.take(found("where-regex", message, remedy, leaf.place, Severity.WARNING))
    return Where(key.text, key.place, pattern=leaf.text)


def _lookups(form: Form, scope: Scope) -> tuple[Lookup | None, ...]:
    """The named tables; None for one that is declared but broken."""
    if not form.has("lookup"):
        return ()
    found: list[Lookup | None] = []
    for leaf in form.leaves("lookup", MAX_LOOKUPS):
        if leaf.text in scope.lookups:
            found.append(scope.lookups[leaf.text])
            continue
        known = [] if scope.report.crowded("lookup-unknown", leaf.place) else list(scope.lookups)
        remedy = did_you_mean(leaf.text[:60], known, "declare it under `lookups`")
        scope.report.add("lookup-unknown", f"no lookup `{leaf.text[:60]}`", remedy, leaf.place)
    return tuple(found)


def _uses_sound_states(form: Form, scope: Scope) -> bool:
    leaf = form.members.get("states")
    return not isinstance(leaf, Leaf) or scope.states.get(leaf.text) is not None
