"""What stands behind DTSTART, DURATION and RRULE, read; what cannot be followed for certain is refused, not guessed."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final, cast

from icalendar import vDatetime, vDuration, vRecur
from icalendar.timezone import tzp

from uns.finding import Malformed, nearest
from uns.registry.ics.rule import Frequency, OnDay, Rule

Moment = date | datetime
"""A whole day, or a time with its zone."""
YEARS: Final = range(1600, 2301)
"""Yearly events may have begun long ago; programs write 1601 where nobody knows."""
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LATEST: Final = date(2300, 12, 31)
_NUMBERS: Final = {"BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
_WITHIN_A_DAY: Final = ("HOURLY", "MINUTELY", "SECONDLY")
_KNOWN: Final = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYDAY", "WKST", *_NUMBERS})
_INSTEAD: Final = "let the event stand once for each date, or take it out of the file and write the dates as CSV"
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


def read_rule(text: str, start: Moment, site: tzinfo = UTC) -> Rule:
    """Raises Malformed."""
    parts = _parts(text)
    frequency = str(parts["FREQ"][0]).upper()
    if frequency in _WITHIN_A_DAY:
        raise _refused(f"`FREQ={frequency}` repeats within a day")
    interval, count = (_number(parts, name) for name in ("INTERVAL", "COUNT"))
    lists = {name: _numbers(parts, name, most) for name, most in _NUMBERS.items()}
    months = frozenset(map(int, parts.get("BYMONTH", ())))
    if not months <= set(range(1, 13)) or any(getattr(each, "leap", False) for each in parts.get("BYMONTH", ())):
        raise _refused("`BYMONTH` is no month from 1 to 12")
    until = _until(text, start, site) if "UNTIL" in parts else None
    rule = Rule(
        cast(Frequency, frequency), interval or 1, count, until, months, lists["BYMONTHDAY"], lists["BYYEARDAY"],
        lists["BYWEEKNO"], frozenset(map(_on_day, parts.get("BYDAY", ()))),
        lists["BYSETPOS"], _WEEKDAYS.index(str(parts.get("WKST", ["MO"])[0]).upper()),
    )  # fmt: skip
    _check(rule)
    return rule


def _parts(text: str) -> Mapping[str, list[Any]]:
    pairs = [each.partition("=") for each in text.strip().rstrip(";").split(";")]
    names = [name.strip().upper() for name, _, _ in pairs]
    unknown = next((name for name in names if name not in _KNOWN), None)
    if unknown is not None:
        raise _refused(f"`{unknown[:60]}` is nothing that days can be told by")
    if "FREQ" not in names or len(set(names)) < len(names) or not all(map(_is_value, pairs)):
        raise _refused(f"`{text[:60]}` is no rule: it needs one FREQ, each part once, and a value behind each")
    try:
        return cast(Mapping[str, list[Any]], vRecur.from_ical(text.replace(" ", "")))
    except ValueError:
        raise _refused(f"`{text[:60]}` cannot be read") from None


def _is_value(pair: tuple[str, str, str]) -> bool:
    return bool(pair[2].strip()) and "=" not in pair[2]


def _check(rule: Rule) -> None:
    """What the standard leaves open, or forbids."""
    numbered = any(each.which for each in rule.days)
    if numbered and (rule.frequency in ("DAILY", "WEEKLY") or rule.weeks):
        raise _refused("a numbered weekday such as `2MO` needs a month or a year that it is of")
    if rule.weeks and (rule.frequency != "YEARLY" or not rule.days or rule.week_begins):
        raise _refused("`BYWEEKNO` needs FREQ=YEARLY, a BYDAY, and weeks that begin on Monday")
    if rule.frequency in ("DAILY", "WEEKLY", "MONTHLY") and rule.year_days:
        raise _refused("`BYYEARDAY` needs FREQ=YEARLY")
    if rule.frequency == "WEEKLY" and rule.month_days:
        raise _refused("`BYMONTHDAY` needs FREQ=MONTHLY or YEARLY")
    if rule.count is not None and rule.until is not None:
        raise _refused("COUNT and UNTIL exclude each other")


def _number(parts: Mapping[str, list[Any]], name: str) -> int | None:
    if name not in parts:
        return None
    number = int(parts[name][0])
    if len(parts[name]) > 1 or not 1 <= number <= 100_000:
        raise _refused(f"`{name}` is no number from 1 to 100000")
    return number


def _numbers(parts: Mapping[str, list[Any]], name: str, most: int) -> frozenset[int]:
    numbers = frozenset(map(int, parts.get(name, ())))
    if not all(1 <= abs(each) <= most for each in numbers):
        raise _refused(f"`{name}` is no number from 1 to {most}, or from -{most} to -1")
    return numbers


def _on_day(each: Any) -> OnDay:
    return OnDay(_WEEKDAYS.index(str(each.weekday).upper()), each.relative or 0)


def _until(text: str, start: Moment, site: tzinfo) -> date:
    """The last day on which it may begin."""
    written = next(part for part in text.replace(" ", "").split(";") if part.upper().startswith("UNTIL="))[6:].upper()
    if written[:4].isdigit() and int(written[:4]) > _LATEST.year:
        return _LATEST
    until = moment(written, {}, start.tzinfo if isinstance(start, datetime) else site)
    if not isinstance(until, datetime) or not isinstance(start, datetime):
        return as_day(until, site)
    until = until.astimezone(start.tzinfo)
    return until.date() - timedelta(days=until.time() < start.time())


def _refused(message: str) -> Malformed:
    return Malformed("event-invalid", f"RRULE: {message}", _INSTEAD)
