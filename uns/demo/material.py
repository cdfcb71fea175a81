"""Where the demo's files are: inside the installed package, or in the checkout around it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PACKAGED: Final = Path(__file__).parent / "shipped"
_CHECKOUT: Final = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Material:
    """The broker's configuration, the plant's rules and schemas, and its registry as CSV."""

    mosquitto: Path
    rules: Path
    schemas: Path
    registry: Path

    @classmethod
    def found(cls) -> Material:
        if _PACKAGED.is_dir():
            names = ("mosquitto/conf.d", "naming_rules", "schemas", "registry")
            return cls(*(_PACKAGED / name for name in names))
        names = ("mosquitto/conf.d", "naming_rules", "schemas", "examples/demo/registry")
        return cls(*(_CHECKOUT / name for name in names))
