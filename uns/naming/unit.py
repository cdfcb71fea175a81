"""Units of measure: UCUM codes, and what one multiplication and one addition make of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from uns.finding import Malformed, nearest
from uns.naming.usual import USUAL, line

if TYPE_CHECKING:
    from lark import Lark
    from pint import UnitRegistry

MAX_LENGTH: Final = 48
_EXPONENT: Final = re.compile(r"[A-Za-z\]'*^%)][+-]?[0-9]{3}|[0-9]{10}")
"""Powers and factors beyond any unit; working them out could take for ever."""
_ANNOTATION: Final = re.compile(r"^(\{[^{}]*\})+$")
_PROBE: Final = 1e6

SLIPS: Final[Mapping[str, str]] = {
    "degF": "[degF]", "°F": "[degF]", "F°": "[degF]", "fahrenheit": "[degF]", "Fahrenheit": "[degF]",
    "°C": "Cel", "degC": "Cel", "celsius": "Cel", "Celsius": "Cel", "cel": "Cel", "C°": "Cel", "℃": "Cel",
    "℉": "[degF]", "°K": "K", "kelvin": "K", "Kelvin": "K",
    "rpm": "1/min", "RPM": "1/min", "U/min": "1/min", "1/Min": "1/min", "min-1": "1/min", "min⁻¹": "1/min",
    "psi": "[psi]", "PSI": "[psi]", "Bar": "bar", "mBar": "mbar", "inHg": "[in_i'Hg]",
    "percent": "%", "pct": "%", "ppm": "[ppm]", "ppb": "[ppb]", "pH": "[pH]",
    "sec": "s", "secs": "s", "seconds": "s", "minutes": "min", "hr": "h", "hrs": "h", "hours": "h", "days": "d",
    "Nm": "N.m", "kWh": "kW.h", "Wh": "W.h", "MWh": "MW.h", "VA": "V.A", "kVA": "kV.A", "Ah": "A.h",
    "m²": "m2", "m³": "m3", "m^2": "m2", "m^3": "m3", "m3/hr": "m3/h", "m³/h": "m3/h", "Nm3/h": "m3/h",
    "l/min": "L/min",
    "inch": "[in_i]", "in": "[in_i]", "ft": "[ft_i]", "lb": "[lb_av]", "lbs": "[lb_av]", "oz": "[oz_av]",
    "gal": "[gal_us]", "gpm": "[gal_us]/min", "hp": "[HP]", "mph": "[mi_i]/h", "°": "deg", "Ω": "Ohm", "ohm": "Ohm",
    "µm": "um", "μm": "um", "µs": "us", "μs": "us", "micron": "um", "kgs": "kg", "KG": "kg", "Kg": "kg",
    "hz": "Hz", "HZ": "Hz", "kw": "kW", "KW": "kW", "pcs": "{pcs}", "pieces": "{pieces}", "count": "{count}",
}  # fmt: skip
"""Spellings that plants use → the UCUM code that is most likely meant."""
_MISREAD: Final = frozenset({"mph", "ft", "pH", "U/min"})
"""Of these the ones that UCUM reads as what no plant counts in: milliphots, femtotonnes, picohenries, enzyme units."""


def canonical(units: Mapping[str, str], spelling: str) -> str:
    """The UCUM code of a spelling: what the standard's `units` say, else the text itself without blanks around it."""
    text = spelling.strip()
    return units.get(text, text)


@lru_cache(maxsize=4096)
def known(code: str) -> bool:
    """Whether this is a UCUM code; `[degF]` is, `degF` is not."""
    if code in USUAL:
        return True
    if not code or code in _MISREAD or len(code) > MAX_LENGTH or _EXPONENT.search(code):
        return False
    return is_in_grammar(code)


def is_in_grammar(code: str) -> bool:
    from lark.exceptions import LarkError

    try:
        _grammar().parse(code)
    except LarkError:
        return False
    return True


def unknown(code: str, spellings: Iterable[str] = ()) -> Malformed | None:
    """Why this is no UCUM code, with the likely one; `spellings` are what the standard knows besides."""
    if known(code):
        return None
    slip = SLIPS.get(code) or nearest(code[:MAX_LENGTH], (*spellings, *SLIPS.values()))
    remedy = f"did you mean `{slip}`?" if slip else "write the UCUM code, or add the spelling to the standard's `units`"
    is_not = "means something else in UCUM" if code in _MISREAD else "is not a UCUM unit"
    return Malformed("unit-unknown", f"`{code[:MAX_LENGTH]}` {is_not}", remedy)


def scale(raw: str, wanted: str) -> tuple[float, float]:
    """Factor and offset of `conversion`; raises what refuses it."""
    outcome = conversion(raw, wanted)
    if isinstance(outcome, Malformed):
        raise Malformed(outcome.code, outcome.message, outcome.remedy)
    return outcome


@lru_cache(maxsize=4096)
def conversion(raw: str, wanted: str) -> tuple[float, float] | Malformed:
    """Factor and offset with which a value in `raw` becomes one in `wanted`, or why none do; a value, for messages."""
    refused = unknown(raw) or unknown(wanted)
    if refused:
        return refused
    if raw == wanted:
        return 1.0, 0.0
    return line(raw, wanted) or worked_out(raw, wanted)


def worked_out(raw: str, wanted: str) -> tuple[float, float] | Malformed:
    """The same, asked of the library for any two codes."""
    probes = _probes(raw, wanted)
    if probes is not None:
        zero, one, many = probes
        factor = (many - zero) / _PROBE if zero else one
        if abs(zero + factor - one) <= 1e-9 * max(1.0, abs(one)) and 0 < abs(factor) < float("inf"):
            return float(f"{factor:.15g}"), float(f"{zero:.15g}")
    return Malformed(
        "unit-incompatible", f"`{raw}` cannot become `{wanted}`", "correct the unit, or choose another name"
    )


def _probes(raw: str, wanted: str) -> tuple[float, float, float] | None:
    """What the library makes of 0, 1 and many; None where it refuses. Logarithmic units bend the line between them."""
    from lark.exceptions import LarkError
    from pint.errors import PintError

    try:
        return _converted(0.0, raw, wanted), _converted(1.0, raw, wanted), _converted(_PROBE, raw, wanted)
    except (LarkError, PintError, ArithmeticError, AttributeError, TypeError, ValueError):
        # The library lets odd but legal codes escape as errors of its own inside.
        return None


def _converted(value: float, raw: str, wanted: str) -> float:
    source, target = (_quantity(code) for code in (raw, wanted))
    quantity = _registry().Quantity(value * source.magnitude, source.units)
    return float(quantity.to(target.units).magnitude) / float(target.magnitude)


def _quantity(code: str) -> Any:
    from ucumvert import UcumToPintTransformer

    return UcumToPintTransformer(_registry()).transform(_grammar().parse(_ANNOTATION.sub("", code) or "1"))


def warm() -> None:
    """Grammar and tables of units, read ahead: with them the first conversion of a process takes half a second."""
    _grammar()
    _registry()


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    from ucumvert import get_ucum_parser

    parser: Lark = get_ucum_parser()
    return parser


@lru_cache(maxsize=1)
def _registry() -> UnitRegistry[Any]:
    """As `PintUcumRegistry`, which reads the tables twice, and works out ahead what every unit in them is."""
    from importlib.resources import files

    from pint import UnitRegistry

    registry: UnitRegistry[Any] = UnitRegistry(None)
    for package, table in (("pint", "default_en.txt"), ("ucumvert", "pint_ucum_defs.txt")):
        registry.load_definitions(str(files(package) / table))
    return registry
