"""What `uns registry import` is told beside a calendar file: whose shifts are off, by which events, and when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from uns.cli.app import WRONG_USE, fail
from uns.cli.context import equipment_of
from uns.instant import Instant

if TYPE_CHECKING:
    from uns.naming.standard import Standard
    from uns.registry.ics import Wanted


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
        from uns.registry.ics import OutOfReach, Wanted, horizon_of

        path = equipment_of(self.equipment or "", standard)
        dates, zone = (_date("--from", self.since), _date("--until", self.until)), standard.sites[path.site].zone
        try:
            horizon = horizon_of(*dates, now, ZoneInfo(zone))
        except OutOfReach as error:
            fail(WRONG_USE, f"--{error.end}: {error}", error.remedy)
        return Wanted(path, horizon, tuple(self.shifts), tuple(self.only), tuple(self.but), self.replaces)


def _date(option: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        fail(WRONG_USE, f"{option}: {text!r} is no date", "write it like 2026-12-25")
