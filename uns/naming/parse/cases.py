"""`tests`: messages and what is expected of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from uns.naming.node import Leaf, Node, plain
from uns.naming.parse.expect import CONTEXT, Words, read_expect
from uns.naming.parse.form import Form
from uns.naming.parse.report import Report
from uns.naming.parse.scalar import instant
from uns.naming.rule import Case

_PAYLOADS: Final = ("payload", "text", "hex")
_KEYS: Final = ("name", "topic", *_PAYLOADS, "received", "retained", "before", "context", "expect")


def read_cases(form: Form, words: Words) -> tuple[Case, ...]:
    """The sound ones."""
    cases = (_read_case(node, words, form.report) for node in form.items("tests"))
    return tuple(case for case in cases if case is not None)


def _read_case(node: Node, words: Words, report: Report) -> Case | None:
    before = report.errors
    form = Form(node, "the test", _KEYS, report, required=("topic", "expect"))
    if not form.sound:
        return None
    topic, payload = _topic(form), _payload(form)
    case = Case(
        place=node.place,
        topic=topic or "",
        payload=payload or b"",
        expect=read_expect(form, words),
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
    """What the registry would say; ids and dates are text as written."""
    node = form.node("context")
    if node is None:
        return {}
    inner = Form(node, "`context`", tuple(CONTEXT), form.report)
    return {key.text: _known(key.text, value, form.report) for key, value in inner.members if key.text in CONTEXT}


def _known(key: str, node: Node, report: Report) -> Mapping[str, str | None]:
    about = Form(node, f"`{key}`", CONTEXT[key], report, required=("id",))
    return {member.text: about.text(member.text) for member, _ in about.members}
