"""Moments of what was recorded: a time, or a revision of the registry."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection

from uns.finding import Malformed
from uns.instant import Instant, legible
from uns.registry.history import Span
from uns.registry.recordings import began, newest, recorded_by
from uns.registry.writing import revision_of

End = Literal["from", "to", "as-of"]


class Revision(int):
    """How often the registry had changed then; 0 is before its first entry."""


Moment = Revision | Instant
"""A revision, or a time: that of the newest revision recorded by then."""


class Unmeant(Malformed):
    """A moment that cannot be meant; `end` says which one was named."""

    def __init__(self, end: End, message: str, remedy: str) -> None:
        super().__init__("key-value", message, remedy)
        self.end = end


def span_of(connection: Connection, since: Moment, until: Moment | None, now: Instant) -> Span:
    """The revisions between the two; without `until` up to the newest."""
    begin = _begin(connection, since, "from")
    end = revision_of(connection) if until is None else _begin(connection, until, "to")
    later = max(now, newest(connection) or now) if until is None else until
    are_alike = isinstance(since, Revision) is isinstance(later, Revision)
    if since > later if are_alike else begin > end:
        named = "now" if until is None else said(until)
        raise Unmeant("from", f"{said(since)} is later than {named}", "name the earlier one first")
    return Span(begin, end)


def then(connection: Connection, moment: Moment | None, end: End = "as-of") -> Revision | None:
    """The newest revision of that moment, 0 before all of them; None is now. Unmeant where it is yet to come."""
    if isinstance(moment, Revision):
        now = revision_of(connection)
        if moment > now:
            remedy = "name an earlier one, or a time such as 2026-11-20T06:30Z"
            raise Unmeant(end, f"the registry is at revision {now}, there is no {moment} yet", remedy)
        return moment
    return None if moment is None else Revision(recorded_by(connection, moment) or 0)


def _begin(connection: Connection, moment: Moment, end: End) -> int:
    """As `then`; Unmeant where the time is before all of them."""
    found = then(connection, moment, end)
    if not found and not isinstance(moment, Revision):
        raise Unmeant(end, *_before_all(began(connection)))
    return found or 0


def _before_all(began: Instant | None) -> tuple[str, str]:
    if began is None:
        return "nothing has ever been recorded", "`uns registry import` a sheet first"
    remedy = "name a time since then, or revision 0 for everything that was ever recorded"
    return f"nothing was recorded before {legible(began)}", remedy


def said(moment: Moment) -> str:
    """For a person."""
    return f"revision {moment}" if isinstance(moment, Revision) else legible(moment)
