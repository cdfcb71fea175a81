"""Units are UCUM's, and conversions are exact to twelve digits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uns.finding import Malformed
from uns.naming.unit import SLIPS, canonical, conversion, known, scale, unknown


@pytest.mark.parametrize(
    ("value", "raw", "wanted", "expected"),
    [
        (71.6, "[degF]", "Cel", 22.0),
        (-40.0, "[degF]", "Cel", -40.0),
        (22.0, "Cel", "[degF]", 71.6),
        (22.0, "Cel", "K", 295.15),
        (60.0, "1/min", "Hz", 1.0),
        (1.0, "bar", "kPa", 100.0),
        (1.0, "[psi]", "Pa", 6894.75729317),
        (50.0, "%", "1", 0.5),
        (3.6, "km/h", "m/s", 1.0),
        (1.0, "kW.h", "MJ", 3.6),
        (5.0, "Cel", "Cel", 5.0),
        (2.0, "10.mm", "cm", 2.0),
        (1.0, "Gy", "mRAD", 100_000.0),
    ],
)
def test_values_convert(value: float, raw: str, wanted: str, expected: float) -> None:
    factor, offset = scale(raw, wanted)
    assert float(f"{value * factor + offset:.12g}") == expected


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [("bar", "Cel"), ("m", "s"), ("dB", "1"), ("[pH]", "1"), ("{pcs}", "kg"), ("m99.m99.m99", "km99")],
)
def test_what_no_multiplication_converts_is_incompatible(raw: str, wanted: str) -> None:
    with pytest.raises(Malformed) as caught:
        scale(raw, wanted)
    assert caught.value.code == "unit-incompatible"


@pytest.mark.parametrize(
    "code", ["Cel", "[degF]", "%", "1/min", "[pH]", "N.m", "10*3/uL", "{pcs}", "m3/h", "[in_i'H2O]"]
)
def test_ucum_codes_are_known(code: str) -> None:
    assert known(code)


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("degF", "did you mean `[degF]`?"),
        ("°C", "did you mean `Cel`?"),
        ("rpm", "did you mean `1/min`?"),
        ("mph", "did you mean `[mi_i]/h`?"),
        ("pH", "did you mean `[pH]`?"),
        ("zzzzzz", "write the UCUM code, or add the spelling to the standard's `units`"),
        ("m999999999", "write the UCUM code, or add the spelling to the standard's `units`"),
        ("(" * 5000, "write the UCUM code, or add the spelling to the standard's `units`"),
    ],
)
def test_other_spellings_are_refused_with_the_likely_code(code: str, remedy: str) -> None:
    refused = unknown(code)
    assert refused is not None
    assert (refused.code, refused.remedy) == ("unit-unknown", remedy)


def test_every_suggested_code_is_one() -> None:
    assert [code for code in SLIPS.values() if not known(code)] == []


def test_no_spelling_of_a_plant_is_read_as_a_code_of_something_else() -> None:
    assert [each for each, code in SLIPS.items() if known(each) and isinstance(conversion(each, code), Malformed)] == []


def test_the_standard_may_name_spellings() -> None:
    assert canonical({"°C": "Cel"}, " °C ") == "Cel"
    assert canonical({}, "Cel") == "Cel"


@settings(max_examples=200)
@given(st.text(alphabet="mgsKCel[]degF/.*^(){}0123456789+-%'", max_size=48))
def test_no_code_crashes(code: str) -> None:
    for pair in ((code, "m"), ("m", code), (code, "Cel")):
        outcome = conversion(*pair)
        assert not isinstance(outcome, Malformed) or outcome.code in ("unit-unknown", "unit-incompatible")
