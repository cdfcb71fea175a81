"""Instants: moments in time as whole nanoseconds since 1970-01-01T00:00:00Z, exact for every dialect."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

Instant = int

MICROSECOND: Final = 1_000
MILLISECOND: Final = 1_000_000
SECOND: Final = 1_000_000_000
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST: Final = -62_135_596_800 * SECOND  # 0001-01-01, the first day that RFC 3339 can write
LATEST: Final = 253_402_300_800 * SECOND - 1  # the last nanosecond of 9999
_THOUSANDTHS: Final = tuple(f".{number:03d}Z" for number in range(1000))

_BELOW_MICROSECOND: Final = re.compile(r"[.,]\d{6}(\d{1,3})")


def rfc3339(instant: Instant) -> str:
    """RFC 3339 in UTC with `Z` and 3, 6 or 9 decimals, the fewest that lose nothing."""
    seconds, nanos = divmod(instant, SECOND)
    if nanos % MILLISECOND == 0:
        return _to_the_second(seconds) + _THOUSANDTHS[nanos // MILLISECOND]
    if nanos % MICROSECOND == 0:
        return f"{_to_the_second(seconds)}.{nanos // MICROSECOND:06d}Z"
    return f"{_to_the_second(seconds)}.{nanos:09d}Z"


def legible(instant: Instant) -> str:
    """For a person: RFC 3339 in UTC, what is finer than a millisecond cut off."""
    return rfc3339(instant // MILLISECOND * MILLISECOND)


@lru_cache(maxsize=4096)
def _to_the_second(seconds: int) -> str:
    moment = EPOCH + timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")


def from_datetime(moment: datetime) -> Instant:
    """The instant of an aware datetime, exact to its microsecond."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds * MICROSECOND


def from_text(text: str, zone: tzinfo) -> Instant | None:
    """ISO 8601, exact to the nanosecond, without an offset on the clocks of `zone`; None where it is no time."""
    try:
        moment = datetime.fromisoformat(text)
        instant = from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        return None
    below = _BELOW_MICROSECOND.search(text)
    return instant + int(below[1].ljust(3, "0")) if below else instant


def is_skipped(text: str, zone: tzinfo) -> bool:
    """Whether it is a wall-clock time that the clocks of `zone` leap over, so that it never was."""
    return _set_forward(text, zone) > timedelta()


def is_repeated(text: str, zone: tzinfo) -> bool:
    """Whether the clocks of `zone` show this wall-clock time twice; `from_text` takes the first."""
    return _set_forward(text, zone) < timedelta()


def _set_forward(text: str, zone: tzinfo) -> timedelta:
    """By how much the clocks are set forward around a wall-clock time; an offset of its own leaves nothing open."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo:
            return timedelta()
        before, after = (moment.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    except (ValueError, OverflowError):
        return timedelta()
    return timedelta() if before is None or after is None else after - before


def to_datetime(instant: Instant) -> datetime:
    """An aware UTC datetime; nanoseconds below the microsecond are cut off."""
    return EPOCH + timedelta(microseconds=instant // MICROSECOND)


_DURATION: Final = re.compile(r"(\d{1,9})(ms|s|m|h|d)")
_UNITS: Final = {"ms": MILLISECOND, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND, "d": 86_400 * SECOND}


def duration(text: str) -> int | None:
    """Nanoseconds of `250ms`, `60s`, `5m`, `8h` or `7d`; None where it is no such text."""
    match = _DURATION.fullmatch(text)
    return int(match[1]) * _UNITS[match[2]] if match else None
