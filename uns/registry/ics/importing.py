"""Importing a calendar file: the shifts that its events take off become exceptions, all of them or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Final, NamedTuple, TypeVar
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
from uns.registry.writing import Author, Writing, writing

V = TypeVar("V")
_TOLD: Final = 6


class Wanted(NamedTuple):
    """Whose shifts the events take off, and which events; patterns such as `*holiday*`, in any case of letters."""

    equipment: EquipmentPath
    horizon: Horizon
    shifts: tuple[str, ...] = ()
    """All that the calendar has, where none is named."""
    only: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    replaces: bool = False
    """Shifts that are off within the horizon, and that no event takes off, are on again."""


def take_calendar(
    engine: Engine, content: bytes, file: str, standard: Standard, wanted: Wanted, author: Author
) -> Imported:
    """Shifts that are off already change nothing; those that have times of their own on that date keep them."""
    report, zone = Report(), ZoneInfo(standard.sites[wanted.equipment.site].zone)
    blocks, tally = read_blocks(content, file, report), Tally()
    if report.errors:  # what is cut off or damaged would only be told again, as events that lack something
        return Imported(in_order(report), tally)
    if not any(_is_meant(words_of(each), wanted) for each in blocks):
        remedy = "check --only and --except" if blocks else "save or download the calendar again"
        report.add("event-invalid", f"none of the {len(blocks)} events of this file is meant", remedy, FilePlace(file))
    spans = _spans(blocks, zone, wanted, report)
    with writing(engine, author) as open_one:
        shifts = _shifts(open_one, zone, wanted, report, file)
        off = shifts.off(spans, wanted.horizon, report) if shifts is not None else None
        if shifts is not None and off is not None and not report.errors:
            tally = _put(open_one, off, shifts, wanted, report, file)
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


def _any(patterns: Iterable[str], words: Sequence[str]) -> bool:
    return any(fnmatchcase(word.casefold(), pattern.casefold()) for pattern in patterns for word in words)


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


def _put(open_one: Writing, off: Off, shifts: Shifts, wanted: Wanted, report: Report, file: str) -> Tally:
    """Each says in the history by which event, unless somebody gave another reason."""
    kept = shifts.kept(off.by, report)
    author, tally = open_one.author, Tally(unchanged=sum(key in shifts.exceptions for key in off.by if key not in kept))
    come: dict[str, list[ShiftException]] = {}
    for key, event in sorted(off.by.items(), key=lambda each: each[0]):
        if key not in shifts.exceptions:
            reason = author.why or _plain(f"{event.summary[:100]}, {file[-99:]}")
            come.setdefault(reason, []).append(ShiftException(str(wanted.equipment), *key))
    for reason, exceptions in come.items():
        open_one.author = replace(author, why=reason)
        tally = tally._replace(added=tally.added + SHIFT_EXCEPTIONS.put_in(open_one, exceptions).added)
    open_one.author = author
    gone = sorted(_gone(off, shifts, wanted.horizon))
    if wanted.replaces:
        _remove(open_one, gone, wanted.equipment)
        return tally._replace(removed=len(gone))
    if gone:
        _tell(gone, report, file)
    return tally


def _gone(off: Off, shifts: Shifts, horizon: Horizon) -> list[Key]:
    """Those that are off, and of which no event speaks."""
    known = {key for key, each in shifts.exceptions.items() if each.start is None} - off.by.keys() - off.cut
    return [key for key in known if horizon.since <= key[0] < horizon.until]


def _remove(open_one: Writing, gone: Sequence[Key], equipment: EquipmentPath) -> None:
    keys = {(day.isoformat(), name) for day, name in gone}
    known = select(TABLE).where(believed(TABLE), TABLE.c.equipment == str(equipment))
    rows = [row.row for row in open_one.connection.execute(known) if (row.date, row.id) in keys]
    open_one.supersede(TABLE, rows)


def _tell(gone: Sequence[Key], report: Report, file: str) -> None:
    some = ", ".join(f"{day} {name}" for day, name in gone[:_TOLD])
    more = f" and {len(gone) - _TOLD} more" if len(gone) > _TOLD else ""
    message = f"off in the registry, and no event of this file says so: {some}{more}"
    remedy = "they stay off; where this file is to say all, import it with --replace"
    report.take(found("event-gone", message, remedy, FilePlace(file)))


def _plain(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)
