"""The usual units are what the library makes of them, and spare it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from uns.naming import unit
from uns.naming.usual import USUAL, line

PAIRS = [(raw, wanted) for raw, sizes in USUAL.items() for wanted in sizes if raw != wanted]


@pytest.mark.parametrize("raw", USUAL)
def test_a_usual_unit_is_a_ucum_code(raw: str) -> None:
    assert unit.is_in_grammar(raw)


@pytest.mark.parametrize(("raw", "wanted"), PAIRS)
def test_a_conversion_is_the_library_s(raw: str, wanted: str) -> None:
    assert line(raw, wanted) == pytest.approx(unit.worked_out(raw, wanted), rel=1e-12)


@pytest.mark.parametrize(("raw", "wanted"), [("Cel", "bar"), ("[in_i]", "mm"), ("mm", "[in_i]")])
def test_all_else_is_left_to_the_library(raw: str, wanted: str) -> None:
    assert line(raw, wanted) is None


def test_usual_units_load_no_library() -> None:
    program = (
        "import sys; from uns.naming.unit import scale; scale('[psi]', 'kPa'); print({'lark', 'pint'} & {*sys.modules})"
    )
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "set()\n"
    )
