"""How a time is written: epochs, RFC 3339 and ISO 8601, strptime formats, and local text in a zone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from uns.finding import Malformed
from uns.instant import MICROSECOND, MILLISECOND, SECOND, Instant
from uns.message import Clock, Value

MAX_LENGTH: Final = 100
UNITS: Final = {"s": 9, "ms": 6, "us": 3, "ns": 0}
"""Unit of an epoch → power of ten of its nanoseconds."""
FORMS: Final = frozenset({"auto", "iso", *UNITS})

_EPOCH: Final = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?")
_ISO: Final = re.compile(
    r"([0-9]{4}-?(?:[0-9]{2}-?[0-9]{2}|W[0-9]{2}-?[0-9]))[Tt ]([0-9]{2}:?[0-9]{2})(?::?([0-9]{2})(?:[.,]([0-9]+))?)?"
    r" ?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_START: Final = datetime(1970, 1, 1)


class Stamp(NamedTuple):
    """An instant that a local time leaves open or does not have; `clock` says which."""

    instant: Instant
    clock: Clock


Read = Callable[[Value, Instant], Instant | Stamp | None]
"""A raw time and the receive time → its instant; None where it cannot be read."""


def checked_form(text: str) -> str:
    """An `as` of `time`; Malformed where it is neither a known form nor a strptime format that can be read."""
    if text in FORMS:
        return text
    remedy = "auto, s, ms, us, ns, iso, or a strptime format such as '%d.%m.%Y %H:%M:%S'"
    if "%" not in text or len(text) > MAX_LENGTH:
        raise Malformed("key-value", f"`{text[:MAX_LENGTH]}` is no form of a time", remedy)
    try:
        datetime.strptime(datetime(2000, 1, 1, tzinfo=UTC).strftime(text), text)
    except (ValueError, re.error) as error:
        raise Malformed("key-value", f"`{text}` is no strptime format: {error}", remedy) from None
    return text


def form(as_: str, zone: str) -> Read:
    """The reader of one form; `zone` is an IANA name for text without offset."""
    here = ZoneInfo(zone)
    if as_ == "auto":
        return _auto(here)
    if as_ == "iso":
        return lambda value, received: iso(value, here, received) if type(value) is str else None
    if as_ in UNITS:
        return _epoch(UNITS[as_])
    return _formatted(as_, here)


def _auto(zone: tzinfo) -> Read:
    def read(value: Value, received: Instant) -> Instant | Stamp | None:
        if type(value) is int:
            if value < 100_000_000_000_000:
                return value * (MILLISECOND if value >= 100_000_000_000 else SECOND)
            return value * MICROSECOND if value < 100_000_000_000_000_000 else value
        if type(value) is str and not (len(value) <= MAX_LENGTH and _EPOCH.fullmatch(value)):
            return iso(value, zone, received)
        number = _number(value)
        if number is None:
            return None
        for bound, power in ((100_000_000_000, 9), (100_000_000_000_000, 6), (100_000_000_000_000_000, 3)):
            if number < bound:
                return int(number.scaleb(power))
        return int(number)

    return read


def _epoch(power: int) -> Read:
    factor: int = 10**power

    def read(value: Value, received: Instant) -> Instant | None:
        if type(value) is int:
            return value * factor
        number = _number(value)
        return None if number is None else int(number.scaleb(power))

    return read


def _number(value: Value) -> Decimal | None:
    """A float or a quoted epoch as the decimal number that was written."""
    if type(value) is float:
        number = Decimal(repr(value))
        return number if number.is_finite() else None
    if type(value) is str and len(value) <= MAX_LENGTH and _EPOCH.fullmatch(value.strip()):
        return Decimal(value.strip())
    return None


def iso(text: str, zone: tzinfo, received: Instant) -> Instant | Stamp | None:
    """RFC 3339 or ISO 8601 with date and time of day, exact to the nanosecond; what is finer is cut off."""
    match = _ISO.fullmatch(text.strip()) if len(text) <= MAX_LENGTH else None
    if match is None:
        return None
    date, minutes, seconds, fraction, offset = match.groups("")
    try:
        moment = datetime.fromisoformat(f"{date}T{minutes}")
    except ValueError:
        return None
    second = int(seconds or 0)
    if second > 60:  # 60 is a leap second
        return None
    finer = second * SECOND + int(fraction[:9].ljust(9, "0"))
    if not offset:
        return local(moment, finer, zone, received)
    ahead = _offset(offset)
    return None if ahead is None else _since_1970(moment) - ahead + finer


def _offset(text: str) -> Instant | None:
    if text in "Zz":
        return 0
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if hours > 23 or minutes > 59:
        return None
    ahead = (hours * 3600 + minutes * 60) * SECOND
    return -ahead if text[0] == "-" else ahead


def _formatted(as_: str, zone: tzinfo) -> Read:
    def read(value: Value, received: Instant) -> Instant | Stamp | None:
        if type(value) is int:
            value = str(value)
        if type(value) is not str or len(value) > MAX_LENGTH:
            return None
        try:
            moment = datetime.strptime(value.strip(), as_)
        except ValueError:
            return None
        offset = moment.utcoffset()
        if offset is None:
            return local(moment, 0, zone, received)
        return _since_1970(moment.replace(tzinfo=None)) - _nanoseconds(offset)

    return read


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
