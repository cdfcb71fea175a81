"""Whether equipment may run several batches at once, as its level in the standard says."""

from __future__ import annotations

from uns.equipment import EquipmentPath
from uns.naming.levels import Misfit, read_path
from uns.naming.standard import Standard


def is_parallel(standard: Standard, equipment: EquipmentPath) -> bool:
    """The level of the path's last element; a site itself never is."""
    levels = read_path(standard, equipment.site, equipment.split("/")[1:])
    return not isinstance(levels, Misfit) and bool(levels) and levels[-1].parallel
