"""A calendar file's lines, unfolded, each with its place; and the events that they make up.

`icalendar` reads what a line says. Which line it was it does not tell, and lines that do not matter here (attachments,
attendees, links) are never read, still less followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from icalendar.parser import Contentline

from uns.finding import FilePlace
from uns.naming.parse.report import Report

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_LINE: Final = 64 * 1024
"""Characters of a line that are read; a longer one is a description, or hostile."""
_NAMED: Final = re.compile(r"([A-Za-z0-9_.-]+)[;:]")
_READ: Final = frozenset({
    "UID", "SUMMARY", "CATEGORIES", "DESCRIPTION", "STATUS", "SEQUENCE", "DTSTART", "DTEND", "DURATION", "RRULE",
    "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID",
})  # fmt: skip
_AGAIN: Final = "save or download the calendar again, as iCalendar (.ics) in UTF-8"


class Line(NamedTuple):
    text: str
    number: int


class Property(NamedTuple):
    """One line of an event, read."""

    parameters: dict[str, Any]
    value: str
    place: FilePlace


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between BEGIN:VEVENT and END:VEVENT, but for what is nested in it, such as alarms."""

    place: FilePlace
    called_off: bool
    """The file takes its events back (METHOD:CANCEL)."""
    properties: dict[str, list[Property]] = field(default_factory=dict)


def read_blocks(content: bytes, file: str, report: Report) -> list[Block]:
    """The events of the file, which may hold several calendars one behind the other."""
    if len(content) > MAX_BYTES:
        remedy = "export the holidays and shutdowns as a calendar of their own"
        report.add("calendar-syntax", f"{len(content)} bytes are over the limit of 4 MiB", remedy, FilePlace(file))
        return []
    blocks: list[Block] = []
    inside: list[Line] = []
    called_off = False
    for line in _unfolded(content, file, report):
        place = FilePlace(file, line.number)
        name, _, value = line.text.partition(":")
        name, value = name.upper(), value.strip().upper()
        if not inside and (name, value) != ("BEGIN", "VCALENDAR"):
            message = f"`{line.text[:60]}` stands where a calendar begins with `BEGIN:VCALENDAR`"
            report.add("calendar-syntax", message, _AGAIN, place)
            return []
        if name == "BEGIN":
            inside.append(Line(value, line.number))
            called_off = called_off and value != "VCALENDAR"
            if value == "VEVENT":
                blocks.append(Block(place, called_off))
        elif name == "END":
            if inside[-1].text != value:
                begun = f"`{inside[-1].text[:60]}` of line {inside[-1].number}"
                report.add("calendar-syntax", f"`END:{value[:60]}` stands where {begun} is open", _AGAIN, place)
                return []
            inside.pop()
        elif inside[-1].text == "VEVENT":
            _keep(line, blocks[-1], place, report)
        else:
            called_off = called_off or (name == "METHOD" and value == "CANCEL")
            _check(line, place, report)
    _check_end(inside, file, report)
    return blocks


def _check_end(inside: list[Line], file: str, report: Report) -> None:
    if inside:
        message = f"the file ends within `{inside[-1].text[:60]}`, which begins here"
        report.add(
            "calendar-syntax", message, "it seems cut off: download it again", FilePlace(file, inside[-1].number)
        )


def _unfolded(content: bytes, file: str, report: Report) -> Iterator[Line]:
    """A line that begins with a blank goes on with the one before; a fold may fall within a character."""
    held: list[bytes] = []
    begun = 0
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        line = line.removesuffix(b"\r")
        if line[:1] in (b" ", b"\t") and held:
            held.append(line[1:])
        elif line.strip():
            yield from _decoded(held, begun, file, report)
            held, begun = [line], number
    yield from _decoded(held, begun, file, report)
    if not begun:
        report.add("calendar-syntax", "the file is empty", _AGAIN, FilePlace(file))


def _decoded(held: list[bytes], begun: int, file: str, report: Report) -> Iterator[Line]:
    if not held:
        return
    try:
        yield Line(b"".join(held).decode("utf-8"), begun)
    except UnicodeDecodeError as error:
        message = f"byte 0x{error.object[error.start]:02X} of this line is not UTF-8"
        report.add("calendar-syntax", message, _AGAIN, FilePlace(file, begun))


def _check(line: Line, place: FilePlace, report: Report) -> str | None:
    """The line's name."""
    match = _NAMED.match(line.text)
    if match is None:
        message = f"`{line.text[:60]}` is no line of a calendar: it has no name with a `:` behind it"
        remedy = "remove it, or begin it with a blank where it goes on with the line before"
        report.add("calendar-syntax", message, remedy, place)
        return None
    return match[1].upper()


def _keep(line: Line, block: Block, place: FilePlace, report: Report) -> None:
    name = _check(line, place, report)
    if name not in _READ:
        return
    try:
        _, parameters, value = Contentline(line.text[:MAX_LINE]).parts()
    except ValueError:
        report.add("calendar-syntax", f"`{line.text[:60]}` cannot be read", "correct it, or remove it", place)
        return
    block.properties.setdefault(name, []).append(Property(dict(parameters), value, place))
