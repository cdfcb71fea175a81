"""Moments of what was recorded: a time, or a revision of the registry."""

from __future__ import annotations

from typing import Final, Literal

from sqlalchemy import Connection, select

from uns.finding import Malformed
from uns.instant import Instant, legible
from uns.registry.history import Span
from uns.registry.tables import BATCHES, EQUIPMENT, PRODUCTS, SHIFT_CHANGES, SHIFT_EXCEPTIONS, SHIFT_PATTERNS
from uns.registry.writing import revision_of

TABLES: Final = (BATCHES, EQUIPMENT, PRODUCTS, SHIFT_CHANGES, SHIFT_EXCEPTIONS, SHIFT_PATTERNS)


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
    begin = _revision_at(connection, since, "from")
    end = revision_of(connection) if until is None else _revision_at(connection, until, "to")
    later = now if until is None else until
    are_alike = isinstance(since, Revision) is isinstance(later, Revision)
    if since > later if are_alike else begin > end:
        named = "now" if until is None else said(until)
        raise Unmeant("from", f"{said(since)} is later than {named}", "name the earlier one first")
    return Span(begin, end)


def there(connection: Connection, moment: Moment, end: End) -> Moment:
    """The moment, where it is no revision that is yet to come."""
    newest = revision_of(connection)
    if isinstance(moment, Revision) and moment > newest:
        remedy = "name an earlier one, or a time such as 2026-11-20T06:30Z"
        raise Unmeant(end, f"the registry is at revision {newest}, there is no {moment} yet", remedy)
    return moment


def _revision_at(connection: Connection, moment: Moment, end: End) -> int:
    if isinstance(there(connection, moment, end), Revision):
        return moment
    found = _recorded_by(connection, moment)
    if found is None:
        raise Unmeant(end, *_before_all(_began(connection)))
    return found


def _recorded_by(connection: Connection, moment: Instant) -> int | None:
    """Walks the index of revisions from its newest end, which for a recent moment is a few steps."""
    newest: list[int] = []
    for table in TABLES:
        for at, revision in (
            (table.c.recorded_at, table.c.recorded_in),
            (table.c.superseded_at, table.c.superseded_in),
        ):
            wanted = select(revision).where(revision.is_not(None), at <= moment).order_by(revision.desc()).limit(1)
            newest += connection.scalars(wanted)
    return max(newest, default=None)


def _began(connection: Connection) -> Instant | None:
    first = [
        row.recorded_at
        for table in TABLES
        for row in connection.execute(select(table.c.recorded_at).order_by(table.c.recorded_in).limit(1))
    ]
    return min(first, default=None)


def _before_all(began: Instant | None) -> tuple[str, str]:
    if began is None:
        return "nothing has ever been recorded", "`uns registry import` a sheet first"
    remedy = "name a time since then, or revision 0 for everything that was ever recorded"
    return f"nothing was recorded before {legible(began)}", remedy


def said(moment: Moment) -> str:
    """For a person."""
    return f"revision {moment}" if isinstance(moment, Revision) else legible(moment)
