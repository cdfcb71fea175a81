"""What a record may hold, so that whatever it says can be kept: judged before it has any effect."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from math import isfinite
from typing import Any, Final
from zoneinfo import ZoneInfo

from uns.context.values import OPEN, STATES, Record
from uns.finding import Finding, Malformed, Place, found
from uns.instant import Instant, from_text, is_repeated, is_skipped, rfc3339

WRITABLE: Final = range(-(2**63) + 1, 2**63)
"""Instants that a registry can hold, in nanoseconds: the years 1678 to 2262."""

LONGEST: Final = 200
LONGEST_REMARK: Final = 1_000
MOST_ATTRIBUTES: Final = 20_000
_NEEDED: Final = {
    "batch-start": ("id",), "batch": ("id", "start"), "shift-change": ("crew",), "product": ("id",),
}  # fmt: skip
_TEXTS: Final = ("id", "product", "order", "crew", "date", "name")


def on_the_clocks(text: str, zone: ZoneInfo) -> Instant:
    """What a person wrote: with an offset, or on a site's clocks; a date alone is its first moment."""
    instant = from_text(text, zone)
    if instant is None:
        remedy = "write it as 2026-11-20T06:30, or with an offset as 2026-11-20T06:30-06:00"
        raise Malformed("row-invalid", f"`{text[:60]}` is no time", remedy)
    if is_skipped(text, zone):
        message = f"`{text[:60]}` does not exist in {zone.key}: the clocks leap over it"
        raise Malformed("row-invalid", message, "write what the clocks showed, or the time with its offset")
    if instant not in WRITABLE:
        raise Malformed("row-invalid", f"`{text[:60]}` is outside the years 1678 to 2262", "correct the year")
    return instant


def ambiguity(text: str, zone: ZoneInfo, where: Place) -> Finding | None:
    """A word where `on_the_clocks` took the first of two instants, and the second may be meant."""
    if not is_repeated(text, zone):
        return None
    wall = datetime.fromisoformat(text)
    first, second = (wall.replace(tzinfo=zone, fold=fold).isoformat() for fold in (0, 1))
    message = f"the clocks of {zone.key} showed `{text}` twice; taken for the first time, {first}"
    return found("time-ambiguous", message, f"write the one that is meant with its offset: {first} or {second}", where)


def unbelievable(record: Record, where: Place) -> tuple[Finding, ...]:
    """What keeps the record from having any effect at all."""
    fields = record.fields
    findings = [
        found("value-missing", f"`{record.kind}` needs the field `{name}`", f"check `fields: {name}`", where)
        for name in _NEEDED.get(record.kind, ())
        if fields.get(name) in (None, "")
    ]
    findings += [each for name in _TEXTS if (each := _text(name, fields.get(name), where))]
    for instant in (record.at, fields.get("start"), fields.get("stop")):
        if instant is not None and instant not in WRITABLE:
            findings.append(_implausible(record, instant, where))
    if fields.get("state") is not None:
        stops = record.kind == "batch-stop" or fields.get("stop") is not None
        findings += [found("batch-state", *wrong, where) for wrong in misstated(fields["state"], stops)]
    quantity, attributes = fields.get("quantity"), fields.get("attributes")
    if quantity is not None and not _is_number(quantity):
        findings.append(
            found("value-type", f"quantity {quantity!r:.60} is no number", "check `fields: quantity`", where)
        )
    if attributes is not None and not isinstance(attributes, Mapping):
        findings.append(found("value-type", "attributes are no object", "check `fields: attributes`", where))
    elif attributes and (size := len(json.dumps(attributes))) > MOST_ATTRIBUTES:
        message = f"attributes take {size} characters as JSON, up to {MOST_ATTRIBUTES} can be kept"
        findings.append(found("value-type", message, "let `fields: attributes` point at less", where))
    return tuple(findings)


def misstated(state: Any, stops: bool) -> Iterator[tuple[str, str]]:
    """Why a batch cannot be in that state, and what to do; `stops` is whether its stop is known."""
    if state not in STATES:
        words = ", ".join(STATES)
        yield f"state {state!r:.60} is none of {words}", "write one of these; a rule translates with `states`"
    elif stops and state in OPEN:
        yield (
            f"a batch that stops cannot be {state}",
            "say complete, stopped or aborted; without a stop it can be running or held",
        )
    elif not stops and state not in OPEN:
        yield f"a batch without a stop cannot be {state}", "give its `stop`; without one it can be running or held"


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, (int, float)) and not isinstance(value, bool) and (isinstance(value, int) or isfinite(value))
    )


def _text(name: str, value: Any, where: Place) -> Finding | None:
    if value is None or (isinstance(value, str) and len(value) <= LONGEST and (value.isprintable() or not value)):
        return None
    shown = f"{value!r:.60}"
    remedy = f"check `fields: {name}`: up to {LONGEST} characters on one line"
    return found("value-type", f"{name} {shown} cannot be kept", remedy, where)


def _implausible(record: Record, instant: Instant, where: Place) -> Finding:
    message = f"{record.kind} at {rfc3339(instant)} is outside the years 1678 to 2262"
    return found("time-implausible", message, "correct the sender's clock", where)
