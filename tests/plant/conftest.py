from __future__ import annotations

from support.plant_fixtures import folder

__all__ = ["folder"]
