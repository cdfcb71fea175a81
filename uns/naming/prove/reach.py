"""Reach: whether a target's names are ones that the standard and the file's ownership allow.

What a table says is judged cell by cell (`target-off-standard`, `level-not-allowed`, `name-unknown`, `level-empty`,
`transform-failed`, at the cell). What only a capture says is an error where no value of it can pass, and is judged per
sample where some can. `owner-outside`: the first levels come from a capture or a table and may leave what it owns.
`level-lookalike`: an element resembles a listed value of an optional level that it skips.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from uns.finding import FilePlace, Finding, Malformed, nearest
from uns.naming.levels import read_groups
from uns.naming.prove.language import Language
from uns.naming.prove.path import Fault, Ground, is_sound, judge_path, lookalikes
from uns.naming.prove.places import place
from uns.naming.prove.sets import Relation
from uns.naming.prove.shape import Filled, LevelShape, distinct, shapes, written_out
from uns.naming.targets import contract_at
from uns.naming.template import Part, Slot, contract_level

TemplateLevels = tuple[tuple[Part, ...], ...]


class Verdict(NamedTuple):
    """On one filling of some levels."""

    fault: Fault | None = None
    alike: tuple[Fault, ...] = ()
    """What it resembles and is not."""


PASSED: Final = Verdict()
Judge = Callable[[Ground, tuple[Filled, ...]], Verdict]


def reach(ground: Ground, relation: Relation) -> Iterator[Finding]:
    """Targets that do not divide into equipment and name are the parser's business."""
    for number, template in enumerate(relation.rule.to):
        where, marked = place(relation.rule, f"to/{number}"), contract_at(template)
        if contract_level(template) is None and not relation.rule.record:
            continue
        end = len(template.levels) if marked is None else marked
        yield from _part(ground, relation, template.levels[:end], where, _judge_path)
        if not relation.rule.record and end < len(template.levels) - 1:
            yield from _part(ground, relation, template.levels[end + 1 : -1], where, _judge_groups)
            yield from _part(ground, relation, template.levels[-1:], where, _judge_name)


def _part(
    ground: Ground, relation: Relation, levels: TemplateLevels, where: FilePlace, judge: Judge
) -> Iterator[Finding]:
    """Judges each different filling of these levels, and tells faults of cells at once, others if nothing passes."""
    written = written_out(relation, levels)
    filling = shapes(written, levels)
    columns = tuple(sorted({column for each in filling for column in each.key}))
    passed, fault = False, None
    for entry in distinct(written, columns):
        texts = tuple([each.fill(written.cells[entry]) for each in filling])
        refused, alike = judge(ground, texts)
        for each in alike:
            yield each.refusal.at(filling[each.at].place_of(entry) or where)
        if refused is None:
            passed = True
        elif (cell := _cell(filling[refused.at], entry)) is not None:
            yield _of_cell(refused.refusal).at(cell)
        elif refused.refusal.code != "owner-outside":
            fault = fault or refused
        elif not _told(levels[: refused.at + 1]):
            yield refused.refusal.at(where)
            return
    if fault and not passed:
        yield fault.refusal.at(where)


def _of_cell(refusal: Malformed) -> Malformed:
    """What a capture needs a table for, a table itself says wrongly."""
    if refusal.code != "level-not-allowed":
        return refusal
    return Malformed(refusal.code, refusal.message, "correct the cell, or write `kebab` behind the column in `to`")


def _told(levels: TemplateLevels) -> bool:
    """Whether the parser has judged these levels: all of them are text."""
    return all(isinstance(part, str) for level in levels for part in level)


def _cell(shape: LevelShape, entry: int) -> FilePlace | None:
    """The cell that decides the level in this entry, where just the tables do."""
    places = [shape.relation.place_of(part.name, entry) for part in shape.parts if isinstance(part, Slot)]
    return places[0] if places and all(places) else None


def _judge_path(ground: Ground, texts: tuple[Filled, ...]) -> Verdict:
    if is_sound(ground, texts):
        return PASSED
    return Verdict(_unfilled(texts) or judge_path(ground, texts), tuple(lookalikes(ground, texts)))


def _unfilled(texts: tuple[Filled, ...]) -> Fault | None:
    for at, text in enumerate(texts):
        if isinstance(text, Malformed):
            return Fault(at, text)
        if text == "":
            return Fault(at, Malformed("level-empty", "the level comes out empty", "fill in the cell, or drop the row"))
    return None


def _judge_groups(ground: Ground, texts: tuple[Filled, ...]) -> Verdict:
    return Verdict(_unfilled(texts) or _groups(ground, texts))


def _groups(ground: Ground, texts: tuple[Filled, ...]) -> Fault | None:
    plain = [each if isinstance(each, str) else "g" for each in texts]
    for at, text in enumerate(texts):
        misfit = read_groups(ground.standard, plain[: at + 1]) if isinstance(text, str) else None
        if misfit and misfit.at == at:
            return Fault(at, misfit.refusal)
    return None


def _judge_name(ground: Ground, texts: tuple[Filled, ...]) -> Verdict:
    return Verdict(_unfilled(texts) or _name(ground, texts))


def _name(ground: Ground, texts: tuple[Filled, ...]) -> Fault | None:
    text, names = texts[0], ground.standard.names
    if isinstance(text, Language):
        if any(ground.algebra.takes(text, name) is not False for name in names):
            return None
        message, likely = "nothing that the capture may be is in the dictionary", None
    else:
        if text in names:
            return None
        message, likely = f"`{text}` is not in the dictionary", nearest(str(text)[:60], names)
    remedy = (
        f"did you mean `{likely}`?" if likely else "add it to the standard's `names`, or translate it with a lookup"
    )
    return Fault(0, Malformed("name-unknown", message, remedy))
