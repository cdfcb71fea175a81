"""What `uns registry import` is told beside a calendar file: whose shifts are off, by which events, and when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from uns.cli.app import WRONG_USE, fail
from uns.cli.context import equipment_of
from uns.instant import Instant, to_datetime

if TYPE_CHECKING:
    from uns.naming.standard import Standard
    from uns.registry.ics import Wanted

YEARS: Final = 2
MOST_YEARS: Final = 10
EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2200, 1, 1)


def is_calendar(content: bytes, file: str) -> bool:
    """By its name or, where that says nothing, by its first line."""
    begin = content[:64].removeprefix(b"\xef\xbb\xbf").lstrip().upper()
    return file.lower().endswith((".ics", ".ical")) or begin.startswith(b"BEGIN:VCALENDAR")


class Asked(NamedTuple):
    """The options as they were given."""

    equipment: str | None
    shifts: list[str]
    only: list[str]
    but: list[str]
    since: str | None
    until: str | None
    replaces: bool

    def check(self, kind: str, file: str, is_calendar: bool) -> None:
        """The verb ends where the options do not go with the file."""
        if not is_calendar and any(self):
            remedy = "leave --equipment, --shift, --only, --except, --from, --until and --replace out"
            fail(WRONG_USE, f"{file} is no calendar file, and the sheet itself says what they would say", remedy)
        if is_calendar and kind != "shift-exceptions":
            remedy = "`uns registry import shift-exceptions FILE --equipment SITE`, or write the sheet as CSV"
            fail(WRONG_USE, f"{file} is a calendar file, which cannot hold {kind}", remedy)
        if is_calendar and self.equipment is None:
            fail(WRONG_USE, f"a calendar file does not say whose shifts are off: {file}", "add --equipment dallas")

    def wanted(self, standard: Standard, now: Instant) -> Wanted:
        from uns.registry.ics import Horizon, Wanted

        path = equipment_of(self.equipment or "", standard)
        today = to_datetime(now).astimezone(ZoneInfo(standard.sites[path.site].zone)).date()
        since = _date("--from", self.since) or today
        until = _date("--until", self.until) or _later(since, YEARS)
        if not since < until <= _later(since, MOST_YEARS):
            remedy = f"name a date behind it, at most {MOST_YEARS} years"
            fail(WRONG_USE, f"--until: from {since} until before {until} is nothing that can be looked at", remedy)
        events = tuple(self.only), tuple(self.but)
        return Wanted(path, Horizon(since, until), tuple(self.shifts), *events, self.replaces)


def _date(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        fail(WRONG_USE, f"{option}: {text!r} is no date", "write it like 2026-12-25")
    if not EARLIEST <= found <= LATEST:
        fail(WRONG_USE, f"{option}: no calendar goes to {text}", f"name one from {EARLIEST} to {LATEST}")
    return found


def _later(day: date, years: int) -> date:
    """The same date then; 1 March where there is no 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
