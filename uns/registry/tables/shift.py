"""Shift calendars: patterns, exceptions of single dates, and crews that took over."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Named, SmallInteger, Table, Text

from uns.registry.tables.recorded import METADATA, Recorded, index_revisions


class ShiftPatterns(Recorded):
    equipment: Named[str] = Column(Text)
    id: Named[str] = Column(Text)
    days: Named[int] = Column(SmallInteger)
    """A bit for every weekday, Monday the lowest."""
    start: Named[int] = Column(SmallInteger)
    """Minutes after midnight, on the site's clocks."""
    stop: Named[int] = Column(SmallInteger)
    crew: Named[str | None] = Column(Text)
    since: Named[str] = Column(Text)
    """ISO date; empty is ever since."""
    until: Named[str | None] = Column(Text)
    turn: Named[int | None] = Column(SmallInteger)
    """Days after which the next of the crews takes over."""


class ShiftExceptions(Recorded):
    equipment: Named[str] = Column(Text)
    date: Named[str] = Column(Text)
    id: Named[str] = Column(Text)
    start: Named[int | None] = Column(SmallInteger)
    stop: Named[int | None] = Column(SmallInteger)
    crew: Named[str | None] = Column(Text)
    calendar: Named[str | None] = Column(Text)
    """The calendar file that took the shift off; None where a sheet or a person did."""


class ShiftChanges(Recorded):
    equipment: Named[str] = Column(Text)
    id: Named[str] = Column(Text)
    date: Named[str] = Column(Text)
    start: Named[int] = Column(BigInteger)
    stop: Named[int] = Column(BigInteger)
    crew: Named[str] = Column(Text)


SHIFT_PATTERNS: Final = Table("shift_pattern", METADATA, ShiftPatterns)
SHIFT_EXCEPTIONS: Final = Table("shift_exception", METADATA, ShiftExceptions)
SHIFT_CHANGES: Final = Table("shift_change", METADATA, ShiftChanges)
Index(
    "uq_shift_pattern_now", SHIFT_PATTERNS.c.equipment, SHIFT_PATTERNS.c.id, SHIFT_PATTERNS.c.days,
    SHIFT_PATTERNS.c.since, unique=True,
    sqlite_where=SHIFT_PATTERNS.c.superseded_at.is_(None), postgresql_where=SHIFT_PATTERNS.c.superseded_at.is_(None),
)  # fmt: skip
Index(
    "uq_shift_exception_now", SHIFT_EXCEPTIONS.c.equipment, SHIFT_EXCEPTIONS.c.date, SHIFT_EXCEPTIONS.c.id, unique=True,
    sqlite_where=SHIFT_EXCEPTIONS.c.superseded_at.is_(None),
    postgresql_where=SHIFT_EXCEPTIONS.c.superseded_at.is_(None),
)  # fmt: skip
Index("ix_shift_change_equipment", SHIFT_CHANGES.c.equipment, SHIFT_CHANGES.c.superseded_at, SHIFT_CHANGES.c.start)
for each in (SHIFT_PATTERNS, SHIFT_EXCEPTIONS, SHIFT_CHANGES):
    index_revisions(each)
