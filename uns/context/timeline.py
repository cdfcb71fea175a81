"""The timeline: an immutable snapshot of batches, shifts, products and registered equipment, by event time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from uns.context.answer import Answer, Edition, Way
from uns.context.believable import unbelievable
from uns.context.difference import Difference, Turn, never
from uns.context.effect import effect
from uns.context.intervals import Found, Interval, Intervals, ends
from uns.context.members import context_of
from uns.context.notices import product_of, shift_change
from uns.context.shifts import Calendar, Span, calendar_for
from uns.context.table import Table
from uns.context.values import Batch, Context, Product, Record, Shift
from uns.envelope import Pair
from uns.equipment import EquipmentPath
from uns.finding import Finding, Place, SamplePlace
from uns.instant import EARLIEST, LATEST, Instant

REMEMBERED: Final = 262_144
NOWHERE: Final = SamplePlace("")

T = TypeVar("T", bound=Interval)
P = TypeVar("P", Batch, Shift)


@dataclass(frozen=True, slots=True)
class Timeline:
    revision: str
    """The registry's, and behind a `+` how many records of the path's own have changed it since."""
    batches: Table[Intervals[Batch]]
    ids: Table[tuple[Batch, ...]]
    products: Table[Product]
    changes: Table[Intervals[Shift]]
    """Shifts that a shift-change named, before the calendar's of the same equipment."""
    calendars: Mapping[str, Calendar]
    equipment: Table[str]
    since: Instant = EARLIEST
    """How far back it reaches."""
    stale: bool = False
    """Whether the registry has been silent for too long: batch and product are left out."""
    own: int = 0
    provenance: tuple[Pair, ...] = field(init=False, repr=False, compare=False)
    """The revision as a governed message's user property."""
    edition: Edition = field(default_factory=Edition, repr=False, compare=False)
    _ways: dict[str, Way] = field(default_factory=dict, repr=False, compare=False)
    _contexts: dict[tuple[int | tuple[str, ...], ...], Context] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "provenance", (("context", self.revision),))

    @staticmethod
    def build(
        revision: str = "0",
        batches: Iterable[Batch] = (),
        products: Iterable[Product] = (),
        calendars: Mapping[str, Calendar] | None = None,
        equipment: Iterable[str] = (),
        parallel: Callable[[EquipmentPath], bool] = never,
        shift_changes: Iterable[Shift] = (),
    ) -> Timeline:
        difference = Difference(
            Turn(come=tuple(batches)),
            Turn(come=tuple(shift_changes)),
            {each.id: each for each in products},
            {each: each for each in equipment},
            calendars,
            parallel,
        )
        return Timeline.begin().turn(revision, difference)

    @staticmethod
    def begin(since: Instant = EARLIEST) -> Timeline:
        """Nothing is known yet."""
        return Timeline("0", Table(), Table(), Table(), Table(), {}, Table(), since)

    def turn(self, revision: str, difference: Difference) -> Timeline:
        """As the registry has it at that revision; what the difference does not touch is shared."""
        return replace(
            self,
            revision=revision,
            batches=_lines(self.batches, difference.batches, difference.parallel),
            ids=_named(self.ids, difference.batches),
            products=self.products.change(difference.products.items()),
            changes=_lines(self.changes, difference.shifts, never),
            calendars=self.calendars if difference.calendars is None else difference.calendars,
            equipment=self.equipment.change(difference.equipment.items()),
            edition=Edition(),
            _ways={},
        )

    def holds(self, difference: Difference) -> bool:
        """Whether the batches and shifts are here that the difference takes away."""
        return all(each in (self.ids.get(each.id) or ()) for each in difference.batches.gone) and all(
            each in (self.changes.get(each.equipment) or ()) for each in difference.shifts.gone
        )

    def at(self, equipment: EquipmentPath, instant: Instant) -> Context:
        """Batch and shift each of the equipment itself, or else of its nearest ancestor that has one."""
        return self.answer(equipment, instant).context

    def answer(self, equipment: EquipmentPath, instant: Instant) -> Answer:
        """With the span for which it holds: who asks for one address again and again need not ask within that."""
        way = self._way(equipment)
        answer = way.answer
        if answer is None or answer.edition is not self.edition or not answer.since <= instant < answer.until:
            answer = way.answer = self._find(way, instant)
        return answer

    def of_batch(self, batch_id: str, equipment: EquipmentPath, instant: Instant) -> Context | None:
        """The batch that a payload names itself; None where the registry does not know it."""
        known = self.ids.get(batch_id)
        if not known:
            return None
        batch = max(known, key=lambda each: _fitness(each, equipment, instant))
        way = self._way(equipment)
        shift = self._shift_at(way, instant).shift
        return self._context(None if self.stale else batch, shift, self._gaps(way, True, shift is not None))

    def knows(self, equipment: EquipmentPath) -> bool:
        """Whether the registry lists this very equipment."""
        return equipment in self.equipment

    def when_stale(self) -> Timeline:
        """Without batch and product, which nobody has confirmed for too long; shifts are a calendar and go on."""
        return self if self.stale else replace(self, stale=True, edition=Edition())

    def when_heard(self) -> Timeline:
        """With batch and product again, since the registry says that they still are so."""
        return replace(self, stale=False, edition=Edition()) if self.stale else self

    def take(
        self, record: Record, parallel: bool = False, where: Place = NOWHERE
    ) -> tuple[Timeline, tuple[Finding, ...]]:
        """With the record's effect; refused, it is the same timeline. `parallel` is what the equipment's level says."""
        findings = unbelievable(record, where)
        if findings:
            return self, findings
        if record.kind == "product":
            return self._take_product(record), ()
        if record.equipment is None:
            return self, ()
        if record.kind == "shift-change":
            return self._take_shift(record, record.equipment), ()
        line: Intervals[Batch] = self.batches.get(record.equipment) or Intervals((), parallel)
        named = self.ids.get(str(record.fields.get("id"))) or ()
        same = [each for each in named if each.equipment == record.equipment]
        done = effect(record, line, same, parallel, where)
        if not done.come + done.gone:
            return self, done.findings
        turn = Turn(done.gone, done.come)
        batches = _lines(self.batches, turn, lambda equipment: parallel)
        return replace(self, **self._ahead(), batches=batches, ids=_named(self.ids, turn)), ()

    def _find(self, way: Way, instant: Instant) -> Answer:
        batch, since, until = self._batch_at(way, instant)
        shift = self._shift_at(way, instant)
        gaps = self._gaps(way, bool(batch), shift.shift is not None)
        if len(batch) > 1:
            several = tuple(sorted(each.id for each in batch))
            context = self._context(None, shift.shift, gaps)._replace(ambiguous=several)
        else:
            context = self._context(batch[0] if batch else None, shift.shift, gaps)
        return Answer(self.edition, max(since, shift.since), min(until, shift.until), context)

    def _batch_at(self, way: Way, instant: Instant) -> Found[Batch]:
        if self.stale:
            return Found((), EARLIEST, LATEST)
        return _nearest(way.batches, instant)

    def _shift_at(self, way: Way, instant: Instant) -> Span:
        """Of the nearest equipment that has one: there a crew that took over comes before the calendar."""
        running, since, until = _nearest(way.changes, instant)
        taken_over = running[0] if running else None
        if way.calendar is None:
            return Span(taken_over, since, until)
        shift, begun, over = way.calendar.at(instant)
        if taken_over is not None and (shift is None or len(taken_over.equipment) >= len(shift.equipment)):
            shift = taken_over
        return Span(shift, max(since, begun), min(until, over))

    def _gaps(self, way: Way, has_batch: bool, has_shift: bool) -> tuple[str, ...]:
        batch = () if has_batch or self.stale or not way.batches else ("batch",)
        return batch if has_shift or not (way.calendar or way.changes) else (*batch, "shift")

    def _way(self, equipment: EquipmentPath) -> Way:
        for each in equipment.upwards():
            known = self._ways.get(each)
            if known is not None:
                return known
            if each in self.batches or each in self.changes or each in self.calendars:
                break
        way = self._ways[each] = Way(
            tuple(line for above in each.upwards() if (line := self.batches.get(above))),
            tuple(shifts for above in each.upwards() if (shifts := self.changes.get(above))),
            calendar_for(each, self.calendars),
        )
        return way

    def _context(self, batch: Batch | None, shift: Shift | None, gaps: tuple[str, ...] = ()) -> Context:
        """The same object for the same batch, shift and product; it holds them, so their identities stay theirs."""
        product = self.products.get(batch.product) if batch and batch.product else None
        key = (id(batch), id(shift), id(product), gaps)
        known = self._contexts.get(key)
        if known is None:
            if len(self._contexts) >= REMEMBERED:
                self._contexts.clear()
            known = self._contexts[key] = context_of(batch, shift, product)._replace(gaps=gaps)
        return known

    def _take_product(self, record: Record) -> Timeline:
        known = self.products.get(str(record.fields["id"]))
        product = product_of(record, known)
        if product == known:
            return self
        return replace(self, **self._ahead(), products=self.products.change([(product.id, product)]))

    def _take_shift(self, record: Record, equipment: EquipmentPath) -> Timeline:
        line: Intervals[Shift] = self.changes.get(equipment) or Intervals()
        calendar = calendar_for(equipment, self.calendars)
        planned = calendar.whole(record.at) if calendar else Span(None, EARLIEST, LATEST)
        gone, come = shift_change(record, equipment, line, planned)
        if not come:
            return self
        return replace(self, **self._ahead(), changes=_lines(self.changes, Turn(gone, come), never))

    def _ahead(self) -> dict[str, Any]:
        """What every change of the path's own brings: another revision, and no remembered answers."""
        own = self.own + 1
        return {"revision": f"{self.revision.partition('+')[0]}+{own}", "own": own, "edition": Edition(), "_ways": {}}


def _lines(lines: Table[Intervals[P]], turn: Turn[P], parallel: Callable[[EquipmentPath], bool]) -> Table[Intervals[P]]:
    """Each piece of equipment with its part of the turn."""
    parts: dict[EquipmentPath, tuple[list[P], list[P]]] = {}
    for each in turn.gone:
        parts.setdefault(each.equipment, ([], []))[0].append(each)
    for each in turn.come:
        parts.setdefault(each.equipment, ([], []))[1].append(each)
    return lines.change((key, _line(lines.get(key), gone, come, parallel(key))) for key, (gone, come) in parts.items())


def _line(line: Intervals[P] | None, gone: list[P], come: list[P], parallel: bool) -> Intervals[P]:
    known = line or Intervals()
    return known.change(gone, come, parallel or known.overlapping)


def _named(ids: Table[tuple[Batch, ...]], turn: Turn[Batch]) -> Table[tuple[Batch, ...]]:
    held = {each.id: list(ids.get(each.id) or ()) for some in turn for each in some}
    for each in turn.gone:
        held[each.id].remove(each)
    for each in turn.come:
        held[each.id].append(each)
    return ids.change((name, tuple(batches) or None) for name, batches in held.items())


def _nearest(lines: tuple[Intervals[T], ...], instant: Instant) -> Found[T]:
    """Of the first that has something running then; the span is that in which none before it has."""
    since, until = EARLIEST, LATEST
    for line in lines:
        running, begun, over = line.at(instant)
        since, until = max(since, begun), min(until, over)
        if running:
            return Found(running, since, until)
    return Found((), since, until)


def _fitness(batch: Batch, equipment: EquipmentPath, instant: Instant) -> tuple[bool, int, int, int, str]:
    """How well an interval of a named batch fits: it runs then, it is near the equipment, it is recent, it is long."""
    runs = batch.start <= instant < ends(batch)
    near = len(batch.equipment) if equipment.is_under(batch.equipment) else -1
    return (runs, near, batch.start, ends(batch), batch.equipment)
