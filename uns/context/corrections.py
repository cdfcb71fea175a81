"""What each correction changed for readings: on which equipment, for which event times, from what to what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from uns.context.difference import Difference
from uns.context.differing import Differs, Stretch, differing
from uns.context.standing import Published, Standing
from uns.context.timeline import Timeline
from uns.context.values import Context
from uns.equipment import EquipmentPath
from uns.instant import Instant

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
    """A revision: what it says otherwise than the one before."""

    word: Word
    difference: Difference
    touched: Sequence[Touched]
    told: Sequence[Touched] | None = None
    """What of it is looked at for corrections; None is all."""


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


def corrections(of: Of, steps: Sequence[Step], equipment: EquipmentPath | None, after: int) -> Iterator[Correction]:
    """Of the steps later than `after`, in order of their place; those before it, from the first on, tell since when
    something was believed. With equipment: there and below."""
    below = _below(steps, equipment)
    standing: dict[EquipmentPath, Standing] = {}
    before = Timeline.begin()
    for step in steps:
        now = before.turn(str(step.word.revision), step.difference)
        is_told = step.word.revision > after
        if is_told:
            for there, stretch in _asked(step.touched if step.told is None else step.told, below):
                for each in differing(before, now, there, stretch):
                    stands = standing.setdefault(there, Standing())
                    yield _correction(of, there, each, step.word, stands)
                    if step.told is None:
                        stands.change(each.since, each.until, step.word.at)
        if step is not steps[-1] and not (is_told and step.told is None):
            for there, stretch in _asked(step.touched, below):
                for each in differing(before, now, there, stretch):
                    standing.setdefault(there, Standing()).change(each.since, each.until, step.word.at)
        before = now


def _correction(of: Of, equipment: EquipmentPath, differs: Differs, word: Word, stands: Standing) -> Correction:
    published = stands.published(differs.since, differs.until, word.at)
    return Correction(equipment, of, differs.since, differs.until, differs.was, differs.became, word, published)


def _below(steps: Iterable[Step], equipment: EquipmentPath | None) -> Mapping[str, list[EquipmentPath]]:
    """Under every path, the equipment there and below that has something of its own."""
    own = {each.equipment for step in steps for each in step.touched}
    if equipment is not None:
        own = {equipment, *(each for each in own if each.is_under(equipment))}
    below: dict[str, list[EquipmentPath]] = {}
    for each in sorted(own):
        for above in each.upwards():
            below.setdefault(above, []).append(each)
    return below


def _asked(
    touched: Iterable[Touched], below: Mapping[str, list[EquipmentPath]]
) -> Iterator[tuple[EquipmentPath, Stretch]]:
    """Each event time of each equipment once, in order."""
    stretches: dict[EquipmentPath, list[Stretch]] = {}
    for each in touched:
        for equipment in below.get(each.equipment, ()):
            stretches.setdefault(equipment, []).append(each.stretch)
    for equipment in sorted(stretches):
        for stretch in joined(stretches[equipment]):
            yield equipment, stretch


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Those that meet or overlap as one, in order."""
    made: list[Stretch] = []
    for each in sorted(stretches):
        if made and each.since <= made[-1].until:
            made[-1] = Stretch(made[-1].since, max(made[-1].until, each.until))
        else:
            made.append(each)
    return made
