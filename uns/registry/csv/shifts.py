"""A sheet of shifts, judged with what the registry holds: once its rows are in, no shift may begin twice on a date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from uns.context.shifts import ShiftPattern
from uns.finding import FilePlace
from uns.naming.parse.report import Report
from uns.registry.csv.cells import written_days
from uns.registry.held import Tally
from uns.registry.nouns import SHIFT_PATTERNS
from uns.registry.shifts import Doubled, Placed, doubled
from uns.registry.writing import Writing

_REMEDY: Final = "end the other one with `until`, in the same sheet, and begin this one `from` that date"


def put_shifts(open_one: Writing, rows: Sequence[tuple[ShiftPattern, FilePlace]], report: Report) -> Tally:
    """Nothing is written where a row has a finding."""
    refuse_doubled(rows, SHIFT_PATTERNS.all_in(open_one.connection), report)
    return Tally() if report.errors else SHIFT_PATTERNS.put_in(open_one, [pattern for pattern, _ in rows])


def refuse_doubled(
    rows: Sequence[tuple[ShiftPattern, FilePlace]], known: Sequence[ShiftPattern], report: Report
) -> None:  # fmt: skip
    """Among the rows, and with what is known and none of them corrects."""
    given: list[Placed[FilePlace | None]] = [Placed(pattern, place) for pattern, place in rows]
    keys = {_key(pattern) for pattern, _ in rows}
    stay: list[Placed[FilePlace | None]] = [Placed(each, None) for each in known if _key(each) not in keys]
    for each in doubled([*stay, *given]):
        if each.later.place is not None:
            report.add("row-invalid", _message(each), _REMEDY, each.later.place)


def _message(two: Doubled[FilePlace | None]) -> str:
    pattern, place = two.earlier
    begun = f"`{pattern.id}` of {pattern.equipment} begins on {written_days(two.days)}"
    if place is not None:
        return f"{begun} by line {place.line} too"
    span = f"{f' from {pattern.since}' if pattern.since else ''}{f' until {pattern.until}' if pattern.until else ''}"
    return f"{begun} already: the registry has it on {written_days(pattern.days)}{span}"


def _key(pattern: ShiftPattern) -> tuple[Any, ...]:
    row = SHIFT_PATTERNS.to_row(pattern)
    return tuple(row[name] for name in SHIFT_PATTERNS.keys)
