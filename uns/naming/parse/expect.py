"""`expect`: what a case says should become of its message; a word that no outcome has is told where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from uns.codes import CODES
from uns.finding import nearest
from uns.naming.node import Items, Leaf, Members, Node, described, plain
from uns.naming.parse.fields import MEMBERS
from uns.naming.parse.form import Form
from uns.naming.parse.report import Report
from uns.naming.parse.scope import Scope
from uns.naming.parse.suggestion import did_you_mean

REASONS: Final = ("tombstone", "retained", "source", "unmatched", "lookup", "empty", "keepalive")
"""Why a message is ignored where no rule says so."""
CONTEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "batch": ("id", "order"), "shift": ("id", "date", "crew"), "product": ("id", "name"),
}  # fmt: skip
"""What a reading may belong to, and what is said of it."""
_KINDS: Final = ("reject", "ignore", "record")
_PUBLISHED: Final = (
    "topic", "tag", "timestamp", "value", "unit", "quality", "code", *CONTEXT,
    "id", "source", "rule", "bundle", "contract", "context", "clock", "findings", "redelivered",
)  # fmt: skip
_RECORDED: Final = (
    "record",
    "equipment",
    "at",
    "tag",
    *dict.fromkeys(each for row in MEMBERS.values() for each in sum(row, ())),
)


class Words(NamedTuple):
    """What outcomes of one file may name."""

    rules: Sequence[str]
    fields: Sequence[str] | None
    """Of its objects; None where some rule publishes somebody else's document."""


def words_of(form: Form, scope: Scope) -> Words:
    """Of all the file's rules, sound or not."""
    rules = [each for each in getattr(form.members.get("rules"), "items", ()) if isinstance(each, Members)]
    ids = [node.text for each in rules if isinstance(node := each.get("id"), Leaf)]
    if scope.standard is None:
        return Words(ids, None)
    documents = {f"_{each.name}" for each in scope.standard.contracts.values() if each.shape == "document"}
    if any(documents & set(target.split("/")) for each in rules for target in _targets(each.get("to"))):
        return Words(ids, None)
    fields = [key.text for each in rules if isinstance(node := each.get("fields"), Members) for key, _ in node]
    return Words(ids, fields)


def _targets(node: Node | None) -> Iterator[str]:
    for each in node.items if isinstance(node, Items) else (node,):
        if isinstance(each, Leaf):
            yield each.text


def read_expect(form: Form, words: Words) -> tuple[Mapping[str, Any], ...]:
    node = form.node("expect")
    if node is None:
        return ()
    outcomes = []
    for each in node.items if isinstance(node, Items) else (node,):
        if isinstance(each, Members):
            _check_outcome(each, words, form.report)
            outcomes.append(plain(each))
        else:
            remedy = "write a mapping such as `{topic: …, value: …}` or `{reject: code}`"
            form.report.add("key-value", f"the outcome is {described(each)}", remedy, each.place)
    return tuple(outcomes)


def _check_outcome(node: Members, words: Words, report: Report) -> None:
    kinds = [key for key, _ in node if key.text in _KINDS]
    if len(kinds) > 1:
        message = f"`{kinds[0].text}` and `{kinds[1].text}` exclude each other"
        report.add("key-conflict", message, "keep one", kinds[1].place)
    elif kinds:
        Form(node, "the outcome", _RECORDED if kinds[0].text == "record" else (kinds[0].text, "tag"), report)
        _check_named(node, words, report)
    else:
        _check_published(node, words, report)


def _check_published(node: Members, words: Words, report: Report) -> None:
    known = (*_PUBLISHED, *_KINDS, *(words.fields or ()))
    slips = [key for key, _ in node if key.text not in known and nearest(key.text[:60], ("topic", *_KINDS))]
    if node.get("topic") is None and not slips:
        report.add(
            "key-missing", "the outcome has no `topic`", "add `topic`, `reject`, `ignore` or `record`", node.place
        )
    if words.fields is not None or (slips and node.get("topic") is None):
        Form(node, "the outcome", known, report)
    for key, value in node:
        if words.fields is not None and key.text in CONTEXT and isinstance(value, Members):
            Form(value, f"`{key.text}`", CONTEXT[key.text], report)


def _check_named(node: Members, words: Words, report: Report) -> None:
    reject, ignore = node.get("reject"), node.get("ignore")
    if isinstance(reject, Leaf) and reject.text not in CODES:
        remedy = did_you_mean(reject.text[:60], list(CODES))
        report.add("key-value", f"no finding has the code `{reject.text[:60]}`", remedy, reject.place)
    if isinstance(ignore, Leaf) and ignore.text not in words.rules and ignore.text not in REASONS:
        remedy = did_you_mean(ignore.text[:60], (*words.rules, *REASONS))
        report.add("key-value", f"no rule `{ignore.text[:60]}` could ignore it", remedy, ignore.place)
