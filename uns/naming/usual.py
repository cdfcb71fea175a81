"""Units that nearly every plant uses, worked out here: the library's tables take longer to read than all its rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_QUANTITIES: Final[tuple[Mapping[str, float], ...]] = (
    {"K": 1, "Cel": 1, "[degF]": 5 / 9},
    {"1": 1, "%": 1e-2, "[ppth]": 1e-3, "[ppm]": 1e-6, "[ppb]": 1e-9},
    {"s": 1, "us": 1e-6, "ms": 1e-3, "min": 60, "h": 3600, "d": 86_400},
    {"Hz": 1, "kHz": 1e3, "MHz": 1e6, "1/s": 1, "1/min": 1 / 60, "1/h": 1 / 3600},
    {"m": 1, "um": 1e-6, "mm": 1e-3, "cm": 1e-2, "km": 1e3},
    {"m/s": 1, "mm/s": 1e-3, "m/min": 1 / 60, "km/h": 1 / 3.6},
    {"m3": 1, "mL": 1e-6, "L": 1e-3, "hL": 0.1},
    {"m3/s": 1, "m3/min": 1 / 60, "m3/h": 1 / 3600, "L/s": 1e-3, "L/min": 1e-3 / 60, "L/h": 1e-3 / 3600},
    {"kg": 1, "mg": 1e-6, "g": 1e-3, "t": 1e3},
    {"kg/s": 1, "kg/min": 1 / 60, "kg/h": 1 / 3600, "t/h": 1 / 3.6},
    {"N": 1, "kN": 1e3},
    {"Pa": 1, "hPa": 100, "kPa": 1e3, "MPa": 1e6, "mbar": 100, "bar": 1e5, "[psi]": 6894.75729316836},
    {"J": 1, "kJ": 1e3, "MJ": 1e6, "N.m": 1, "W.h": 3600, "kW.h": 3.6e6, "MW.h": 3.6e9},
    {"W": 1, "kW": 1e3, "MW": 1e6},
    {"A": 1, "mA": 1e-3},
    {"V": 1, "mV": 1e-3, "kV": 1e3},
)
"""What may become one another, each with its size in the first."""
_ZERO: Final = {"Cel": 273.15, "[degF]": 459.67 * 5 / 9}
"""Where a scale begins, in kelvin; all others begin at nothing."""

USUAL: Final = {code: quantity for quantity in _QUANTITIES for code in quantity}


def line(raw: str, wanted: str) -> tuple[float, float] | None:
    """Factor and offset; None where one of the two is none of these, or they measure different things."""
    sizes = USUAL.get(raw)
    if sizes is None or wanted not in sizes:
        return None
    factor = sizes[raw] / sizes[wanted]
    offset = (_ZERO.get(raw, 0.0) - _ZERO.get(wanted, 0.0)) / sizes[wanted]
    return float(f"{factor:.15g}"), float(f"{offset:.15g}")
