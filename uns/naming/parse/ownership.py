"""Ownership: a file's targets lie under what it owns, and nobody else owns any of that."""

from __future__ import annotations

from collections.abc import Iterable

from uns.equipment import EquipmentPath
from uns.finding import FilePlace
from uns.naming.parse.report import Report
from uns.naming.rule import Rule, RuleFile
from uns.naming.template import Slot, Template


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
                report.add(
                    "owner-overlap",
                    message,
                    "divide it with `owns` in both files, or make them one",
                    _place_of_owner(file, index),
                )
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
        outside = _outside(template, file)
        if outside is None:
            continue
        place = rule.places.get(f"to/{index}") or rule.places.get("to") or rule.place
        owned = ", ".join(file.owns[:5])
        begin = "begin it with the site; " if len(file.sites) > 1 else ""
        message = f"`{outside}` is not under `owns: [{owned}]`"
        report.add("owner-outside", message, f"{begin}widen `owns` or move the rule", place)


def _outside(template: Template, file: RuleFile) -> str | None:
    """What the target's literal first levels say that the file does not own; what captures may say is proven later."""
    levels, ended = _literal(template)
    path = [*([file.sites[0]] if len(file.sites) == 1 else []), *levels]
    owned = [owner.split("/") for owner in file.owns]
    if any(path[: len(owner)] == owner for owner in owned):
        return None
    if not ended and any(owner[: len(path)] == path for owner in owned):
        return None
    return "/".join(path) if ended else f"{'/'.join(path)}/…"


def _literal(template: Template) -> tuple[list[str], bool]:
    """The leading equipment levels without captures, and whether they are all that there are."""
    texts: list[str] = []
    for level in template.levels:
        if any(isinstance(part, Slot) for part in level):
            return texts, False
        text = "".join(part for part in level if isinstance(part, str))
        if text.startswith("_"):
            break
        texts.append(text)
    return texts, True
