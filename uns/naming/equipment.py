"""Equipment as people write it, with or without the root, held against the standard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from uns.equipment import EquipmentPath
from uns.finding import Malformed, nearest
from uns.naming.levels import Misfit, candidates, levels_at, read_path
from uns.naming.standard import Role, Standard


class OffStandard(Malformed):
    """A path that could be one, and that the standard does not allow."""


def read_equipment(standard: Standard, text: str) -> EquipmentPath:
    """Raises OffStandard, or Malformed where the text is no path at all."""
    path = EquipmentPath(without_root(standard, text))
    check_site(standard, path.site)
    levels = read_path(standard, path.site, path.split("/")[1:])
    if isinstance(levels, Misfit):
        refusal = levels.refusal
        raise OffStandard(refusal.code, refusal.message, refusal.remedy)
    return path


def check_site(standard: Standard, name: str) -> None:
    """Raises OffStandard where the standard has no such site."""
    if name in standard.sites:
        return
    near = nearest(name[:200], standard.sites)
    remedy = f"did you mean `{near}`?" if near else f"the sites are {', '.join(sorted(standard.sites)[:12])}"
    raise OffStandard("site-unknown", f"`{name[:60]}` is no site of the standard", remedy)


def without_root(standard: Standard, path: str) -> str:
    """A root before the site is taken off."""
    root = f"{standard.root}/"
    if not path.startswith(root):
        return path
    below = path[len(root) :]
    is_rooted = path.partition("/")[0] not in standard.sites or below.partition("/")[0] in standard.sites
    return below if is_rooted else path


def with_root(standard: Standard, path: str) -> str:
    """As `uns` writes it."""
    return f"{standard.root}/{path}"


def role_of(standard: Standard, path: str) -> Role | Literal["site"] | None:
    """What ISA-95 calls it, in the standard's words; None where the standard has no room for it any more."""
    site, *elements = path.split("/")
    levels = read_path(standard, site, elements)
    if site not in standard.sites or isinstance(levels, Misfit):
        return None
    return levels[-1].role if levels else "site"


def listed_in(standard: Standard) -> Iterator[str]:
    """The equipment that the standard itself names, in order: sites, and what a level right below them lists.

    Farther down listed names say what may be there, not that it is.
    """
    named = set(standard.sites)
    for site in standard.sites:
        for level in candidates(levels_at(standard, site), 0):
            named.update(f"{site}/{each}" for each in level.values or ())
    yield from sorted(named)
