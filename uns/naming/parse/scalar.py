"""Durations, time zones, instants and units as rule files write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from uns.finding import FilePlace, nearest
from uns.instant import Instant, from_datetime
from uns.naming.node import Leaf
from uns.naming.parse.report import Report
from uns.naming.unit import canonical, unknown

_DURATION: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(ms|s|m|h|d)")
_NANOS: Final = {"ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9, "d": 86_400 * 10**9}
_ZONE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,3}")


def duration_of(text: str) -> int | None:
    """Nanoseconds of `60s`, `5m`, `1.5h`, `7d`."""
    match = _DURATION.fullmatch(text.strip())
    return None if match is None else round(float(match[1]) * _NANOS[match[2]])


def duration(leaf: Leaf | None, key: str, report: Report) -> int | None:
    if leaf is None:
        return None
    nanos = duration_of(leaf.text)
    if nanos is None:
        message = f"`{leaf.text[:60]}` is no duration for `{key}`"
        report.add("key-value", message, "write a number and `ms`, `s`, `m`, `h` or `d`, such as `60s`", leaf.place)
    return nanos


@lru_cache(maxsize=1024)
def is_zone(name: str) -> bool:
    if len(name) > 64 or not _ZONE.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


def zone(leaf: Leaf | None, report: Report) -> str | None:
    if leaf is None:
        return None
    if is_zone(leaf.text):
        return leaf.text
    near = None if report.crowded("zone-unknown", leaf.place) else nearest(leaf.text[:64], _zones())
    remedy = f"did you mean `{near}`?" if near else "write an IANA zone such as `Europe/Berlin`"
    report.add("zone-unknown", f"no time zone `{leaf.text[:64]}`", remedy, leaf.place)
    return None


def instant(leaf: Leaf | None, key: str, report: Report) -> Instant | None:
    if leaf is None:
        return None
    try:
        moment = datetime.fromisoformat(leaf.text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        remedy = "write a time with offset, such as `2026-11-20T10:00:00Z`"
        report.add("key-value", f"`{leaf.text[:60]}` is no time for `{key}`", remedy, leaf.place)
        return None
    return from_datetime(moment)


def unit(text: str, units: Mapping[str, str], place: FilePlace, report: Report) -> str | None:
    """The UCUM code, or None with `unit-unknown`."""
    code = canonical(units, text)
    refused = unknown(code, tuple(units))
    if refused is not None:
        report.malformed(refused, place)
        return None
    return code
