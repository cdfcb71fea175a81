"""`POST /shift-calendars/{equipment}/exceptions`: a calendar file, whose holidays and shutdowns take shifts off.

The file's text is a member of JSON, as long as the API takes nothing else: what a page of another site may send without
asking is refused by its type.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import Field

from uns.api.calendars import known, tag_in
from uns.api.condition import Condition
from uns.api.fields import Why, Word, rest
from uns.api.misfits import MOST
from uns.api.models import Answer, FindingModel
from uns.api.problem import Refused, malformed
from uns.api.surroundings import Here, in_force
from uns.finding import gravest

router = APIRouter(tags=["registry"])
Patterns = Annotated[list[Word], Field(max_length=100, description="of a summary, category or line of description")]


class CalendarFile(Answer):
    calendar: str = Field(description="the file's text, iCalendar")
    name: Word = Field("calendar", description="of the file, for the history")
    shifts: Annotated[list[Word], Field(max_length=1_000, description="only these are off")] = Field(
        default_factory=list
    )
    only: Patterns = Field(default_factory=list)
    but: Patterns = Field(default_factory=list, alias="except")
    since: date | None = Field(None, alias="from", description="from that date on; today there")
    until: date | None = Field(None, description="up to before that date; two years")
    replace: bool = Field(False, description="what a calendar took off, and no event takes off, is on again")
    why: Why = None


class CalendarTaken(Answer):
    """How many exceptions came, were there, and went; with warnings and notes."""

    added: int
    unchanged: int
    removed: int
    findings: list[FindingModel]
    revision: str | None


@router.post("/shift-calendars/{equipment:path}/exceptions", summary="Take shifts off by the events of a calendar file")
async def post(here: Here, equipment: str, body: CalendarFile, given: Condition) -> CalendarTaken:
    from uns.registry.ics import OutOfReach, Wanted, horizon_of, take_calendar

    path, standard = known(here, equipment), in_force(here).standard
    now, zone = here.clock(), ZoneInfo(standard.sites[path.site].zone)
    try:
        horizon = horizon_of(body.since, body.until, now, zone)
    except OutOfReach as error:
        raise malformed(f"/{error.end}", error) from None
    wanted = Wanted(path, horizon, tuple(body.shifts), tuple(body.only), tuple(body.but), body.replace, body.name)
    done = await here.registry.ask(
        take_calendar, body.calendar.encode(errors="replace"), "/calendar", standard, wanted, rest(now, body.why),
        given.check(tag_in(here, path)),
    )  # fmt: skip
    if done.is_refused:
        raise Refused(422, "nothing was taken off: findings say what of the calendar cannot be taken",
                      gravest(done.findings, MOST))  # fmt: skip
    return CalendarTaken(
        added=done.tally.added, unchanged=done.tally.unchanged, removed=done.tally.removed,
        findings=[FindingModel(**each.as_json()) for each in done.findings[:MOST]], revision=here.registry.revision,
    )  # fmt: skip
