"""Tags: the part of an address that stands in the payload."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from uns.decode.fault import Fault
from uns.decode.pointer import Pointer
from uns.decode.source import Source, TagPart
from uns.message import ABSENT, Absent, Reading, Value

MAX_LENGTH: Final = 1_024
_CAPTURE: Final = re.compile(r"(?<!\{)\{([A-Za-z_][A-Za-z0-9_]*)#?\}(?!\})")

Tagger = Callable[[Reading], "str | Fault | None"]
Written = Callable[[Reading], "str | Fault"]


def tagger(source: Source) -> Tagger | None:
    """The tag of each reading: its source's parts joined by `/`, or what `each` captured; None where there is none."""
    if source.tag is None:
        return _captured if any(each.captures for each in source.each) else None
    if not source.tag:
        return None
    parts = [_part(part) for part in source.tag]
    if len(parts) == 1:
        return parts[0]

    def joined(reading: Reading) -> str | Fault:
        texts = []
        for part in parts:
            text = part(reading)
            if isinstance(text, Fault):
                return text
            texts.append(text)
        return _bounded("/".join(texts))

    return joined


def _captured(reading: Reading) -> str | Fault | None:
    captures = reading.captures
    return _bounded("/".join(captures.values())) if captures else None


def _part(part: TagPart) -> Written:
    return _pointed(part) if isinstance(part, Pointer) else _filled(part)


def _pointed(pointer: Pointer) -> Written:
    find, name = pointer.find, pointer.text

    def written(reading: Reading) -> str | Fault:
        raw = find(reading)
        return raw if type(raw) is str and 0 < len(raw) <= MAX_LENGTH else _scalar(raw, name)

    return written


def _scalar(raw: Value | Absent, name: str) -> str | Fault:
    if type(raw) is bool:
        return "true" if raw else "false"
    if type(raw) is int or (type(raw) is float and abs(raw) < float("inf")):
        return str(raw)
    if type(raw) is str and raw:
        return _bounded(raw)
    what = "absent" if raw is ABSENT else "empty" if raw == "" else "null" if raw is None else "not a name"
    return Fault("tag-missing", f"`{name}` is {what}", "correct `tag` of the source")


def _filled(text: str) -> Written:
    pieces = _CAPTURE.split(text)
    literals = [piece.replace("{{", "{").replace("}}", "}") for piece in pieces[::2]]
    names = pieces[1::2]

    def written(reading: Reading) -> str | Fault:
        out = literals[0]
        for name, literal in zip(names, literals[1:], strict=True):
            caught = reading.captures.get(name)
            if caught is None:
                remedy = "capture it in every pointer of `each`"
                return Fault("tag-missing", f"`{{{name}}}` of `tag` is not captured here", remedy)
            out += caught + literal
        return _bounded(out)

    return written


def _bounded(tag: str) -> str | Fault:
    if not tag:
        return Fault("tag-missing", "the tag is empty", "correct `tag` of the source")
    if len(tag) > MAX_LENGTH:
        remedy = "correct `tag` of the source"
        return Fault("payload-limit", f"the tag has {len(tag)} characters, more than {MAX_LENGTH}", remedy)
    return tag
