"""Ownership: a file's targets lie under what it owns, and nobody else owns any of that."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from math import prod
from typing import Final

from uns.equipment import EquipmentPath
from uns.finding import FilePlace
from uns.naming.parse.report import Report
from uns.naming.rule import Rule, RuleFile
from uns.naming.template import Slot, Template

MAX_PATHS: Final = 1_000


def check_ownership(files: Iterable[RuleFile], report: Report) -> None:
    """Every target of every file, then the files among each other, ordered by path."""
    owners: dict[str, RuleFile] = {}
    below: dict[str, EquipmentPath] = {}
    for file in sorted(files, key=lambda each: each.path):
        for rule in file.rules:
            _check_targets(rule, file, report)
        for index, path in enumerate(file.owns):
            other = next((each for each in path.upwards() if each in owners), below.get(path))
            if other is not None:
                theirs = f"`{owners[other].stem}.yaml`"
                owned = f"owned by {theirs}" if other == path else f"not free: {theirs} owns `{other}`"
                message = f"`{path}` is {owned}"
                report.add("owner-overlap", message, "narrow `owns`", _place_of_owner(file, index))
        for path in file.owns:
            owners.setdefault(path, file)
            for each in path.upwards():
                below.setdefault(each, path)


def _place_of_owner(file: RuleFile, index: int) -> FilePlace:
    return (
        file.places.get(f"owns/{index}") or file.places.get("owns") or file.places.get("site") or FilePlace(file.path)
    )


def _check_targets(rule: Rule, file: RuleFile, report: Report) -> None:
    for index, template in enumerate(rule.to):
        outside = _outside(template, rule, file)
        if outside is None:
            continue
        place = rule.places.get(f"to/{index}") or rule.places.get("to") or rule.place
        owned = ", ".join(file.owns[:5])
        begin = "begin it with the site; " if len(file.sites) > 1 else ""
        message = f"`{outside}` is not under `owns: [{owned}]`"
        report.add("owner-outside", message, f"{begin}widen `owns` or move the rule", place)


def _outside(template: Template, rule: Rule, file: RuleFile) -> str | None:
    """What a target may begin with that the file does not own, or None."""
    owned = frozenset[str](file.owns)
    depth = max((path.count("/") + 1 for path in file.owns), default=1)
    site = [(file.sites[0],)] if len(file.sites) == 1 else []
    choices = [*site, *(_texts(level, rule) for level in template.levels)][:depth]
    known = choices[: next((index for index, each in enumerate(choices) if not each), len(choices))]
    if prod(len(each) for each in known) > MAX_PATHS:
        return "/".join(["…"] * len(known))
    for levels in product(*known):
        path = "/".join(levels)
        if not any("/".join(levels[:end]) in owned for end in range(1, len(levels) + 1)):
            return f"{path}/…" if path else "…"
    return None


def _texts(level: tuple[str | Slot, ...], rule: Rule) -> tuple[str, ...]:
    """Every text that the level can be: its own, or those that `where` lists for a capture alone in it."""
    if all(isinstance(part, str) for part in level):
        text = "".join(part for part in level if isinstance(part, str))
        return () if text.startswith("_") else (text,)
    slot = level[0]
    if len(level) > 1 or not isinstance(slot, Slot) or slot.transforms:
        return ()
    return next((each.values for each in rule.where if each.capture == slot.name and each.values), ())
