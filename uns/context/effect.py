"""What a record does to the batches of its equipment: the one judgement that timeline and registry share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from uns.context.intervals import Intervals, ends, has_length
from uns.context.values import Batch, Record, fitted
from uns.equipment import EquipmentPath
from uns.finding import Finding, Place, SamplePlace, found
from uns.instant import LATEST, Instant, rfc3339


class Effect(NamedTuple):
    """The rows that a record supersedes and those that it adds; or findings, and then nothing changes."""

    gone: tuple[Batch, ...] = ()
    come: tuple[Batch, ...] = ()
    findings: tuple[Finding, ...] = ()


NOTHING: Final = Effect()


class _Case(NamedTuple):
    record: Record
    equipment: EquipmentPath
    line: Intervals[Batch]
    same: Sequence[Batch]
    parallel: bool
    where: Place

    @property
    def id(self) -> str:
        return str(self.record.fields.get("id") or "")

    def refuse(self, code: str, message: str, remedy: str) -> Effect:
        """With the way back for a message, which is kept; who asked over REST or by a sheet asks again."""
        again = f"; then: uns quarantine replay --code {code}" if isinstance(self.where, SamplePlace) else ""
        return Effect(findings=(found(code, message, remedy + again, self.where),))


def effect(record: Record, line: Intervals[Batch], same: Sequence[Batch], parallel: bool, where: Place) -> Effect:
    """On the batches of a believable record's equipment, of which `same` have its id; repeated, it has none."""
    if record.equipment is None:
        return NOTHING
    case = _Case(record, record.equipment, line, same, parallel, where)
    return _EFFECTS[record.kind](case)


def corrected(same: Iterable[Batch], start: Instant) -> Batch | None:
    """The one that a whole interval corrects, of those with its id: the one with that start, or else the newest."""
    by_start = {each.start: each for each in same}
    return by_start.get(start) or by_start.get(max(by_start, default=start))


def _start(case: _Case) -> Effect:
    record, at = case.record, case.record.at
    same = _same_begun(case, at) or _same_later(case, at)
    if same:
        return _become(same, _described(replace(same, start=min(at, same.start)), record))
    whole = "stop" in record.fields  # whoever says until when, or that nobody knows, wants just that
    new = _new(case, at, record.fields["stop"] if whole else _bound(case, at))
    others = _in_the_way(case, new) if whole else case.line.at(at).running
    return _overlap(case, others[0], at) if others and not case.parallel else Effect(come=(new,))


def _stop(case: _Case) -> Effect:
    at = case.record.at
    open_then = [each for each in case.line.meeting(at - 1, at + 1) if each.start <= at <= ends(each)]
    meant = [each for each in open_then if case.id in ("", each.id)]
    named = [each for each in meant if each.start < at] or [*filter(has_length, meant)] or meant[-1:]
    if len(named) > 1 and not case.id:
        return _untold(case, named)
    if named:
        return _become(named[-1], _described(replace(named[-1], stop=at), case.record))
    if case.id and open_then:
        message = f"{case.id!r} does not run on {case.equipment} at {rfc3339(at)}, {open_then[-1].id!r} does"
        return case.refuse("batch-unknown", message, "stop the batch that runs, or correct its interval with `batch`")
    message = f"no batch {case.id!r} runs" if case.id else "no batch runs"
    remedy = "announce its start, or the whole interval with `batch`"
    return case.refuse("batch-unknown", f"{message} on {case.equipment} at {rfc3339(at)}", remedy)


def _change(case: _Case) -> Effect:
    at, running = case.record.at, case.line.at(case.record.at).running
    same = next((each for each in running if each.id == case.id), None)
    if same:
        return _become(same, _described(same, case.record))
    if len(running) > 1:
        return _untold(case, list(running))
    closed = tuple(fitted(replace(each, stop=at)) for each in running)
    if not case.id:
        return Effect(running, closed)
    later = _same_next(case, at)
    if later:
        return Effect((*running, later), (*closed, _described(replace(later, start=at), case.record)))
    stop = running[0].stop if running else _bound(case, at)
    return Effect(running, (*closed, _new(case, at, stop)))


def _whole(case: _Case) -> Effect:
    """In place of all that was known of the batch within that time: of one that was resumed, every piece."""
    start, stop = case.record.fields["start"], case.record.fields.get("stop")
    if stop is not None and stop < start:
        message = f"batch {case.id!r} stops at {rfc3339(stop)}, before it starts at {rfc3339(start)}"
        return case.refuse("time-implausible", message, "correct the announcement")
    known = corrected(case.same, start)
    new = _described(replace(known, start=start, stop=stop), case.record) if known else _new(case, start, stop)
    others = _in_the_way(case, new)
    if others and not case.parallel:
        return _overlap(case, others[0], start)
    met = case.line.meeting(start, ends(new))
    pieces = tuple(each for each in met if each.id == case.id and each is not known)
    if pieces:
        return Effect((known, *pieces) if known else pieces, (new,))
    return _become(known, new) if known else Effect(come=(new,))


_EFFECTS: Final[dict[str, Callable[[_Case], Effect]]] = {
    "batch-start": _start,
    "batch-stop": _stop,
    "batch-change": _change,
    "batch": _whole,
}


def _same_begun(case: _Case, at: Instant) -> Batch | None:
    """The same batch where it runs, or where it began just then and was over at once."""
    running = next((each for each in case.line.at(at).running if each.id == case.id), None)
    if running or "stop" in case.record.fields:
        return running
    return next((each for each in case.same if each.start == at), None)


def _same_later(case: _Case, at: Instant) -> Batch | None:
    """The same batch, known with a later start and nothing in between: it began earlier than was thought."""
    return _same_next(case, at) if case.parallel or not case.line.at(at).running else None


def _same_next(case: _Case, at: Instant) -> Batch | None:
    """The same batch, where it is the one that starts next; nothing is in between where several may run at once."""
    same = min((each for each in case.same if each.start > at), key=lambda each: each.start, default=None)
    following = None if case.parallel else case.line.next_after(at)
    return same if same and (following is None or same.start <= following.start) else None


def _in_the_way(case: _Case, new: Batch) -> list[Batch]:
    """Other batches that share an instant with it; what has no length shares none."""
    if not has_length(new):
        return []
    return [each for each in case.line.meeting(new.start, ends(new)) if each.id != case.id and has_length(each)]


def _bound(case: _Case, at: Instant) -> Instant | None:
    """Where a batch that is announced late must end: at the start of the one that is known to follow."""
    following = None if case.parallel else case.line.next_after(at)
    return following.start if following else None


def _new(case: _Case, start: Instant, stop: Instant | None) -> Batch:
    return _described(Batch(case.id, case.equipment, start, stop), case.record)


def _described(batch: Batch, record: Record) -> Batch:
    """With what the record says about it; what it leaves out stays, and what it calls `emptied` goes."""
    names = ("product", "order", "quantity", "attributes", "state")
    given: dict[str, Any] = {name: value for name in names if (value := record.fields.get(name)) is not None}
    given |= dict.fromkeys(record.fields.get("emptied", ()))
    return fitted(replace(batch, **given) if given else batch)


def _become(old: Batch, new: Batch) -> Effect:
    return NOTHING if old == new else Effect((old,), (new,))


def _overlap(case: _Case, other: Batch, at: Instant) -> Effect:
    until = "still runs" if ends(other) == LATEST else f"runs until {rfc3339(ends(other))}"
    message = f"{case.id!r} cannot run on {case.equipment} from {rfc3339(at)}: {other.id!r} {until}"
    return case.refuse(
        "batch-overlap",
        message,
        f"end {other.id!r} first (`batch-stop`, or its `stop` in a sheet), or announce a `batch-change`",
    )


def _untold(case: _Case, several: list[Batch]) -> Effect:
    names = ", ".join(sorted(each.id for each in several))
    message = f"{names} run at once on {case.equipment}: nobody can tell which one ends"
    return case.refuse("batch-unknown", message, "name it with the field `id` of a `batch-stop`")
