"""What each level of a governed path is, as the standard in force says."""

from __future__ import annotations

from typing import Final, NamedTuple

from uns.bundle import Bundle
from uns.naming.levels import Misfit, read_path
from uns.naming.standard import Name, Standard

UNKNOWN: Final = "unknown"


class Meaning(NamedTuple):
    kind: str
    description: str | None = None
    steward: str | None = None
    name: Name | None = None


def meaning_of(path: str, has_value: bool, bundle: Bundle | None) -> Meaning:
    """Kind, description and steward of one node; `has_value` tells a name from a group."""
    if bundle is None:
        return Meaning(UNKNOWN)
    root, standard = bundle.standard.root, bundle.standard
    if root == path or root.startswith(f"{path}/"):
        return Meaning("enterprise")
    levels = path.removeprefix(f"{root}/").split("/")
    contract = next((index for index, each in enumerate(levels) if each.startswith("_")), len(levels))
    steward = steward_of("/".join(levels[:contract]), bundle)
    if contract == 0:
        return Meaning(UNKNOWN)
    if contract == len(levels):
        return Meaning(_equipment_kind(levels, standard), None, steward)
    if contract == len(levels) - 1:
        return Meaning("contract" if levels[-1][1:] in standard.contracts else UNKNOWN, None, steward)
    if not has_value:
        return Meaning("group", None, steward)
    name = standard.names.get(levels[-1])
    return Meaning("name", (name.description or None) if name else None, steward, name)


def steward_of(equipment: str, bundle: Bundle) -> str | None:
    """Who answers for this equipment's names: the steward of the file that owns it."""
    for file in bundle.files:
        if any(equipment == owner or equipment.startswith(f"{owner}/") for owner in file.owns):
            return file.steward
    return None


def _equipment_kind(levels: list[str], standard: Standard) -> str:
    """Of the last of these levels, the first of which is a site."""
    site, *elements = levels
    if not elements:
        return "site" if site in standard.sites else UNKNOWN
    read = read_path(standard, site, elements)
    return UNKNOWN if isinstance(read, Misfit) else read[-1].name
