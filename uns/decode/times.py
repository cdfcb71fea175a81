"""How a time is written: epochs by their size or unit, RFC 3339 and ISO 8601, strptime formats."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from uns.decode.wallclock import MAX_LENGTH, Stamp, iso, local
from uns.finding import Malformed
from uns.instant import EARLIEST, LATEST, MICROSECOND, MILLISECOND, SECOND, Instant, from_datetime
from uns.message import Value

__all__ = ["FORMS", "Read", "Stamp", "checked_form", "epoch_unit", "form", "iso"]

UNITS: Final = {"s": 9, "ms": 6, "us": 3, "ns": 0}
"""Unit of an epoch → power of ten of its nanoseconds."""
_BOUNDS: Final = ((100_000_000_000, "s"), (100_000_000_000_000, "ms"), (100_000_000_000_000_000, "us"))
FORMS: Final = frozenset({"auto", "iso", *UNITS})

_EPOCH: Final = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?")


Read = Callable[[Value, Instant], Instant | Stamp | None]
"""A raw time and the receive time → its instant; None where it cannot be read, or lies outside the years 1 to 9999."""


def checked_form(text: str) -> str:
    """An `as` of `time`; Malformed where it is neither a known form nor a strptime format that can be read."""
    if text in FORMS:
        return text
    remedy = "write `auto`, `s`, `ms`, `us`, `ns`, `iso` or a format such as `'%d.%m.%Y %H:%M:%S'`"
    if "%" not in text or len(text) > MAX_LENGTH:
        raise Malformed("key-value", f"`{text[:MAX_LENGTH]}` is no form of a time", remedy)
    try:
        datetime.strptime(datetime(2000, 1, 1, tzinfo=UTC).strftime(text), text)
    except (ValueError, re.error) as error:
        raise Malformed("key-value", f"`{text}` is no strptime format: {error}", remedy) from None
    return text


def form(as_: str, zone: str) -> Read:
    """The reader of one form; `zone` is an IANA name for text without offset."""
    read = _form(as_, ZoneInfo(zone))

    def within_the_calendar(value: Value, received: Instant) -> Instant | Stamp | None:
        instant = read(value, received)
        moment = instant.instant if isinstance(instant, Stamp) else instant
        return instant if moment is not None and EARLIEST <= moment <= LATEST else None

    return within_the_calendar


def _form(as_: str, here: tzinfo) -> Read:
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
        if type(value) is str and (value[4:5] == "-" or not _EPOCH.fullmatch(value[:MAX_LENGTH].strip())):
            return iso(value, zone, received)
        number = _number(value)
        if number is None:
            return None
        return int(number.scaleb(UNITS[_unit(number)]))

    return read


def epoch_unit(value: Value, as_: str) -> str | None:
    """The unit in which an epoch counts, which under `auto` its size tells; None for a time that is no epoch."""
    number = value if type(value) is int else _number(value)
    if number is None or as_ not in ("auto", *UNITS):
        return None
    return _unit(number) if as_ == "auto" else as_


def _unit(number: Decimal | int) -> str:
    return next((unit for bound, unit in _BOUNDS if number < bound), "ns")


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


def _formatted(as_: str, zone: tzinfo) -> Read:
    def read(value: Value, received: Instant) -> Instant | Stamp | None:
        if type(value) is int:
            value = str(value)
        if type(value) is not str or len(value) > MAX_LENGTH:
            return None
        try:
            moment = datetime.strptime(value.strip(), as_)
        except (ValueError, re.error):
            return None
        return local(moment, 0, zone, received) if moment.tzinfo is None else from_datetime(moment)

    return read
