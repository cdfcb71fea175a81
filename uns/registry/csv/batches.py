"""A sheet of batches, judged together: what counts is that none overlap once all rows are in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import select

from uns.context.intervals import ends, has_length
from uns.context.values import Batch
from uns.equipment import EquipmentPath
from uns.finding import FilePlace
from uns.instant import rfc3339
from uns.naming.parse.report import Report
from uns.naming.standard import Standard
from uns.registry.batches import batch_of, row_of
from uns.registry.csv.attributes import as_held
from uns.registry.engine import parts
from uns.registry.held import Tally, believed
from uns.registry.parallel import is_parallel
from uns.registry.tables import BATCHES
from uns.registry.writing import Writing

Placed = tuple[Batch, FilePlace]
_Side = tuple[Batch, FilePlace | None]
"""A batch of the sheet with its place, or one that the registry holds."""


class _Stored(NamedTuple):
    row: int
    batch: Batch


class _Plan(NamedTuple):
    """One equipment's: rows that are superseded, batches that come, and how many were as they are."""

    gone: list[int]
    come: list[Batch]
    unchanged: int


def put_batches(open_one: Writing, rows: Sequence[Placed], standard: Standard, report: Report) -> Tally:
    """Nothing is written where a row has a finding."""
    wanted = _by_equipment(rows)
    stored = _stored(open_one, list(wanted))
    plans: dict[bool, list[_Plan]] = {True: [], False: []}
    for equipment, placed in wanted.items():
        parallel = is_parallel(standard, equipment)
        plans[parallel].append(_plan(placed, stored.get(equipment, []), parallel, report))
    if report.errors:
        return Tally()
    every = plans[True] + plans[False]
    open_one.supersede(BATCHES, [row for plan in every for row in plan.gone])
    for parallel, some in plans.items():
        open_one.add(BATCHES, [row_of(batch, parallel) for plan in some for batch in plan.come])
    corrected = sum(len(plan.gone) for plan in every)
    return Tally(sum(len(plan.come) for plan in every) - corrected, corrected, sum(plan.unchanged for plan in every))


def refuse_overlaps(rows: Sequence[Placed], standard: Standard, report: Report) -> None:
    """Of the sheet's rows among themselves."""
    for equipment, placed in _by_equipment(rows).items():
        if not is_parallel(standard, equipment):
            _refuse_overlaps(placed, (), report)


def _by_equipment(rows: Sequence[Placed]) -> dict[EquipmentPath, list[Placed]]:
    wanted: dict[EquipmentPath, list[Placed]] = {}
    for batch, place in rows:
        wanted.setdefault(batch.equipment, []).append((batch, place))
    return wanted


def _stored(open_one: Writing, equipment: Sequence[EquipmentPath]) -> dict[str, list[_Stored]]:
    stored: dict[str, list[_Stored]] = {}
    for some in parts(equipment):
        theirs = BATCHES.c.equipment.in_(some)
        for row in open_one.connection.execute(select(BATCHES).where(believed(BATCHES), theirs)):
            stored.setdefault(row.equipment, []).append(_Stored(row.row, batch_of(row)))
    return stored


def _plan(placed: Sequence[Placed], stored: Sequence[_Stored], parallel: bool, report: Report) -> _Plan:
    by_id: dict[str, list[_Stored]] = {}
    for known in stored:
        by_id.setdefault(known.batch.id, []).append(known)
    mentions: dict[str, int] = {}
    for batch, _ in placed:
        mentions[batch.id] = mentions.get(batch.id, 0) + 1
    replaced: dict[int, Batch] = {}
    come: list[Placed] = []
    unchanged = 0
    for batch, place in placed:
        same = by_id.get(batch.id, [])
        match = next((each for each in same if each.batch.start == batch.start), None)
        if match is None and len(same) == mentions[batch.id] == 1:
            match = same[0]
        if match is not None:
            batch = as_held(batch, match.batch)
        if match is not None and match.batch == batch and match.row not in replaced:
            unchanged += 1
            continue
        come.append((batch, place))
        if match is not None:
            replaced[match.row] = batch
    staying = [each.batch for each in stored if each.row not in replaced]
    if not parallel:
        _refuse_overlaps(come, staying, report)
    return _Plan(list(replaced), [batch for batch, _ in come], unchanged)


def _refuse_overlaps(come: Iterable[Placed], staying: Iterable[Batch], report: Report) -> None:
    told: set[FilePlace] = set()
    every: list[_Side] = [*come, *((batch, None) for batch in staying)]
    line = [each for each in every if has_length(each[0])]
    line.sort(key=lambda each: (each[0].start, ends(each[0])))
    before: _Side | None = None
    for each in line:
        if before is not None and each[0].start < ends(before[0]):
            _tell(before, each, told, report)
        if before is None or ends(each[0]) >= ends(before[0]):
            before = each


def _tell(left: _Side, right: _Side, told: set[FilePlace], report: Report) -> None:
    """At the later row of the two, or at the one that is in the sheet; once for each row."""
    (one, at), (other, its) = (left, right) if _line(left) >= _line(right) else (right, left)
    if at is None or at in told:
        return
    told.add(at)
    where = f"of line {its.line}" if its else "in the registry"
    until = "still runs" if other.stop is None else f"runs until {rfc3339(other.stop)}"
    message = f"{one.id!r} overlaps {other.id!r} {where} on {one.equipment}, which {until}"
    report.add("batch-overlap", message, "correct `start` or `stop` of one of them", at)


def _line(placed: _Side) -> int:
    return placed[1].line if placed[1] else 0
