"""What ought to be believed after everything that was said, told from plain lists by looking at every member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from support.year.facts import FOR_EVER, Crew, Fact, Run, is_parallel
from support.year.walk import MINUTE, Clocks, Otherwise, Pattern, Plan, upwards

QUARTER: Final = 15 * MINUTE
"""Every boundary of the plant's shifts lies on one."""
NEAR: Final = 60
"""So many crews that took over are remembered of a line: more than in the days of which readings still come."""


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
        runs = self.running(unit, at) if named is None else self._named(named, at)
        if named is not None and not runs:
            return None
        members: dict[str, Any] = {}
        if len(runs) == 1 and not stale:
            [run] = runs
            members["batch"] = _known(id=run.id, order=run.order)
            if run.product:
                members["product"] = _known(id=run.product, name=self.names.get(run.product))
        shift = self.shift(unit, at)
        if shift:
            members["shift"] = _known(id=shift[0], date=shift[1] or None, crew=shift[2])
        return members

    def running(self, unit: str, at: int) -> list[Run]:
        """On the nearest where something runs; of several none can be told to be the reading's."""
        for each in upwards(unit):
            found = [run for run in self.runs.get(each, ()) if run.start <= at < run.stop]
            if found:
                return found
        return []

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

    def _line(self, fact: Fact) -> Sequence[Run]:
        """What stands in the fact's way, or is meant by it: where several may run at once, only its own batch."""
        runs = self.runs.get(fact.unit, ())
        return [each for each in runs if each.id == fact.id] if is_parallel(fact.unit) else runs

    def _here(self, fact: Fact) -> Run | None:
        return next((each for each in self._line(fact) if each.start <= fact.at < each.stop), None)

    def _after(self, fact: Fact) -> Run | None:
        """What runs next, for however short a time."""
        return next((each for each in self._line(fact) if fact.at < each.start < each.stop), None)

    def _itself(self, fact: Fact) -> Run | None:
        """The fact's own batch, where it begins later and nothing runs in between."""
        after = self._after(fact)
        own = next((each for each in self._line(fact) if each.id == fact.id and each.start > fact.at), None)
        return own if own and (after is None or own.start <= after.start) else None

    def _named(self, name: str, at: int) -> list[Run]:
        """Of its intervals the one that runs then, or else the newest; its name says on which equipment it ran."""
        known = [each for each in self.runs.get(name.partition("#")[0], ()) if each.id == name]
        return sorted(known, key=lambda each: (each.start <= at < each.stop, each.start, each.stop))[-1:]

    def _turn(self, unit: str, gone: Run | None, *come: Run) -> str:
        if (gone,) == come:
            return ""
        others = (each for each in self.runs.get(unit, ()) if each is not gone)
        self.runs[unit] = tuple(sorted((*others, *come), key=lambda run: (run.start, run.stop)))
        return "taken"

    def _batch_start(self, fact: Fact) -> str:
        running, following, later = self._here(fact), self._after(fact), self._itself(fact)
        begun = [each for each in self._line(fact) if (each.id, each.start) == (fact.id, fact.at)]
        own = [running] if running and running.id == fact.id else begun
        if own:
            return self._turn(fact.unit, own[0], _told(own[0], fact))
        if running:
            return "batch-overlap"
        if later:
            return self._turn(fact.unit, later, _told(later._replace(start=fact.at), fact))
        return self._turn(fact.unit, None, _new(fact, fact.at, following.start if following else FOR_EVER))

    def _batch_stop(self, fact: Fact) -> str:
        """Of the one that ran just before, be it that it stopped in this very moment."""
        there = [each for each in self._line(fact) if each.start <= fact.at <= each.stop and fact.id in (None, each.id)]
        there = (
            [each for each in there if each.start < fact.at]
            or [each for each in there if each.start < each.stop]
            or there
        )
        if not there:
            return "batch-unknown"
        return self._turn(fact.unit, there[-1], there[-1]._replace(stop=fact.at))

    def _batch_change(self, fact: Fact) -> str:
        running, following, later = self._here(fact), self._after(fact), self._itself(fact)
        if running and running.id == fact.id:
            return self._turn(fact.unit, running, _told(running, fact))
        if later:
            self._turn(fact.unit, running, *([running._replace(stop=fact.at)] if running else []))
            return self._turn(fact.unit, later, _told(later._replace(start=fact.at), fact))
        until = running.stop if running else following.start if following else FOR_EVER
        closed = [running._replace(stop=fact.at)] if running else []
        opened = [_new(fact, fact.at, until)] if fact.id else []
        return self._turn(fact.unit, running, *closed, *opened) if closed or opened else ""

    def _batch(self, fact: Fact) -> str:
        stop = FOR_EVER if fact.stop is None else fact.stop
        same = [each for each in self._line(fact) if each.id == fact.id]
        known = next((each for each in same if each.start == fact.start), same[-1] if same else None)
        met = [each for each in self._line(fact) if each.start < stop and fact.start < each.stop]
        if fact.start < stop and any(each.id != fact.id and each.start < each.stop for each in met):
            return "batch-overlap"
        pieces = [each for each in met if each.id == fact.id and each is not known]
        for piece in pieces:
            self._turn(fact.unit, piece)
        told = _told(known._replace(start=fact.start, stop=stop), fact) if known else _new(fact, fact.start, stop)
        return self._turn(fact.unit, known, told) or ("taken" if pieces else "")

    def _removed(self, fact: Fact) -> str:
        """It was entered in error, and nothing is in its place."""
        known = self.runs.get(fact.unit, ())
        self.runs[fact.unit] = tuple(each for each in known if each.id != fact.id)
        return "taken" if len(self.runs[fact.unit]) < len(known) else ""

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
