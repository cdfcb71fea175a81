"""Equipment in requests and answers: taken with or without the root, shown with it."""

from __future__ import annotations

from uns.api.problem import Refused, malformed
from uns.equipment import EquipmentPath
from uns.finding import FilePlace, Malformed, found, nearest
from uns.naming.levels import Misfit, read_path
from uns.naming.standard import Standard
from uns.registry.csv.cells import without_root


def equipment_in(standard: Standard, text: str, name: str) -> EquipmentPath:
    """The equipment that a parameter (`?equipment`) or member (`/path`) names; 400 where it cannot exist."""
    try:
        path = EquipmentPath(without_root(standard, text))
    except Malformed as error:
        raise malformed(name, error) from None
    if path.site not in standard.sites:
        near = nearest(path.site, standard.sites)
        remedy = f"did you mean `{near}`?" if near else f"the sites are {', '.join(sorted(standard.sites)[:12])}"
        message = f"`{path.site[:60]}` is no site of the standard"
        raise Refused(400, message, [found("site-unknown", message, remedy, FilePlace(name))])
    levels = read_path(standard, path.site, path.split("/")[1:])
    if isinstance(levels, Misfit):
        raise malformed(name, levels.refusal)
    return path


def with_root(standard: Standard, path: str) -> str:
    return f"{standard.root}/{path}"
