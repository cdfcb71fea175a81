"""What ought to be believed after everything that was said, told from plain lists by looking at every member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from support.year.walk import MINUTE, Clocks, Otherwise, Pattern, Plan, upwards

FOR_EVER: Final = 10**15
QUARTER: Final = 15 * MINUTE
"""Every boundary of the plant's shifts lies on one."""
NEAR: Final = 60
"""So many crews that took over are remembered of a line: more than in the days of which readings still come."""


class Run(NamedTuple):
    """A batch on one piece of equipment, start ≤ t < stop."""

    id: str
    start: int
    stop: int
    product: str | None
    order: str | None


class Crew(NamedTuple):
    """That took over from the one that the calendar names."""

    id: str
    date: str
    start: int
    stop: int
    crew: str


class Fact(NamedTuple):
    """What a system or a person says; `at` is the event time."""

    kind: str
    unit: str
    at: int
    id: str | None = None
    product: str | None = None
    order: str | None = None
    start: int = 0
    stop: int | None = None
    crew: str = ""
    name: str = ""


class Belief:
    """Of all equipment. `take` tells "" where a fact is no news, "taken", or why it is refused."""

    def __init__(self, clocks: Mapping[str, Clocks]) -> None:
        self.clocks = clocks
        self.runs: dict[str, tuple[Run, ...]] = {}
        self.crews: dict[str, tuple[Crew, ...]] = {}
        self.names: dict[str, str] = {}
        self.plan = Plan()

    def copy(self) -> Belief:
        other = Belief(self.clocks)
        other.runs, other.crews, other.names = dict(self.runs), dict(self.crews), dict(self.names)
        other.plan = self.plan
        return other

    def context(self, unit: str, at: int, stale: bool = False, named: str | None = None) -> dict[str, Any] | None:
        """The members of a payload; None where it names a batch that nobody knows."""
        run = self._named(named, at) if named is not None else self.run(unit, at)
        if named is not None and run is None:
            return None
        members: dict[str, Any] = {}
        if run and not stale:
            members["batch"] = _known(id=run.id, order=run.order)
            if run.product:
                members["product"] = _known(id=run.product, name=self.names.get(run.product))
        shift = self.shift(unit, at)
        if shift:
            members["shift"] = _known(id=shift[0], date=shift[1] or None, crew=shift[2])
        return members

    def run(self, unit: str, at: int) -> Run | None:
        for each in upwards(unit):
            found = self._here(each, at)
            if found:
                return found
        return None

    def shift(self, unit: str, at: int) -> tuple[str, str, str | None] | None:
        """Of the nearest that has one: there a crew that took over comes before the calendar."""
        planned, where = self._planned(unit, at), self.plan.place(unit)
        for each in upwards(unit):
            for crew in self.crews.get(each, ()):
                if crew.start <= at < crew.stop:
                    return crew.id, crew.date, crew.crew
            if each == where and planned:
                return planned
        return None

    def take(self, fact: Fact | Pattern | Otherwise) -> str:
        if isinstance(fact, Pattern):
            self.plan = self.plan.put(fact)
        elif isinstance(fact, Otherwise):
            self.plan = self.plan.otherwise(fact)
        else:
            return str(getattr(self, "_" + fact.kind.replace("-", "_"))(fact))
        return "taken"

    def _planned(self, unit: str, at: int) -> tuple[str, str, str | None] | None:
        return self.plan.running(unit, self.clocks[unit.partition("/")[0]].at(at))

    def _here(self, unit: str, at: int) -> Run | None:
        return next((each for each in reversed(self.runs.get(unit, ())) if each.start <= at < each.stop), None)

    def _named(self, name: str, at: int) -> Run | None:
        """Of its intervals the one that runs then, or else the newest; its name says on which equipment it ran."""
        known = [each for each in self.runs.get(name.partition("#")[0], ()) if each.id == name]
        return max(known, key=lambda each: (each.start <= at < each.stop, each.start, each.stop), default=None)

    def _after(self, unit: str, at: int, name: str | None) -> Run | None:
        """What starts next; one without length only if it has that name."""
        later = [each for each in self.runs.get(unit, ()) if each.start > at]
        met = [each for each in later if each.start < each.stop or each.id == name]
        return min(met, default=None, key=lambda run: (run.start, run.id != name))

    def _turn(self, unit: str, gone: Run | None, *come: Run) -> str:
        if (gone,) == come:
            return ""
        others = (each for each in self.runs.get(unit, ()) if each is not gone)
        self.runs[unit] = tuple(sorted((*others, *come), key=lambda run: (run.start, run.stop)))
        return "taken"

    def _batch_start(self, fact: Fact) -> str:
        running, following = self._here(fact.unit, fact.at), self._after(fact.unit, fact.at, fact.id)
        over = [each for each in self.runs.get(fact.unit, ()) if (each.id, each.start) == (fact.id, fact.at)]
        if over:
            return self._turn(fact.unit, over[0], _told(over[0], fact))
        if running:
            return self._turn(fact.unit, running, _told(running, fact)) if running.id == fact.id else "batch-overlap"
        if following and following.id == fact.id:
            return self._turn(fact.unit, following, _told(following._replace(start=fact.at), fact))
        return self._turn(fact.unit, None, _new(fact, fact.at, following.start if following else FOR_EVER))

    def _batch_stop(self, fact: Fact) -> str:
        """Of the one that ran just before, be it that it stopped in this very moment."""
        there = [each for each in self.runs.get(fact.unit, ()) if each.start <= fact.at <= each.stop]
        if fact.id is not None:
            there = [each for each in there if each.id == fact.id]
        there = [each for each in there if each.start < fact.at] or there
        if not there:
            return "batch-unknown"
        return self._turn(fact.unit, there[-1], there[-1]._replace(stop=fact.at))

    def _batch_change(self, fact: Fact) -> str:
        running, following = self._here(fact.unit, fact.at), self._after(fact.unit, fact.at, fact.id)
        if running and running.id == fact.id:
            return self._turn(fact.unit, running, _told(running, fact))
        if following and following.id == fact.id:
            self._turn(fact.unit, running, *([running._replace(stop=fact.at)] if running else []))
            return self._turn(fact.unit, following, _told(following._replace(start=fact.at), fact))
        until = running.stop if running else following.start if following else FOR_EVER
        closed = [running._replace(stop=fact.at)] if running else []
        opened = [_new(fact, fact.at, until)] if fact.id else []
        return self._turn(fact.unit, running, *closed, *opened) if closed or opened else ""

    def _batch(self, fact: Fact) -> str:
        stop = FOR_EVER if fact.stop is None else fact.stop
        same = [each for each in self.runs.get(fact.unit, ()) if each.id == fact.id]
        known = next((each for each in same if each.start == fact.start), same[-1] if same else None)
        met = [each for each in self.runs.get(fact.unit, ()) if each.start < stop and fact.start < each.stop]
        if fact.start < stop and any(each.id != fact.id and each.start < each.stop for each in met):
            return "batch-overlap"
        pieces = [each for each in met if each is not known and each.id == fact.id]
        for piece in pieces:
            self._turn(fact.unit, piece)
        told = _told(known._replace(start=fact.start, stop=stop), fact) if known else _new(fact, fact.start, stop)
        return self._turn(fact.unit, known, told) or ("taken" if pieces else "")

    def _product(self, fact: Fact) -> str:
        assert fact.id
        if self.names.get(fact.id) == fact.name:
            return ""
        self.names[fact.id] = fact.name
        return "taken"

    def _shift_change(self, fact: Fact) -> str:
        """Until the first quarter of an hour at which the calendar says something else, or another crew takes over."""
        planned = self._planned(fact.unit, fact.at)
        known = self.crews.get(fact.unit, ())
        name, day = planned[:2] if planned else ("unplanned", "")
        running = next((each for each in known if each.start <= fact.at < each.stop), None)
        if running and (running.id, running.crew) == (name, fact.crew):
            return ""
        until = fact.at // QUARTER * QUARTER + QUARTER
        while _shift(self._planned(fact.unit, until)) == _shift(planned):
            until += QUARTER
        until = min([until, *(each.start for each in known if fact.at < each.start < each.stop)])
        others = [each for each in known if each is not running][-NEAR:]
        closed = [running._replace(stop=fact.at)] if running else []
        self.crews[fact.unit] = (*others, *closed, Crew(name, day, fact.at, until, fact.crew))
        return "taken"


def _shift(planned: tuple[str, str, str | None] | None) -> tuple[str, str] | None:
    return planned[:2] if planned else None


def _told(run: Run, fact: Fact) -> Run:
    return run._replace(product=fact.product or run.product, order=fact.order or run.order)


def _new(fact: Fact, start: int, stop: int) -> Run:
    return Run(fact.id or "", start, stop, fact.product, fact.order)


def _known(**members: str | None) -> dict[str, str]:
    return {name: value for name, value in members.items() if value is not None}
