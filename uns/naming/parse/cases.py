"""`tests`: messages and what is expected of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from uns.codes import CODES
from uns.naming.node import Items, Leaf, Members, Node, described, plain
from uns.naming.parse.form import Form, did_you_mean
from uns.naming.parse.report import Report
from uns.naming.parse.scalar import instant
from uns.naming.rule import Case

_PAYLOADS: Final = ("payload", "text", "hex")
_KEYS: Final = ("name", "topic", *_PAYLOADS, "received", "retained", "before", "context", "expect")
_KINDS: Final = ("reject", "ignore", "record")
_CONTEXT: Final = ("batch", "shift", "product")


def read_cases(form: Form, rules: Mapping[str, object] | None) -> tuple[Case, ...]:
    """The sound ones; `rules` are the ids that `ignore` may name, None where nobody knows them all."""
    cases = (_read_case(node, rules, form.report) for node in form.items("tests"))
    return tuple(case for case in cases if case is not None)


def _read_case(node: Node, rules: Mapping[str, object] | None, report: Report) -> Case | None:
    before = report.errors
    form = Form(node, "the test", _KEYS, report, required=("topic", "expect"))
    if not form.sound:
        return None
    topic, payload = _topic(form), _payload(form)
    case = Case(
        place=node.place,
        topic=topic or "",
        payload=payload or b"",
        expect=_expect(form, rules),
        name=form.text("name") or "",
        received=instant(form.leaf("received"), "received", report),
        retained=form.flag("retained"),
        context=_context(form),
        before=_before(form),
    )
    return case if report.errors == before else None


def _topic(form: Form) -> str | None:
    """A topic that a machine could publish on, `$` and empty levels too."""
    leaf = form.leaf("topic")
    if leaf is not None and ("+" in leaf.text or "#" in leaf.text):
        message = f"`{leaf.text[:100]}` is a filter; a message has one topic"
        form.report.add("key-value", message, "write the topic of one message", leaf.place)
        return None
    return None if leaf is None else leaf.text


def _payload(form: Form) -> bytes | None:
    """The message's bytes: JSON of a YAML value, text, or hexadecimal."""
    given = [key for key in _PAYLOADS if form.has(key)]
    if len(given) != 1:
        if given:
            message = f"`{given[0]}` and `{given[1]}` exclude each other"
            form.report.add("key-conflict", message, "keep one", form.key_place(given[1]))
        else:
            form.missing("payload", "add `payload`, `text` or `hex`")
        return None
    if given[0] == "payload":
        return json.dumps(plain(form.members.get("payload") or form.members), ensure_ascii=False).encode(
            errors="replace"
        )
    node = form.members.get(given[0])
    leaf = form.as_leaf(given[0], node) if node is not None else None
    if leaf is None:
        return None
    return leaf.text.encode(errors="replace") if given[0] == "text" else _bytes_of(leaf, form.report)


def _bytes_of(leaf: Leaf, report: Report) -> bytes | None:
    try:
        return bytes.fromhex(leaf.text)
    except ValueError:
        report.add("key-value", f"`{leaf.text[:60]}` is not hexadecimal", "write two digits per byte", leaf.place)
        return None


def _before(form: Form) -> tuple[tuple[str, bytes], ...]:
    messages: list[tuple[str, bytes]] = []
    for node in form.items("before") if form.has("before") else ():
        inner = Form(node, "the message", ("topic", *_PAYLOADS), form.report, required=("topic",))
        topic, payload = inner.text("topic"), _payload(inner) if inner.sound else None
        if topic is not None and payload is not None:
            messages.append((topic, payload))
    return tuple(messages)


def _context(form: Form) -> Mapping[str, Any]:
    node = form.node("context")
    if node is None:
        return {}
    inner = Form(node, "`context`", _CONTEXT, form.report)
    for key, value in inner.members:
        if not isinstance(value, Members):
            inner.wrong(key.text, value, "write a mapping such as `{id: B-1001}`")
    context: Mapping[str, Any] = _texts(inner.members)
    return context


def _texts(node: Node) -> Any:
    """Context as the registry holds it: ids and dates are text as written."""
    match node:
        case Leaf():
            return None if node.empty else node.text
        case Items():
            return [_texts(each) for each in node.items]
        case Members():
            return {key.text: _texts(value) for key, value in node}


def _expect(form: Form, rules: Mapping[str, object] | None) -> tuple[Mapping[str, Any], ...]:
    node = form.node("expect")
    if node is None:
        return ()
    outcomes = []
    for each in node.items if isinstance(node, Items) else (node,):
        if isinstance(each, Members):
            _check_outcome(each, rules, form.report)
            outcomes.append(plain(each))
        else:
            remedy = "write a mapping such as `{topic: …, value: …}` or `{reject: code}`"
            form.report.add("key-value", f"the outcome is {described(each)}", remedy, each.place)
    return tuple(outcomes)


def _check_outcome(node: Members, rules: Mapping[str, object] | None, report: Report) -> None:
    kinds = [key for key, _ in node if key.text in _KINDS]
    if len(kinds) > 1:
        message = f"`{kinds[0].text}` and `{kinds[1].text}` exclude each other"
        report.add("key-conflict", message, "keep one", kinds[1].place)
    elif not kinds and node.get("topic") is None:
        report.add(
            "key-missing", "the outcome has no `topic`", "add `topic`, `reject`, `ignore` or `record`", node.place
        )
    reject, ignore = node.get("reject"), node.get("ignore")
    if isinstance(reject, Leaf) and reject.text not in CODES:
        remedy = did_you_mean(reject.text[:60], list(CODES))
        report.add("key-value", f"no finding has the code `{reject.text[:60]}`", remedy, reject.place)
    if rules is not None and isinstance(ignore, Leaf) and ignore.text not in rules and ignore.text not in REASONS:
        remedy = did_you_mean(ignore.text[:60], (*rules, *REASONS))
        report.add("key-value", f"no rule `{ignore.text[:60]}` could ignore it", remedy, ignore.place)


REASONS: Final = ("tombstone", "retained", "source", "unmatched", "lookup", "empty", "keepalive")
"""Why a message is ignored where no rule says so."""
