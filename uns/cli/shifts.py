"""`uns registry shifts`: a month of a shift calendar, day by day."""

from __future__ import annotations

import time
from calendar import monthrange
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo

import typer

from uns.cli.app import NEGATIVE, WRONG_USE, Config, Json, fail, one_line, out, settings, show_json
from uns.cli.context import equipment_of
from uns.cli.registry import verbs
from uns.instant import SECOND, Instant, rfc3339, to_datetime

if TYPE_CHECKING:
    from rich.text import Text

    from uns.context.shifts import Calendar
    from uns.context.values import Shift

HOUR: Final = 3600 * SECOND
EARLIEST_YEAR: Final = 1900
LATEST_YEAR: Final = 2200
COLOURS: Final = ("cyan", "green", "yellow", "magenta", "blue", "red")
"""One for each crew, in the order of the hours at which they begin."""
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
    from uns.context.shifts import calendar_for, wall_clock
    from uns.registry.timeline import around

    chosen = settings(config)
    with registry(chosen) as engine:
        standard = standard_of(chosen, engine)
        path = equipment_of(equipment, standard)
        zone = ZoneInfo(standard.sites[path.site].zone)
        now = to_datetime(time.time_ns()).astimezone(zone).date()
        first = _first(month) if month is not None else now.replace(day=1)
        calendar = calendar_for(path, around(engine, standard, wall_clock(first, 0, zone)).calendars)
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
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        fail(WRONG_USE, f"--month: {month!r} is no month", "write it like 2026-11")
    if not EARLIEST_YEAR <= first.year <= LATEST_YEAR:
        fail(WRONG_USE, f"--month: no calendar goes to {first.year}", f"name one of {EARLIEST_YEAR} to {LATEST_YEAR}")
    return first


def _members(shift: Shift) -> dict[str, str | None]:
    times = {"start": rfc3339(shift.start), "stop": rfc3339(shift.stop)}
    return {"id": shift.id, "date": shift.date, **times, "crew": shift.crew, "equipment": shift.equipment}


def _draw(days: Days, calendar: Calendar, zone: ZoneInfo, now: date) -> None:
    """A line for each day with a column for each shift, and below them the hours of each crew."""
    from rich.cells import cell_len, set_cell_size
    from rich.text import Text

    every = sorted((shift for _, shifts in days for shift in shifts), key=lambda each: _clock(each.start, zone))
    begins: dict[str, list[str]] = {}
    for shift in every:
        begins.setdefault(shift.id, []).append(_clock(shift.start, zone))
    columns = dict.fromkeys(sorted(begins, key=lambda each: Counter(begins[each]).most_common(1)))
    columns.update(dict.fromkeys(each for day, _ in days for each in calendar.exceptions_of(day)))
    hours: dict[str, float] = {}
    for shift in every:
        hours[shift.crew or ""] = hours.get(shift.crew or "", 0) + (shift.stop - shift.start) / HOUR
    colours = {crew: COLOURS[number % len(COLOURS)] for number, crew in enumerate(hours)}
    head = [one_line(each) for each in columns]
    lines = [[_cell(day, each, shifts, calendar, zone) for each in columns] for day, shifts in days]
    widths = [max(map(cell_len, column)) for column in zip(head, *lines, strict=True)]
    line = Text("       ", "bold")
    for title, width in zip(head, widths, strict=True):
        line.append(f" {set_cell_size(title, width)} ")
    _print(line)
    for (day, shifts), cells in zip(days, lines, strict=True):
        crews = {shift.id: shift.crew or "" for shift in shifts}
        line = Text()
        line.append(f"{day:%a %d} ", "reverse" if day == now else "dim" if day.weekday() > 4 else "")
        for each, cell, width in zip(columns, cells, widths, strict=True):
            line.append(f" {set_cell_size(cell, width)} ", colours[crews[each]] if each in crews else "dim")
        _print(line)
    for crew, worked in sorted(hours.items()):
        _print(Text(f"crew {one_line(crew)}  {worked:g} h" if crew else f"no crew  {worked:g} h", colours[crew]))


def _print(line: Text) -> None:
    line.rstrip()
    out.print(line, highlight=False, soft_wrap=True)


def _cell(day: date, name: str, shifts: list[Shift], calendar: Calendar, zone: ZoneInfo) -> str:
    """What the day has of the shift of that name."""
    found = [_times(each, zone) for each in shifts if each.id == name]
    changed = name in calendar.exceptions_of(day)
    return " ".join([*(found or (["off"] if changed else [])), *(["*"] if changed else [])])


def _times(shift: Shift, zone: ZoneInfo) -> str:
    parts = [f"{_clock(shift.start, zone)}–{_clock(shift.stop, zone)}", one_line(shift.crew or "")]
    start, stop = (to_datetime(each).astimezone(zone).utcoffset() for each in (shift.start, shift.stop))
    if start != stop:
        parts.append(f"({(shift.stop - shift.start) / HOUR:g} h)")
    return " ".join(part for part in parts if part)


def _clock(instant: Instant, zone: ZoneInfo) -> str:
    return to_datetime(instant).astimezone(zone).strftime("%H:%M")
