"""`time` of a source: where the event time stands and how it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from uns.decode.pointer import Pointer
from uns.decode.source import RECEIVED, TimeSpec
from uns.decode.times import FORMS, checked_form
from uns.finding import Malformed
from uns.naming.node import Leaf, Members
from uns.naming.parse.form import Form
from uns.naming.parse.pointers import read_pointer
from uns.naming.parse.report import Report
from uns.naming.parse.scalar import zone

_NUMBERS: Final = ("s", "ms", "us", "ns")
_YEAR: Final = re.compile(r"%[YyGcx]")


def read_time(form: Form, each: Sequence[Pointer], zones: tuple[str, ...], may_be_local: bool) -> TimeSpec:
    report = form.report
    node = form.node("time")
    if node is None:
        return TimeSpec()
    if isinstance(node, Members):
        inner = Form(node, "`time`", ("at", "as", "zone"), report, required=("at",))
        as_ = _form_of(inner.leaf("as"), report)
        zoned = zone(inner.leaf("zone"), report)
        leaves = inner.leaves("at")
        named = inner.has("zone")
    else:
        as_, zoned, named, leaves = "auto", None, False, form.leaves("time")
    at = tuple(pointer for leaf in _before_received(leaves, report) if (pointer := read_pointer(leaf, report, each)))
    local = as_ in ("auto", "iso") or (as_ not in _NUMBERS and "%z" not in as_)
    if at and local and may_be_local and not named and len(set(zones)) > 1:
        remedy = "write `time: {at: …, zone: …}`; the file's sites lie in several zones"
        report.add("key-missing", "the source has no `zone` for times without offset", remedy, node.place)
    return TimeSpec(at, not leaves or leaves[-1].text == RECEIVED, as_, zoned)


def _before_received(leaves: tuple[Leaf, ...], report: Report) -> tuple[Leaf, ...]:
    """The pointers of the list: `received` may stand last only."""
    for leaf in leaves[:-1]:
        if leaf.text == RECEIVED:
            report.add("key-value", "`received` stands before the end of `time`", "move it to the end", leaf.place)
    return tuple(leaf for leaf in leaves if leaf.text != RECEIVED)


def _form_of(leaf: Leaf | None, report: Report) -> str:
    if leaf is None:
        return "auto"
    try:
        form = checked_form(leaf.text)
    except Malformed as error:
        report.malformed(error, leaf.place)
        return "auto"
    if form not in FORMS and not _YEAR.search(form):
        message = f"`{form}` holds no year, so that no time could be believed"
        report.add("key-value", message, "write a format with `%Y` or `%y`, or `time: received`", leaf.place)
    return form
