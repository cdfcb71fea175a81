"""What each correction changed for readings: on which equipment, for which event times, from what to what."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from uns.context.differing import Stretch, differing, joined, same, shared
from uns.context.timeline import Timeline
from uns.context.values import Context
from uns.equipment import EquipmentPath
from uns.instant import EARLIEST, Instant

Of = Literal["batch", "shift"]


class Word(NamedTuple):
    """Whose word a revision of the registry is, when it was recorded, and why."""

    revision: int
    at: Instant
    by: str
    why: str | None


class Touched(NamedTuple):
    """What a revision may change for this equipment and all below it, and nothing beside."""

    equipment: EquipmentPath
    stretch: Stretch


@dataclass(frozen=True, slots=True)
class Step:
    """A revision, and what is believed since."""

    word: Word
    timeline: Timeline
    touched: Sequence[Touched]
    told: Sequence[Touched] | None = None
    """What of it is looked at for corrections; None is all."""


class Published(NamedTuple):
    """Readings that went out with a belief before it was corrected."""

    since: Instant | None
    """From when on some can have been, late ones too; None where it was corrected before that."""
    length: int
    """Nanoseconds of event time whose readings were, each published at its event time."""


class Correction(NamedTuple):
    """It holds for the equipment and all below that has nothing of its own, start ≤ t < stop of event time."""

    equipment: EquipmentPath
    of: Of
    """The batch with its product, or the shift."""
    start: Instant
    stop: Instant
    was: Context
    became: Context
    word: Word
    published: Published
    """With what was believed before."""

    @property
    def place(self) -> tuple[int, str, str, int]:
        """In the order in which corrections are told."""
        return (self.word.revision, self.equipment, self.of, self.start)


def corrections(of: Of, steps: Iterable[Step], equipment: EquipmentPath, after: int) -> Iterator[Correction]:
    """Of one piece of equipment by the steps later than `after`, each in order of event time; those before it, from
    the first on, tell since when something was believed."""
    above = frozenset(equipment.upwards())
    standing, before = _Standing(), Timeline.begin()
    for step in steps:
        told = None if step.told is None else _on(above, step.told)
        for stretch in _on(above, step.touched):
            for each in differing(before, step.timeline, equipment, stretch):
                here = Stretch(each.since, each.until)
                if step.word.revision > after:
                    for start, stop in [here] if told is None else shared(here, told):
                        published = standing.published(start, stop, step.word.at)
                        yield Correction(equipment, of, start, stop, each.was, each.became, step.word, published)
                standing.change(*here, step.word.at)
        before = step.timeline


def _on(above: frozenset[EquipmentPath], touched: Iterable[Touched]) -> list[Stretch]:
    return joined(stretch for equipment, stretch in touched if equipment in above)


def longer(one: Correction, other: Correction) -> Correction | None:
    """Both as one, where they follow each other without an end or another word between them."""
    is_next = (one.stop, one.word.revision) == (other.start, other.word.revision)
    if not is_next or not same(one.was, other.was) or not same(one.became, other.became):
        return None
    return one._replace(stop=other.stop, published=_both(one.published, other.published))


def _both(one: Published, other: Published) -> Published:
    known = [each.since for each in (one, other) if each.since is not None]
    return Published(min(known, default=None), one.length + other.length)


class _Standing:
    """Since when each event time of one piece of equipment has been answered as it is; what nobody ever recorded
    otherwise has been answered so from the beginning."""

    __slots__ = ("_edges", "_recorded")

    def __init__(self) -> None:
        self._edges: list[Instant] = [EARLIEST]
        self._recorded: list[Instant] = [EARLIEST]
        """When the answer was recorded that holds from the edge of the same place up to the next one."""

    def change(self, since: Instant, until: Instant, recorded: Instant) -> None:
        """Another answer from then on for since ≤ t < until."""
        after = self._recorded[bisect_right(self._edges, until) - 1]
        first, last = bisect_left(self._edges, since), bisect_right(self._edges, until)
        self._edges[first:last] = [since, until]
        self._recorded[first:last] = [recorded, after]

    def published(self, since: Instant, until: Instant, corrected: Instant) -> Published:
        """With the answer of since ≤ t < until that was corrected then."""
        total, first, place = 0, corrected, bisect_right(self._edges, since) - 1
        while place < len(self._edges) and self._edges[place] < until:
            begin = max(self._edges[place], since, self._recorded[place])
            end = self._edges[place + 1] if place + 1 < len(self._edges) else until
            total += max(0, min(end, until, corrected) - begin)
            first = min(first, begin)
            place += 1
        return Published(first if first < corrected else None, total)
