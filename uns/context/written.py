"""Weekdays and times of day as people write them, in sheets and over REST."""

from __future__ import annotations

from typing import Final, Literal, get_args

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = get_args(Day)


def time_of_day(minutes: int | None) -> str | None:
    """`06:00` of 360 minutes after midnight."""
    return None if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"
