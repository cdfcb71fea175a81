"""When a reading was taken: the machine's own word where it is believed, else the receive time, and which it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from uns.decode.fault import Fault
from uns.decode.source import ClockLimits, Source
from uns.decode.spelling import shown
from uns.decode.times import Stamp, form
from uns.instant import MILLISECOND, SECOND, Instant, rfc3339
from uns.message import ABSENT, Clock, RawMessage, Reading, Value

BY_RECEIPT: Final[frozenset[Clock]] = frozenset({"received", "replaced", "backlog"})
"""The clocks of samples that have no event time of their own."""


Taken = tuple[Instant, Clock, Fault | None]
"""When a reading was taken; with a fault where nobody can say, and then it is the receive time."""

Stamper = Callable[[RawMessage, Reading], Taken]


def stamper(source: Source) -> Stamper:
    """The clock of a source: of its pointers, the first whose time is there and believed."""
    if not source.time.at:
        return _by_receipt
    finds = tuple(pointer.find for pointer in source.time.at)
    read = form(source.time.as_, source.time.zone or source.zone)
    ahead, behind = source.clock.ahead, -source.clock.behind
    usual = source.time.as_ in ("auto", "ms")  # epoch milliseconds, without a call for each

    def stamp(raw: RawMessage, reading: Reading) -> Taken:
        received = raw.received
        given: Value = ABSENT
        for find in finds:
            value = find(reading)
            if value is None or value is ABSENT:
                continue
            if usual and type(value) is int and 100_000_000_000 <= value < 100_000_000_000_000:
                instant: Instant | Stamp | None = value * MILLISECOND
            else:
                instant = read(value, received)
            if type(instant) is int:
                if behind <= instant - received <= ahead:
                    return instant, "", None
            elif isinstance(instant, Stamp) and behind <= instant.instant - received <= ahead:
                return instant.instant, instant.clock, None
            given = value if given is ABSENT else given
        return _otherwise(source, raw, given)

    return stamp


def _by_receipt(raw: RawMessage, reading: Reading) -> Taken:
    return raw.received, "backlog" if raw.backlog else "received", None


def _otherwise(source: Source, raw: RawMessage, given: Value) -> Taken:
    """No time was there, or (`given`) none that can be believed."""
    clock: Clock = "backlog" if raw.backlog else "received" if given is ABSENT else "replaced"
    if source.time.or_received:
        return raw.received, clock, None
    fault = _missing(source) if given is ABSENT else _implausible(source, raw, given)
    return raw.received, clock, fault


def _missing(source: Source) -> Fault:
    names = " and ".join(f"`{pointer.text}`" for pointer in source.time.at)
    return Fault("time-missing", f"{names} absent", "correct `time`, or end its list with `received`")


def _implausible(source: Source, raw: RawMessage, given: Value) -> Fault:
    read = form(source.time.as_, source.time.zone or source.zone)(given, raw.received)
    instant = read.instant if isinstance(read, Stamp) else read
    if instant is None:
        message = f"{shown(given)} cannot be read as a time"
        return Fault("time-implausible", message, "say in `as` how it is written; or `time: received`")
    message = (
        f"{rfc3339(instant)} lies {_span(abs(instant - raw.received))} {_side(instant, raw.received, source.clock)}"
    )
    return Fault("time-implausible", message, "wrong epoch unit (`as`), wrong zone, or a lost clock: `time: received`")


def _side(instant: Instant, received: Instant, limits: ClockLimits) -> str:
    if instant > received:
        return f"after receipt, more than the {_span(limits.ahead)} of `clock`"
    return f"before receipt, more than the {_span(limits.behind)} of `clock`"


def _span(nanoseconds: int) -> str:
    seconds = nanoseconds // SECOND
    for size, unit in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} {'second' if seconds == 1 else 'seconds'}"
