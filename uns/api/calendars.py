"""`/shift-calendars`: the shifts of a site, or of equipment that has its own, and their exceptions, put whole."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from uns.api.calendar_judgement import begun_twice, ended_before, excepted_twice, half_timed, without_turns
from uns.api.condition import Condition, Tag
from uns.api.fields import Time, Why, WhyAsked, Word, rest
from uns.api.listing import DEFAULT_LIMIT, Cursor, Limit, answer, part, strong_tag_of, tag_of
from uns.api.misfits import MOST
from uns.api.models import Answer, Page
from uns.api.problem import Refused
from uns.api.surroundings import Here, Surroundings, in_force
from uns.context.shifts import LONGEST_TURN, ShiftException, ShiftPattern
from uns.context.written import DAYS, Day, time_of_day
from uns.equipment import EquipmentPath
from uns.finding import FilePlace, Malformed
from uns.naming.equipment import read_equipment
from uns.registry.calendars import HeldCalendar, calendar_in, calendar_of, put_calendar, with_a_calendar
from uns.registry.writing import Transaction

router = APIRouter(tags=["registry"])


class Pattern(Answer):
    """A shift that repeats; a stop not after the start is on the next day."""

    id: Word
    days: Annotated[list[Day], Field(min_length=1, max_length=7, description="on which it begins")]
    start: Time
    stop: Time
    crew: Word | None = None
    since: date | None = Field(None, alias="from")
    until: date | None = Field(None, description="the first date without it")
    turn: Annotated[int | None, Field(ge=1, le=LONGEST_TURN)] = Field(
        None, description="days after which the next of the crews takes over; `crew` names all, with blanks between"
    )


class Exceptional(Answer):
    """In place of that date's shift, or another one; without times there is none."""

    date: date
    id: Word
    start: Time | None = None
    stop: Time | None = None
    crew: Word | None = None


class CalendarPut(Answer):
    shifts: Annotated[list[Pattern], Field(max_length=1_000)]
    exceptions: Annotated[list[Exceptional], Field(max_length=10_000)] = Field(default_factory=list)
    why: Why = None


class CalendarShown(Answer):
    equipment: str
    site: str
    zone: str
    shifts: list[Pattern]
    exceptions: list[Exceptional]
    revision: str = Field(description="the registry's, in which it last changed")


@router.get("/shift-calendars", response_model=Page[CalendarShown], summary="Every site's calendar, and those below")
async def listed(request: Request, here: Here, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Response:
    sites = in_force(here).standard.sites
    below = {each for each in await here.registry.ask(with_a_calendar) if each.partition("/")[0] in sites}
    some, following = part(sorted(below | sites.keys()), str, limit, cursor)
    shown = [await _shown(here, EquipmentPath(each)) for each in some]
    page = Page[CalendarShown](items=shown, next=following)
    return answer(request, tag_of(page.model_dump()), lambda: page)


@router.get("/shift-calendars/{equipment:path}", response_model=CalendarShown, summary="The calendar of a site")
async def one(request: Request, here: Here, equipment: str) -> Response:
    shown = await _shown(here, known(here, equipment))
    return answer(request, _tag(shown), lambda: shown)


@router.put("/shift-calendars/{equipment:path}", summary="Replace the calendar of a site, or of equipment of it")
async def put(
    here: Here, equipment: str, body: CalendarPut, response: Response, given: Condition
) -> CalendarShown:  # fmt: skip
    path = known(here, equipment)
    patterns = [_to_pattern(path, each) for each in body.shifts]
    exceptions = [_to_exception(path, each) for each in body.exceptions]
    findings = [*ended_before(patterns), *begun_twice(patterns), *without_turns(patterns)]
    findings += [*half_timed(body.exceptions), *excepted_twice(exceptions)]
    if findings:
        raise Refused(400, findings[0].message, findings[:MOST])
    check = given.check(tag_in(here, path))
    author = rest(here.clock(), body.why)
    held = await here.registry.ask(put_calendar, str(path), patterns, exceptions, author, check)
    shown = _of(here, path, held)
    response.headers["ETag"] = _tag(shown)
    return shown


@router.delete("/shift-calendars/{equipment:path}", status_code=204, summary="Take out a whole calendar")
async def delete(here: Here, equipment: str, given: Condition, why: WhyAsked = None) -> None:
    """As one put without shifts and exceptions, but 404 where there are none; what was believed until now stays."""
    path = known(here, equipment)
    as_read = given.check(tag_in(here, path))

    def check(transaction: Transaction) -> None:
        as_read(transaction)
        if not any(calendar_in(transaction, str(path))[:2]):
            raise Refused(404, f"{path} has no shift calendar of its own; GET /api/v1/shift-calendars lists them")

    await here.registry.ask(put_calendar, str(path), [], [], rest(here.clock(), why), check)


def tag_in(here: Surroundings, path: EquipmentPath) -> Tag:
    """That of the calendar which is there."""
    return lambda transaction: _tag(_of(here, path, calendar_in(transaction, str(path))))


def _tag(shown: CalendarShown) -> str:
    return strong_tag_of(shown.model_dump())


def known(here: Surroundings, equipment: str) -> EquipmentPath:
    """404 where the standard has no such place."""
    try:
        return read_equipment(in_force(here).standard, equipment)
    except Malformed as error:
        raise Refused(404, str(error), [error.at(FilePlace("{equipment}"))]) from None


async def _shown(here: Here, equipment: EquipmentPath) -> CalendarShown:
    return _of(here, equipment, await here.registry.ask(calendar_of, str(equipment)))


def _of(here: Surroundings, equipment: EquipmentPath, held: HeldCalendar) -> CalendarShown:
    return CalendarShown(
        equipment=equipment,
        site=equipment.site,
        zone=in_force(here).standard.sites[equipment.site].zone,
        shifts=list(map(_pattern, held.patterns)),
        exceptions=list(map(_exception, held.exceptions)),
        revision=str(held.revision),
    )


def _to_pattern(path: EquipmentPath, each: Pattern) -> ShiftPattern:
    days = frozenset(DAYS.index(day) for day in each.days)
    return ShiftPattern(
        str(path),
        each.id,
        days,
        _minutes(each.start),
        _minutes(each.stop),
        each.crew,
        each.since,
        each.until,
        each.turn,
    )


def _to_exception(path: EquipmentPath, each: Exceptional) -> ShiftException:
    start = _minutes(each.start) if each.start else None
    return ShiftException(str(path), each.date, each.id, start, _minutes(each.stop) if each.stop else None, each.crew)


def _pattern(each: ShiftPattern) -> Pattern:
    return Pattern(
        id=each.id,
        days=[day for index, day in enumerate(DAYS) if index in each.days],
        start=time_of_day(each.start) or "",
        stop=time_of_day(each.stop) or "",
        crew=each.crew,
        since=each.since,
        until=each.until,
        turn=each.turn,
    )


def _exception(each: ShiftException) -> Exceptional:
    return Exceptional(
        date=each.date, id=each.id, start=time_of_day(each.start), stop=time_of_day(each.stop), crew=each.crew
    )


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
