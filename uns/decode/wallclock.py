"""Wall-clock times as text: RFC 3339 and ISO 8601, with an offset or local to a zone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple

from uns.instant import MICROSECOND, SECOND, Instant
from uns.message import Clock

MAX_LENGTH: Final = 100
_ISO: Final = re.compile(
    r"([0-9]{4}-?(?:[0-9]{2}-?[0-9]{2}|W[0-9]{2}-?[0-9]))[Tt ]([0-9]{2}:?[0-9]{2})(?::?([0-9]{2})(?:[.,]([0-9]+))?)?"
    r" ?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_START: Final = datetime(1970, 1, 1)


class Stamp(NamedTuple):
    """An instant that a local time leaves open or does not have; `clock` says which."""

    instant: Instant
    clock: Clock


def iso(text: str, zone: tzinfo, received: Instant) -> Instant | Stamp | None:
    """RFC 3339 or ISO 8601 with date and time of day, exact to the nanosecond; what is finer is cut off."""
    match = _ISO.fullmatch(text.strip()) if len(text) <= MAX_LENGTH else None
    if match is None:
        return None
    date, minutes, seconds, fraction, offset = match.groups("")
    moment = _minute(date, minutes)
    second = int(seconds or 0)
    if moment is None or second > 60:  # 60 is a leap second
        return None
    finer = second * SECOND
    if fraction:
        finer += int(fraction[:9].ljust(9, "0"))
    if not offset:
        return local(moment[0], finer, zone, received)
    ahead = _offset(offset)
    return None if ahead is None else moment[1] - ahead + finer


@lru_cache(maxsize=256)
def _minute(date: str, minutes: str) -> tuple[datetime, Instant] | None:
    """A wall-clock minute, and as if it were UTC; readings come many to a minute."""
    try:
        moment = datetime.fromisoformat(f"{date}T{minutes}")
    except ValueError:
        return None
    return moment, _since_1970(moment)


def _offset(text: str) -> Instant | None:
    if text in "Zz":
        return 0
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if hours > 23 or minutes > 59:
        return None
    ahead = (hours * 3600 + minutes * 60) * SECOND
    return -ahead if text[0] == "-" else ahead


def local(moment: datetime, finer: Instant, zone: tzinfo, received: Instant) -> Instant | Stamp:
    """A wall-clock time in its zone: of an hour that occurs twice the instant nearer to receipt."""
    try:
        first = moment.replace(tzinfo=zone, fold=0).utcoffset() or timedelta()
        second = moment.replace(tzinfo=zone, fold=1).utcoffset() or timedelta()
    except (ValueError, OverflowError):  # at the ends of the calendar
        first = second = timedelta()
    wall = _since_1970(moment) + finer
    earlier = wall - _nanoseconds(first)
    if first == second:
        return earlier
    if first < second:
        return Stamp(earlier, "gap")
    later = wall - _nanoseconds(second)
    return Stamp(earlier if abs(received - earlier) <= abs(later - received) else later, "ambiguous")


def _since_1970(naive: datetime) -> Instant:
    return _nanoseconds(naive - _START)


def _nanoseconds(span: timedelta) -> Instant:
    return (span.days * 86_400 + span.seconds) * SECOND + span.microseconds * MICROSECOND
