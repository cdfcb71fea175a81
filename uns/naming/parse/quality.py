"""`quality` of a source: where it stands and what its values mean. Numbers are never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, cast

from uns.decode.pointer import Pointer
from uns.decode.source import QualitySpec
from uns.message import Quality
from uns.naming.node import Leaf
from uns.naming.parse.form import Form
from uns.naming.parse.pointers import read_pointer
from uns.naming.parse.report import Report

MAX_VALUES: Final = 1_000
_LISTS: Final = ("good", "uncertain", "bad")
_READINGS: Final = ("bool", "opcda", "opcua", "text")
_KEYS: Final = ("at", "as", *_LISTS, "absent", "else")


def read_quality(form: Form, each: Sequence[Pointer], report: Report) -> QualitySpec | None:
    node = form.node("quality")
    if node is None:
        return None
    if isinstance(node, Leaf):
        remedy = f"write `{{at: {node.text[:60]}, as: bool}}`; `as` is bool, opcda, opcua or text, or list the values"
        report.add("key-value", "`quality` does not say how it is read", remedy, node.place)
        return None
    inner = Form(node, "`quality`", _KEYS, report, required=("at",))
    at = read_pointer(inner.leaf("at"), report, each)
    as_ = inner.choice("as", _READINGS, "")
    listed = _listed(inner, report)
    if inner.has("as") and listed:
        report.add("key-conflict", "`as` and lists of values exclude each other", "keep one", inner.key_place("as"))
    elif inner.sound and not inner.has("as") and not any(inner.has(each) for each in _LISTS):
        inner.missing(
            "as", "say `as: bool`, `opcda`, `opcua` or `text`, or list values under `good`, `uncertain`, `bad`"
        )
    absent = Quality(inner.choice("absent", _LISTS, "good"))
    otherwise = Quality(inner.choice("else", _LISTS, "bad"))
    if at is None:
        return None
    reading = cast(Literal["bool", "opcda", "opcua", "text"], as_) if as_ else None
    return QualitySpec(at, reading, listed, absent, otherwise)


def _listed(form: Form, report: Report) -> dict[str, Quality]:
    listed: dict[str, Quality] = {}
    for quality in _LISTS:
        if not form.has(quality):
            continue
        for leaf in form.leaves(quality, MAX_VALUES):
            if leaf.text in listed:
                message = f"`{leaf.text[:60]}` is both {listed[leaf.text]} and {quality}"
                report.add("key-conflict", message, "list it once", leaf.place)
            listed.setdefault(leaf.text, Quality(quality))
    return listed
