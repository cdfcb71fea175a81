"""Dates and times as calendar files write them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from icalendar import vDatetime, vDuration
from icalendar.timezone import tzp

from uns.finding import Malformed, nearest

Moment = date | datetime
"""A whole day, or a time with its zone."""
YEARS: Final = range(1600, 2301)
"""Yearly events may have begun long ago; programs write 1601 where nobody knows."""
_AS: Final = "write a date as 20261225, a time as 20261225T060000Z, or without the Z with a TZID"


def moment(text: str, parameters: Mapping[str, Any], site: tzinfo | None) -> Moment:
    """A time without a zone is on the site's clocks. Raises Malformed."""
    text = text.strip()
    found: Moment
    try:
        if len(text) == 8 and text.isascii() and text.isdigit():
            found = date(int(text[:4]), int(text[4:6]), int(text[6:]))
        elif str(parameters.get("VALUE", "")).upper() in ("DATE", "PERIOD"):
            raise ValueError
        else:
            found = vDatetime.from_ical(text.removesuffix("Z")).replace(tzinfo=_zone(text, parameters, site))
    except ValueError as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed("event-invalid", f"`{text[:60]}` is no date and no time", _AS) from None
    if found.year not in YEARS:
        message = f"`{text[:60]}` is outside the years {YEARS.start} to {YEARS.stop - 1}"
        raise Malformed("event-invalid", message, "correct the year")
    return found


def _zone(text: str, parameters: Mapping[str, Any], site: tzinfo | None) -> tzinfo | None:
    if text.endswith("Z"):
        return UTC
    name = parameters.get("TZID")
    return named(str(name)) if name is not None else site


def named(name: str) -> tzinfo:
    """By its IANA name or that of Windows. What a VTIMEZONE of the file says about it is not asked: it would be an
    outdated copy at best. Raises Malformed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            zone = tzp.timezone(name)
        except OSError:  # the name of a folder of zones
            zone = None
    if zone is None:
        from zoneinfo import available_timezones

        near = nearest(name[:200], available_timezones())
        remedy = f"did you mean `{near}`?" if near else "write the times in UTC, or in a zone such as Europe/Berlin"
        raise Malformed("zone-unknown", f"`{name[:60]}` is no time zone of IANA or Windows", remedy)
    return zone


def lasting(text: str) -> timedelta:
    """Raises Malformed."""
    try:
        found: timedelta = vDuration.from_ical(text.strip())
    except ValueError:
        found = timedelta(days=-1)
    if not timedelta() <= found <= timedelta(days=36_525):
        raise Malformed("event-invalid", f"`{text[:60]}` is no duration", "write it as P1D or PT8H")
    return found


def same(one: Moment, other: Moment) -> bool:
    """Whether an exclusion means that occurrence; where one of them is a whole day, the date decides."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one == other
    return day_of(one) == day_of(other)


def as_day(moment: Moment, site: tzinfo) -> date:
    """What an all-day event means by a time, which it should not hold and often does: the date of a midnight or of a
    day's last second as it is written, or else the date that the site's clocks showed."""
    if isinstance(moment, datetime) and moment.time() not in (time(), time(23, 59, 59)):
        return moment.astimezone(site).date()
    return day_of(moment)


def day_of(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
