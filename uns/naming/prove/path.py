"""Paths: whether the levels left of the contract are equipment that the standard allows and the file owns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final, NamedTuple

from uns.finding import Malformed
from uns.naming.levels import Misfit, accepts, candidates, levels_at, no_level, read_path, repeated
from uns.naming.prove.language import Algebra, Endless, Language, language
from uns.naming.prove.shape import Filled
from uns.naming.rule import RuleFile
from uns.naming.standard import Level, Standard

ALIKE: Final = 0.75


class Fault(NamedTuple):
    """What refuses one target: the level of the template (from 0) and why."""

    at: int
    refusal: Malformed


class Step(NamedTuple):
    """From one position among the levels to the next, over an element that one of them accepts."""

    position: int
    alike: Malformed | None
    """It resembles a listed value of an optional level that it skips."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What targets are judged by."""

    standard: Standard
    file: RuleFile
    algebra: Algebra
    accepted: dict[tuple[str, Language], bool] = field(default_factory=dict, compare=False)
    """What `_may_accept` has answered."""
    steps: dict[tuple[str, int, str], Step | None] = field(default_factory=dict, compare=False)
    """What `step` has answered: hundreds of rules may name their equipment by the same table."""

    site: str | None = field(init=False)
    """The site that stands before every target; None where targets begin with it themselves."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "site", self.file.sites[0] if len(self.file.sites) == 1 else None)


def is_sound(ground: Ground, texts: tuple[Filled, ...]) -> bool:
    """Whether there is nothing at all to say of it, which is so of nearly every row of a table."""
    site, position = ground.site, 0
    if site is None or site not in ground.file.owns:
        return False
    for text in texts:
        taken = step(ground, site, position, text) if text and type(text) is str else None
        if taken is None or taken.alike is not None:
            return False
        position = taken.position
    return bool(texts)


def judge_path(ground: Ground, texts: tuple[Filled, ...]) -> Fault | None:
    outside = _outside(ground, texts)
    if outside:
        return outside
    skip = 0 if ground.site else 1
    sites = (ground.site,) if ground.site else (texts[0],) if texts else ()
    site = sites[0] if sites and isinstance(sites[0], str) else ""
    below = texts[skip:]
    plain = tuple(each for each in below if isinstance(each, str))
    if len(plain) == len(below):
        outcome = read_path(ground.standard, site, plain)
        if not isinstance(outcome, Misfit):
            return None
        return Fault(outcome.at + skip, outcome.refusal)
    slip = repeated(ground.standard, site, below[0]) if isinstance(below[0], str) else None
    fault = _walk(ground, levels_at(ground.standard, site), below)
    return fault and Fault(fault.at + skip, slip if slip and not fault.at else fault.refusal)


def _walk(ground: Ground, levels: tuple[Level, ...], below: tuple[Filled, ...]) -> Fault | None:
    """As `read_path`, where some elements may be several texts: all positions that could follow are kept in mind."""
    positions = {0}
    for index, element in enumerate(below):
        offered = {level.name: level for position in sorted(positions) for level in candidates(levels, position)}
        above = " or ".join(levels[position - 1].name if position else "the site" for position in sorted(positions))
        positions = {after for position in positions for after in _after(ground, levels, position, element)}
        if not positions:
            return Fault(index, _refusal(element, tuple(offered.values()), above))
    return None


def _after(ground: Ground, levels: tuple[Level, ...], position: int, element: Filled) -> list[int]:
    offered = candidates(levels, position)
    if isinstance(element, str):
        return [position + at + 1 for at, level in enumerate(offered) if accepts(level, element)][:1]
    if isinstance(element, Malformed):
        return []
    return [position + at + 1 for at, level in enumerate(offered) if _may_accept(ground, level, element)]


def _may_accept(ground: Ground, level: Level, element: Language) -> bool:
    key = (level.name, element)
    if key not in ground.accepted:
        ground.accepted[key] = _overlaps(ground, level, element)
    return ground.accepted[key]


def _overlaps(ground: Ground, level: Level, element: Language) -> bool:
    if any(ground.algebra.takes(element, value) is not False for value in level.values or ()):
        return True
    if level.pattern is None:
        return level.values is None
    if element.values is not None:
        return any(accepts(level, text) for text in element.values)
    return ground.algebra.overlaps(element, language((Endless(level.pattern),))) is not False


def _refusal(element: Filled, offered: tuple[Level, ...], above: str) -> Malformed:
    if isinstance(element, str):
        return no_level(element, offered, above)
    names = " or ".join(level.name for level in offered) or "further level"
    message = f"nothing that the capture may be is a legal {names}"
    return Malformed("level-not-allowed", message, "translate it with a lookup, or use `kebab`")


def _outside(ground: Ground, texts: tuple[Filled, ...]) -> Fault | None:
    """Whether the first levels leave what the file owns, or might; literal levels are the parser's business."""
    path: list[str] = [ground.site] if ground.site else []
    for at, text in enumerate(texts):
        if any(_covers(owner, path) for owner in ground.file.owns):
            return None
        if not isinstance(text, str):
            return Fault(at, _refuse_owner(ground, "what a capture may be here"))
        path.append(text)
        if not any(_meets(owner, path) for owner in ground.file.owns):
            return Fault(at, _refuse_owner(ground, f"`{'/'.join(path)[:80]}`"))
    if not texts or any(_covers(owner, path) for owner in ground.file.owns):
        return None
    return Fault(len(texts) - 1, _refuse_owner(ground, f"`{'/'.join(path)[:80]}`"))


def _covers(owner: str, path: list[str]) -> bool:
    return path[: owner.count("/") + 1] == owner.split("/")


def _meets(owner: str, path: list[str]) -> bool:
    return _covers(owner, path) or owner.split("/")[: len(path)] == path


def _refuse_owner(ground: Ground, what: str) -> Malformed:
    owns = ", ".join(ground.file.owns)
    remedy = "list the values in `where` or a lookup, widen `owns`, or move the rule"
    return Malformed("owner-outside", f"{what} is not under `owns: [{owns}]`", remedy)


def lookalikes(ground: Ground, texts: tuple[Filled, ...]) -> Iterator[Fault]:
    """Elements that resemble a listed value of an optional level which they skip."""
    skip = 0 if ground.site else 1
    site = ground.site or (texts[0] if texts and isinstance(texts[0], str) else "")
    position = 0
    for at, text in enumerate(texts[skip:], skip):
        taken = step(ground, site, position, text) if isinstance(text, str) else None
        if taken is None:
            return
        if taken.alike is not None:
            yield Fault(at, taken.alike)
        position = taken.position


def step(ground: Ground, site: str, position: int, element: str) -> Step | None:
    """None where no level from that position on accepts the element."""
    key = (site, position, element)
    try:
        return ground.steps[key]
    except KeyError:
        return ground.steps.setdefault(key, _step(levels_at(ground.standard, site), position, element))


def _step(levels: tuple[Level, ...], position: int, element: str) -> Step | None:
    taken = next((each for each in candidates(levels, position) if accepts(each, element)), None)
    if taken is None:
        return None
    after = levels.index(taken, position)
    listed = {value: each.name for each in levels[position:after] for value in each.values or ()}
    alike = get_close_matches(element, listed, n=1, cutoff=ALIKE)
    if not alike:
        return Step(after + 1, None)
    message = f"`{element}` is read as {taken.name}, and {listed[alike[0]]} is skipped"
    remedy = f"did you mean {listed[alike[0]]} `{alike[0]}`?"
    return Step(after + 1, Malformed("level-lookalike", message, remedy))
