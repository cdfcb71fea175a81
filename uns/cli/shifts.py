"""`uns registry shifts`: a month of a shift calendar, day by day."""

from __future__ import annotations

import time
from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo

import typer

from uns.cli.app import NEGATIVE, WRONG_USE, Config, Json, fail, one_line, out, settings, show_json
from uns.cli.context import equipment_of
from uns.cli.registry import verbs
from uns.instant import SECOND, Instant, rfc3339, to_datetime

if TYPE_CHECKING:
    from uns.context.shifts import Calendar
    from uns.context.values import Shift

HOUR: Final = 3600 * SECOND
WIDTH: Final = 22
"""Of a column: times, crew, and a mark."""
COLOURS: Final = ("cyan", "green", "yellow", "magenta", "blue", "red")
"""One for each crew, in the order in which they first work."""
Days = list[tuple[date, "list[Shift]"]]


@verbs.command("shifts")
def shifts(
    equipment: Annotated[str, typer.Argument(help="a site, or equipment of it, with or without the root")],
    month: Annotated[str | None, typer.Option("--month", help="YYYY-MM; without it, this month there")] = None,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """A month of shifts as the calendar has them: who works when, and how many hours each crew has.

    A `*` marks an exception; a shift on which the clocks change shows how long it is.

    Example: `uns registry shifts dallas --month 2026-11`
    """
    from uns.cli.registered import registry, standard_of
    from uns.context.shifts import calendar_for
    from uns.registry.timeline import around

    chosen = settings(config)
    with registry(chosen) as engine:
        standard = standard_of(chosen, engine)
        path = equipment_of(equipment, standard)
        zone = ZoneInfo(standard.sites[path.site].zone)
        now = to_datetime(time.time_ns()).astimezone(zone).date()
        first = _first(month) if month is not None else now.replace(day=1)
        calendar = calendar_for(path, around(engine, standard, time.time_ns()).calendars)
    if calendar is None:
        fail(NEGATIVE, f"nobody has entered shifts of {path}", "`uns registry import shifts FILE`")
    dates = (first + timedelta(days=each) for each in range(monthrange(first.year, first.month)[1]))
    days = [(each, calendar.of_date(each)) for each in dates]
    if as_json:
        show_json([_members(shift) for _, shifts in days for shift in shifts])
        return
    out.print(f"[bold]{first:%Y-%m}[/]  {standard.root}/{calendar.equipment}  {zone}", highlight=False)
    _draw(days, calendar, zone, now)


def _first(month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        fail(WRONG_USE, f"--month: {month!r} is no month", "write it like 2026-11")


def _members(shift: Shift) -> dict[str, str | None]:
    times = {"start": rfc3339(shift.start), "stop": rfc3339(shift.stop)}
    return {"id": shift.id, "date": shift.date, **times, "crew": shift.crew, "equipment": shift.equipment}


def _draw(days: Days, calendar: Calendar, zone: ZoneInfo, now: date) -> None:
    """A line for each day with a column for each shift, and below them the hours of each crew."""
    from rich.text import Text

    every = sorted((shift for _, shifts in days for shift in shifts), key=lambda each: _clock(each.start, zone))
    columns = dict.fromkeys(shift.id for shift in every)
    columns.update(dict.fromkeys(each for day, _ in days for each in calendar.exceptions_of(day)))
    hours: dict[str, float] = {}
    for shift in every:
        hours[shift.crew or ""] = hours.get(shift.crew or "", 0) + (shift.stop - shift.start) / HOUR
    colours = {crew: COLOURS[number % len(COLOURS)] for number, crew in enumerate(hours)}
    head = "".join(f"{one_line(each):<{WIDTH}}" for each in columns)
    out.print(f"        {head.rstrip()}", style="bold", markup=False, highlight=False)
    for day, shifts in days:
        line = Text(f"{day:%a %d} ", "reverse" if day == now else "dim" if day.weekday() > 4 else "")
        for each in columns:
            told = " ".join(_cell(shift, calendar, zone) for shift in shifts if shift.id == each)
            if not told and each in calendar.exceptions_of(day):
                told = "off *"
            crew = next((shift.crew or "" for shift in shifts if shift.id == each), None)
            line.append(f" {told:<{WIDTH - 1}}", "dim" if crew is None else colours[crew])
        line.rstrip()
        out.print(line, highlight=False)
    for crew, worked in hours.items():
        name = f"crew {one_line(crew)}" if crew else "no crew"
        out.print(f"{name}  {worked:g} h", style=colours[crew], markup=False, highlight=False)


def _cell(shift: Shift, calendar: Calendar, zone: ZoneInfo) -> str:
    parts = [f"{_clock(shift.start, zone)}–{_clock(shift.stop, zone)}", one_line(shift.crew or "")]
    start, stop = (to_datetime(each).astimezone(zone).utcoffset() for each in (shift.start, shift.stop))
    if start != stop:
        parts.append(f"({(shift.stop - shift.start) / HOUR:g} h)")
    if shift.id in calendar.exceptions_of(date.fromisoformat(shift.date)):
        parts.append("*")
    return " ".join(part for part in parts if part)


def _clock(instant: Instant, zone: ZoneInfo) -> str:
    return to_datetime(instant).astimezone(zone).strftime("%H:%M")
