"""A sheet of equipment, judged with what the registry holds: no two pieces have one id at once."""

from __future__ import annotations

from collections.abc import Sequence

from uns.finding import FilePlace
from uns.naming.parse.report import Report
from uns.registry.equipment import REMEDY, Taken, taken_ids
from uns.registry.held import Tally
from uns.registry.nouns import EQUIPMENT, Equipment
from uns.registry.writing import Writing


def put_equipment(open_one: Writing, rows: Sequence[tuple[Equipment, FilePlace]], report: Report) -> Tally:
    """Nothing is written where a row has a finding."""
    values, places = [each for each, _ in rows], {each.path: place for each, place in rows}
    for pair in taken_ids(open_one.connection, values):
        other, this = sorted(pair, key=lambda each: places[each.path].line if each.path in places else 0)
        message = Taken(this, other).message
        if other.path in places:
            message += f" (line {places[other.path].line})"
        report.add("equipment-id-taken", message, REMEDY, places[this.path])
    return Tally() if report.errors else EQUIPMENT.put_in(open_one, values)
