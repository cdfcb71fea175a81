"""Calendar files in short, on a calendar of three shifts."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import Engine

from uns.equipment import EquipmentPath
from uns.naming.standard import Standard
from uns.registry.csv import Imported
from uns.registry.ics import Horizon, Wanted, take_calendar
from uns.registry.writing import Author

ANN: Final = Author("ann", 1)
SHIFTS: Final = """\
site,id,days,start,stop
dallas,early,mon-fri,06:00,14:00
dallas,late,mon-fri,14:00,22:00
dallas,night,sun mon tue wed thu,22:00,06:00
"""
YEAR: Final = Horizon(date(2026, 1, 1), date(2027, 1, 1))
DAY: Final = "DTSTART;VALUE=DATE"


def calendar(*events: str) -> bytes:
    """Lines with ` | ` between them."""
    blocks = "".join(f"BEGIN:VEVENT | {event} | END:VEVENT | " for event in events)
    return f"BEGIN:VCALENDAR | VERSION:2.0 | {blocks}END:VCALENDAR | ".replace(" | ", "\r\n").encode()


def imported(
    engine: Engine, standard: Standard, content: bytes, horizon: Horizon = YEAR, **options: object
) -> Imported:
    wanted = Wanted(EquipmentPath("dallas"), horizon, **options)  # type: ignore[arg-type]
    return take_calendar(engine, content, "h.ics", standard, wanted, ANN)
