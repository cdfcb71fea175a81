"""Levels: which level of the standard each element of an equipment path goes to, and what groups may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from uns.finding import Malformed, nearest
from uns.naming.standard import Level, Standard
from uns.naming.where import compiled, takes_whole


class Misfit(NamedTuple):
    """The element (from 0, below the site) that no level takes, and why."""

    at: int
    refusal: Malformed
    read: tuple[Level, ...] = ()
    """The levels of the elements before it."""


def read_path(standard: Standard, site: str, elements: Sequence[str]) -> tuple[Level, ...] | Misfit:
    """The level of each element below the site: the first from the left that accepts it. A path may stop anywhere."""
    levels, position = levels_at(standard, site), 0
    read: list[Level] = []
    for index, element in enumerate(elements):
        offered = candidates(levels, position)
        level = next((each for each in offered if accepts(each, element)), None)
        if level is None:
            above = read[-1].name if read else "the site"
            refusal = repeated(standard, site, element) if not read else None
            return Misfit(index, refusal or no_level(element, offered, above), tuple(read))
        read.append(level)
        position = levels.index(level, position) + 1
    return tuple(read)


def levels_at(standard: Standard, site: str) -> tuple[Level, ...]:
    """The levels that exist at the site."""
    known = standard.sites.get(site)
    return tuple(each for each in standard.levels if known is None or each.name not in known.without)


def candidates(levels: tuple[Level, ...], position: int) -> tuple[Level, ...]:
    """The levels that may take the next element: the optional ones that may be skipped, and the one that may not."""
    for index in range(position, len(levels)):
        if not levels[index].optional:
            return levels[position : index + 1]
    return levels[position:]


def accepts(level: Level, text: str) -> bool:
    """Whether the text is one of the level's values, or what its pattern takes whole."""
    if level.values is not None and text in level.values:
        return True
    if level.pattern is not None:
        return takes_whole(compiled(level.pattern), text)
    return level.values is None


def read_groups(standard: Standard, groups: Sequence[str]) -> Misfit | None:
    """What is wrong with the groups between contract and name."""
    if len(groups) > standard.group_depth:
        message = f"{len(groups)} groups, `{'/'.join(groups)[:60]}`, stand before the name"
        return Misfit(
            standard.group_depth, Malformed("level-not-allowed", message, f"use at most {standard.group_depth}")
        )
    for index, group in enumerate(groups):
        if group.startswith("_") or not takes_whole(compiled(standard.group_pattern), group):
            message = f"`{group[:60]}` does not fit groups `{standard.group_pattern}`"
            return Misfit(index, Malformed("level-not-allowed", message, "translate it with a lookup, or use `kebab`"))
    return None


def repeated(standard: Standard, site: str, element: str) -> Malformed | None:
    """Why a path below the site cannot begin so, where it begins as the governed topic does: a slip of many."""
    if element not in (site, standard.root.split("/")[0]):
        return None
    remedy = f"leave out `{element}`; what stands here begins below `{standard.root}/{site}`"
    return Malformed("target-off-standard", f"`{element}` stands before it anyway", remedy)


def no_level(element: str, offered: tuple[Level, ...], above: str) -> Malformed:
    """Why none of the levels that may stand here, below the one `above`, takes the element."""
    shown = element[:60]
    if not offered:
        return Malformed("level-not-allowed", f"no level is left below {above} for `{shown}`", "shorten the path")
    values = {value: level.name for level in offered for value in level.values or ()}
    likely = nearest(element[:60], values)
    listed = likely is not None or offered[-1].pattern is None
    complaints = " and ".join(_complaint(level) for level in offered)
    if likely is not None:
        remedy = f"did you mean {values[likely]} `{likely}`?"
    elif listed:
        remedy = f"one of {', '.join(sorted(values)[:12])}"
    else:
        remedy = "translate it with a lookup, or use `kebab`"
    return Malformed("target-off-standard" if listed else "level-not-allowed", f"`{shown}` {complaints}", remedy)


def _complaint(level: Level) -> str:
    return f"is no {level.name}" if level.pattern is None else f"does not fit {level.name} `{level.pattern}`"
