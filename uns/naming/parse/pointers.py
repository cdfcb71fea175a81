"""Pointers, patterns and templates of rule files, with the place of what is wrong in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from uns.decode.pointer import Pointer
from uns.finding import Malformed, Severity, found
from uns.naming.node import Leaf
from uns.naming.parse.report import Report
from uns.naming.pattern import Pattern
from uns.naming.template import Template


def is_pointer(text: str) -> bool:
    """Where text is allowed too, this is what makes a pointer."""
    return text == "." or text.startswith(("/", "./"))


def read_pointer(leaf: Leaf | None, report: Report, each: Sequence[Pointer] | None = None) -> Pointer | None:
    """A pointer; outside `each`, what its wildcards bind to is checked."""
    if leaf is None:
        return None
    try:
        pointer = Pointer.parse(leaf.text)
    except Malformed as error:
        report.malformed(error, leaf.place)
        return None
    unbound = pointer.bound_by(each) if each is not None else None
    if unbound is not None:
        report.malformed(unbound, leaf.place)
        return None
    return pointer


def read_pointers(leaves: Iterable[Leaf], report: Report) -> tuple[Pointer, ...]:
    return tuple(pointer for leaf in leaves if (pointer := read_pointer(leaf, report)) is not None)


def read_pattern(leaf: Leaf | None, report: Report, *, tag: bool = False) -> Pattern | None:
    if leaf is None:
        return None
    try:
        pattern = Pattern.parse(leaf.text, tag=tag)
    except Malformed as error:
        report.malformed(error, leaf.place)
        return None
    if "*" in leaf.text[1:] or leaf.text.startswith("*."):  # `*name` is a YAML alias, and told as that
        remedy = "write `{name}` for a part of a level, `+` for a whole one"
        message = f"`*` in `{leaf.text[:60]}` stands for itself, not for any text"
        report.take(found("pattern-syntax", message, remedy, leaf.place, Severity.WARNING))
    return pattern


def read_template(leaf: Leaf | None, report: Report) -> Template | None:
    if leaf is None:
        return None
    try:
        return Template.parse(leaf.text)
    except Malformed as error:
        report.malformed(error, leaf.place)
        return None
