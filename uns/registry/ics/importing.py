"""Importing a calendar file: the shifts that its events take off become exceptions, all of them or none.

What it takes off bears its name, so that what people and sheets took off is never put on again by a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fnmatch import translate
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select

from uns.context.shifts import ShiftException
from uns.equipment import EquipmentPath
from uns.finding import FilePlace, Malformed, found, nearest
from uns.naming.parse.report import Report
from uns.naming.standard import Standard
from uns.registry.csv.importing import Imported, in_order
from uns.registry.held import Tally, believed
from uns.registry.ics.event import Event, read_event, words_of
from uns.registry.ics.lines import Block, read_blocks
from uns.registry.ics.series import Days, Horizon, Hours, unrolled
from uns.registry.ics.shifts_off import Key, Off, Shifts
from uns.registry.noun import Noun
from uns.registry.nouns import SHIFT_EXCEPTIONS, SHIFT_PATTERNS
from uns.registry.tables import SHIFT_EXCEPTIONS as TABLE
from uns.registry.writing import Author, Check, Writing, anyway, writing

V = TypeVar("V")
_TOLD: Final = 6
_STAY: Final = "they stay off; where this file is to say all, `--replace` puts on again what a calendar took off"
_NOT_ASKED: Final = "they stay off; to take them in too, change --only or --except"
_BY_HAND: Final = "no calendar took them off, so they stay: `uns registry remove shift-exceptions` puts them on again"


class Wanted(NamedTuple):
    """Whose shifts the events take off, and which events; patterns such as `*holiday*`, in any case of letters."""

    equipment: EquipmentPath
    horizon: Horizon
    shifts: tuple[str, ...] = ()
    """All that the calendar has, where none is named."""
    only: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    replaces: bool = False
    """Shifts that a calendar took off within the horizon, and that no event takes off, are on again."""
    calendar: str | None = None
    """What the file is called in the history, where its places bear another name."""


def take_calendar(
    engine: Engine, content: bytes, file: str, standard: Standard, wanted: Wanted, author: Author,
    check: Check = anyway,
) -> Imported:  # fmt: skip
    """Shifts that are off already change nothing; those that have times of their own on that date keep them."""
    report, zone = Report(), ZoneInfo(standard.sites[wanted.equipment.site].zone)
    blocks, tally = read_blocks(content, file, report), Tally()
    if report.errors:  # what is cut off or damaged would only be told again, as events that lack something
        return Imported(in_order(report), tally)
    if not any(_is_meant(words_of(each), wanted) for each in blocks):
        remedy = "check --only and --except" if blocks else "save or download the calendar again"
        events = f"{len(blocks)} {'event' if len(blocks) == 1 else 'events'}"
        report.add("event-invalid", f"of {events} in this file none is meant", remedy, FilePlace(file))
    spans = _spans(blocks, zone, wanted, report)
    with writing(engine, author, check=check) as open_one:
        shifts = _shifts(open_one, zone, wanted, report, file)
        off = shifts.off(spans, wanted.horizon, report) if shifts is not None else None
        if shifts is not None and off is not None and not report.errors:
            tally, gone = _put(open_one, off, shifts, wanted, report, file)
            _tell(gone, _left_out(gone, blocks, shifts, wanted), wanted.replaces, report, file)
    return Imported(in_order(report), tally)


def _spans(blocks: Sequence[Block], zone: ZoneInfo, wanted: Wanted, report: Report) -> list[Days | Hours]:
    """Of the events that are meant; what is wrong with others keeps nobody. One in the place of another is chosen by
    its own words, and read in any case, since the other is not to stand then."""
    events: list[Event] = []
    for block in blocks:
        meant = _is_meant(words_of(block), wanted)
        event = read_event(block, zone, report if meant else Report())
        if event is not None and (meant or event.instead_of is not None):
            events.append(event)
    spans = unrolled(events, zone, wanted.horizon, report)
    return [span for span in spans if _is_meant(span.event.words, wanted)]


def _is_meant(words: Sequence[str], wanted: Wanted) -> bool:
    return (not wanted.only or _any(wanted.only, words)) and not _any(wanted.but, words)


def _any(patterns: tuple[str, ...], words: Sequence[str]) -> bool:
    return bool(patterns) and any(_one_of(patterns).match(word.casefold()) for word in words)


@lru_cache(maxsize=8)
def _one_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """All at once: a file may have a hundred thousand words, and one after the other that takes a minute."""
    return re.compile("|".join(translate(each.casefold()) for each in patterns))


def _shifts(open_one: Writing, zone: ZoneInfo, wanted: Wanted, report: Report, file: str) -> Shifts | None:
    """What the registry has of that calendar; None where it lacks it, or a shift that was named."""
    patterns = _known(open_one, SHIFT_PATTERNS, wanted.equipment)
    ids = {each.id for each in patterns}
    if not patterns:
        message = f"nobody has entered shifts of {wanted.equipment} itself"
        remedy = "name the equipment that stands in the column `site` of the shifts, or import them first"
        report.malformed(Malformed("event-invalid", message, remedy), FilePlace(file))
        return None
    for unknown in sorted(set(wanted.shifts) - ids):
        near = nearest(unknown, ids)
        remedy = f"did you mean `{near}`?" if near else f"they are {', '.join(sorted(ids)[:_TOLD])}"
        message = f"{wanted.equipment} has no shift `{unknown[:60]}`"
        report.malformed(Malformed("event-invalid", message, remedy), FilePlace(file))
    exceptions = _known(open_one, SHIFT_EXCEPTIONS, wanted.equipment)
    return Shifts(wanted.equipment, zone, patterns, exceptions, wanted.shifts)


def _known(open_one: Writing, noun: Noun[V], equipment: EquipmentPath) -> list[V]:
    wanted = select(noun.table).where(believed(noun.table), noun.table.c.equipment == str(equipment))
    return [noun.of_row(row) for row in open_one.connection.execute(wanted)]


def _put(
    open_one: Writing, off: Off, shifts: Shifts, wanted: Wanted, report: Report, file: str
) -> tuple[Tally, list[Key]]:  # fmt: skip
    """Each says in the history by which event, unless somebody gave another reason. Beside it what is off without."""
    kept = shifts.kept(off.by, report)
    come = {key: event for key, event in off.by.items() if key not in shifts.exceptions}
    _take_off(open_one, come, wanted, _plain((wanted.calendar or file)[-99:]))
    gone, removed = sorted(_gone(off, shifts, wanted.horizon)), list[int]()
    if wanted.replaces:
        known = _by_calendars(open_one, wanted.equipment)
        removed = [known[key] for key in gone if key in known]
        gone = [key for key in gone if key not in known]
        open_one.supersede(TABLE, removed)
    unchanged = sum(key in shifts.exceptions for key in off.by if key not in kept)
    return Tally(len(come), unchanged=unchanged, removed=len(removed)), gone


def _take_off(open_one: Writing, come: Mapping[Key, Event], wanted: Wanted, calendar: str) -> None:
    author, reasons = open_one.author, dict[str, list[Mapping[str, Any]]]()
    for key, event in sorted(come.items(), key=lambda each: each[0]):
        row = SHIFT_EXCEPTIONS.to_row(ShiftException(str(wanted.equipment), *key))
        reason = author.why or f"{_plain(event.summary[:100])}, {calendar}"
        reasons.setdefault(reason, []).append({**row, "calendar": calendar})
    for reason, rows in reasons.items():
        open_one.author = replace(author, why=reason)
        open_one.add(TABLE, rows)
    open_one.author = author


def _gone(off: Off, shifts: Shifts, horizon: Horizon) -> list[Key]:
    """Those that are off, and of which no event speaks."""
    known = {key for key, each in shifts.exceptions.items() if each.start is None} - off.by.keys() - off.cut
    return [key for key in known if horizon.since <= key[0] < horizon.until]


def _by_calendars(open_one: Writing, equipment: EquipmentPath) -> dict[Key, int]:
    """The rows of those that a calendar took off."""
    wanted = select(TABLE).where(believed(TABLE), TABLE.c.equipment == str(equipment), TABLE.c.calendar.is_not(None))
    return {(date.fromisoformat(row.date), row.id): row.row for row in open_one.connection.execute(wanted)}


def _left_out(gone: Sequence[Key], blocks: Sequence[Block], shifts: Shifts, wanted: Wanted) -> set[Key]:
    """Those of them that events of the file take off which are not meant."""
    if not gone or not (wanted.only or wanted.but):
        return set()
    unheard, everything = Report(), wanted._replace(only=(), but=())
    return set(gone) & shifts.off(_spans(blocks, shifts.zone, everything, unheard), wanted.horizon, unheard).by.keys()


def _tell(gone: Sequence[Key], left_out: set[Key], replaces: bool, report: Report, file: str) -> None:
    for said, keys, remedy in (
        ("no event of this file says so", [each for each in gone if each not in left_out], _STAY),
        ("the events of this file that say so are left out here", sorted(left_out), _NOT_ASKED),
    ):
        if keys:
            some = ", ".join(f"{day} {name}" for day, name in keys[:_TOLD])
            more = f" and {len(keys) - _TOLD} more" if len(keys) > _TOLD else ""
            message = f"off in the registry, and {said}: {some}{more}"
            report.take(found("event-gone", message, _BY_HAND if replaces else remedy, FilePlace(file)))


def _plain(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)
