"""One event of a calendar file: when it is, how it repeats, and what it stands in place of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from uns.finding import FilePlace, Malformed
from uns.naming.parse.report import Report
from uns.registry.ics.lines import Block, Property
from uns.registry.ics.rule import Rule
from uns.registry.ics.values import Moment, as_day, lasting, moment, read_rule

DAY: Final = timedelta(days=1)
_ONCE: Final = ("UID", "SEQUENCE", "STATUS", "DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID")


@dataclass(frozen=True, slots=True)
class Event:
    place: FilePlace
    uid: str | None
    sequence: int
    summary: str
    words: tuple[str, ...]
    """What it can be chosen by: summary, categories, and the lines of its description."""
    start: Moment
    length: timedelta
    """By the clocks: a day is one on which they change, too."""
    rule: Rule | None
    more: tuple[Moment, ...]
    but: tuple[Moment, ...]
    instead_of: Moment | None
    """The occurrence of its series in whose place it is."""
    called_off: bool


def read_event(block: Block, site: tzinfo, report: Report) -> Event | None:
    """None where something in it cannot be taken, which is told."""
    said = block.properties
    before = report.errors
    for name in _ONCE:
        for twice in said.get(name, [])[1:]:
            report.add("event-invalid", f"`{name}` stands twice in this event", "remove one of the two", twice.place)
    for each in said.get("EXRULE", []):
        report.add("event-invalid", "`EXRULE` is not read", "write the dates as EXDATE", each.place)
    if "DTSTART" not in said:
        report.add("event-invalid", "the event has no DTSTART", "write when it begins, or remove it", block.place)
    if report.errors > before:
        return None
    read = _Reading(said, site, report)
    start = read.one("DTSTART")
    if start is None:
        return None
    instead_of, more, but = read.one("RECURRENCE-ID"), read.many("RDATE"), read.many("EXDATE")
    length, rule = read.length(start), read.rule(start)
    if report.errors > before:
        return None
    if not isinstance(start, datetime):
        but = tuple(as_day(each, site) for each in but)
        instead_of = instead_of and as_day(instead_of, site)
    words = words_of(block)
    called_off = block.called_off or _text(said, "STATUS").strip().upper() == "CANCELLED"
    sequence = _text(said, "SEQUENCE").strip()
    return Event(
        said["DTSTART"][0].place, _text(said, "UID") or None, int(sequence) if sequence[:9].isdecimal() else 0,
        words[0] if words else "an event", words, start, length, rule, more, but, instead_of, called_off,
    )  # fmt: skip


class _Reading:
    """The dates and times of one event; what cannot be read is told at its line."""

    def __init__(self, said: Mapping[str, list[Property]], site: tzinfo, report: Report) -> None:
        self._said, self._site, self._report = said, site, report

    def one(self, name: str) -> Moment | None:
        for each in self._said.get(name, ()):
            if "RANGE" in each.parameters:
                message = "`RANGE=THISANDFUTURE` changes all that follow"
                remedy = "end the series there with UNTIL, and begin another event"
                self._report.add("event-invalid", message, remedy, each.place)
            return self._moment(each, each.value)
        return None

    def many(self, name: str) -> tuple[Moment, ...]:
        texts = ((each, text) for each in self._said.get(name, ()) for text in each.value.split(",") if text.strip())
        return tuple(found for each, text in texts if (found := self._moment(each, text)) is not None)

    def length(self, start: Moment) -> timedelta:
        stop, whole = self.one("DTEND"), not isinstance(start, datetime)
        try:
            if "DTEND" in self._said:
                where = self._said["DTEND"][0].place
                return _between(start, stop) if stop is not None else DAY
            where = self._said["DURATION"][0].place if "DURATION" in self._said else self._said["DTSTART"][0].place
            if "DURATION" not in self._said:
                return DAY if whole else timedelta()
            length = lasting(self._said["DURATION"][0].value)
            if whole and length % DAY:
                raise Malformed("event-invalid", "a whole day cannot last hours", "write the duration in days: P1D")
            return max(length, DAY) if whole else length
        except Malformed as error:
            self._report.malformed(error, where)
            return DAY

    def rule(self, start: Moment) -> Rule | None:
        for each in self._said.get("RRULE", ()):
            try:
                return read_rule(each.value, start, self._site)
            except Malformed as error:
                self._report.malformed(error, each.place)
        return None

    def _moment(self, each: Property, text: str) -> Moment | None:
        try:
            return moment(text, each.parameters, self._site)
        except Malformed as error:
            self._report.malformed(error, each.place)
            return None


def _between(start: Moment, stop: Moment) -> timedelta:
    """An all-day event that ends on the date of its beginning is that day: some programs write it so."""
    if isinstance(start, datetime) and isinstance(stop, datetime):
        length = stop.astimezone(start.tzinfo).replace(tzinfo=None) - start.replace(tzinfo=None)
    elif isinstance(start, datetime) or isinstance(stop, datetime):
        remedy = "write both as dates, or both as times"
        raise Malformed("event-invalid", "one of DTSTART and DTEND is a date, the other a time", remedy)
    else:
        length = stop - start or DAY
    if length < timedelta():
        raise Malformed("event-invalid", "DTEND is before DTSTART", "correct one of them")
    return length


def words_of(block: Block) -> tuple[str, ...]:
    """Summary first, where there is one."""
    said = block.properties
    categories = [word for each in said.get("CATEGORIES", ()) for word in each.value.split(",")]
    texts = [_text(said, "SUMMARY"), *categories, *_text(said, "DESCRIPTION").splitlines()]
    return tuple(dict.fromkeys(word for each in texts if (word := " ".join(each.split()))))


def _text(said: Mapping[str, Any], name: str) -> str:
    return str(said[name][0].value) if name in said else ""
