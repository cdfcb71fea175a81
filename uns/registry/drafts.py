"""Batches of a piece of equipment as the records of one transaction change them, read once and written once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, or_, select

from uns.context.believable import WRITABLE
from uns.context.effect import Effect, effect
from uns.context.intervals import Intervals
from uns.context.values import Batch, Record
from uns.finding import Finding, Place
from uns.instant import Instant
from uns.registry.batches import batch_of, row_of
from uns.registry.engine import parts
from uns.registry.held import believed
from uns.registry.tables import BATCHES
from uns.registry.writing import Stamp, Writing


class Come(NamedTuple):
    """A new batch, whether its equipment is parallel, and whose word it is."""

    batch: Batch
    parallel: bool
    stamp: Stamp

    def row(self, went: Stamp | None = None) -> dict[str, Any]:
        return {**row_of(self.batch, self.parallel), **self.stamp.came(), **(went.went() if went else _BELIEVED)}


_BELIEVED: Final = dict.fromkeys(("superseded_at", "superseded_in", "superseded_by", "superseded_why"))


@dataclass(slots=True)
class Draft:
    """What is believed of one piece of equipment, and what this transaction has made of it so far."""

    line: Intervals[Batch] = field(default_factory=Intervals)
    named: dict[str, list[Batch]] = field(default_factory=dict)
    """Those of the line by their id."""
    rows: dict[int, int] = field(default_factory=dict)
    """Identity of a stored batch → its row."""
    stored: list[Batch] = field(default_factory=list)
    gone: list[tuple[int, Stamp]] = field(default_factory=list)
    come: dict[int, Come] = field(default_factory=dict)
    """By the identity of its batch."""
    passed: list[tuple[Come, Stamp]] = field(default_factory=list)
    """What came, and went by the word of somebody else."""

    def hold(self, row: int, batch: Batch) -> None:
        self.rows[id(batch)] = row
        self.stored.append(batch)
        self.named.setdefault(batch.id, []).append(batch)

    def take(
        self, record: Record, parallel: bool, where: Place, stamp: Callable[[], Stamp]
    ) -> tuple[Finding, ...]:  # fmt: skip
        """A batch that comes and goes within one revision was never believed, and leaves no row."""
        same = self.named.get(str(record.fields.get("id") or ""), [])
        line = self.line if self.line.overlapping or not parallel else self.line.change((), (), True)
        done = effect(record, line, same, parallel, where)
        if done.gone or done.come:
            self._turn(done, parallel, stamp())
            self.line = line.change(done.gone, done.come)
        return done.findings

    def _turn(self, done: Effect, parallel: bool, stamp: Stamp) -> None:
        for batch in done.gone:
            self.named[batch.id] = [each for each in self.named[batch.id] if each is not batch]
            known = self.come.pop(id(batch), None)
            if known is None:
                self.gone.append((self.rows[id(batch)], stamp))
            elif known.stamp != stamp:
                self.passed.append((known, stamp))
        for batch in done.come:
            self.named.setdefault(batch.id, []).append(batch)
            self.come[id(batch)] = Come(batch, parallel, stamp)


def drafts_for(connection: Connection, records: Iterable[Record]) -> Mapping[str, Draft]:
    """Of all equipment that the records name: what runs at their earliest instant or later, and what has their ids."""
    wanted = [each for each in records if each.equipment is not None and each.kind not in ("product", "shift-change")]
    drafts = {str(each.equipment): Draft() for each in wanted}
    names = sorted({str(each.fields.get("id") or "") for each in wanted})
    since = min(map(_earliest, wanted), default=0)
    for equipment in parts(list(drafts)):
        _read(connection, drafts, equipment, since, names)
    for draft in drafts.values():
        draft.line = Intervals(draft.stored)
    return drafts


def _earliest(record: Record) -> Instant:
    start: Instant = record.fields.get("start", record.at)
    return max(min(record.at, start, WRITABLE.stop - 1), WRITABLE.start)


def _read(
    connection: Connection, drafts: Mapping[str, Draft], equipment: Sequence[str], since: Instant, names: Sequence[str]
) -> None:
    near = or_(BATCHES.c.stop.is_(None), BATCHES.c.stop >= since, BATCHES.c.id.in_(names))
    query = select(BATCHES).where(believed(BATCHES), BATCHES.c.equipment.in_(equipment), near)
    for row in connection.execute(query):
        drafts[row.equipment].hold(row.row, batch_of(row))


def write(open_one: Writing, drafts: Mapping[str, Draft]) -> None:
    open_one.end(BATCHES, [each for draft in drafts.values() for each in draft.gone])
    passed = [come.row(went) for draft in drafts.values() for come, went in draft.passed]
    open_one.insert(BATCHES, passed + [each.row() for draft in drafts.values() for each in draft.come.values()])
