"""Raw values become the dictionary's: type, bit, states, unit, range, listed values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uns.convert import Meaning, convert, number_of
from uns.finding import FilePlace
from uns.naming.resolution import Scale
from uns.naming.standard import Name, States

HERE = FilePlace("standard.yaml", 1, 1)
FAHRENHEIT = Scale(5 / 9, -160 / 9)


def name(kind: str, **more: object) -> Name:
    return Name("signal", kind, HERE, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("number", 21.4, 21.4),
        ("number", 21, 21.0),
        ("number", " 21.4", 21.4),
        ("number", "1e3", 1000.0),
        ("number", 2**70, float(2**70)),
        ("integer", 22.0, 22),
        ("integer", "22", 22),
        ("integer", "22.0", 22),
        ("integer", 2**70, 2**70),
        ("integer", str(2**70), 2**70),
        ("boolean", True, True),
        ("boolean", 0, False),
        ("boolean", 1.0, True),
        ("boolean", "TRUE", True),
        ("boolean", "0", False),
        ("string", "Running", "Running"),
        ("object", {"a": 1}, {"a": 1}),
    ],
)
def test_the_dictionary_decides_the_type(kind: str, raw: object, value: object) -> None:
    converted, misfit = convert(raw, Meaning(name(kind)))
    assert misfit is None
    assert converted == value
    assert type(converted) is type(value)


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        ("number", "21,4", "value-type"),
        ("number", "1.234,5", "value-type"),
        ("number", "hot", "value-type"),
        ("number", True, "value-type"),
        ("number", "1e999", "value-type"),
        ("number", "NaN", "value-type"),
        ("number", "٣", "value-type"),
        ("number", {"deep": 1}, "value-not-scalar"),
        ("number", [1], "value-not-scalar"),
        ("number", 10**400, "value-type"),
        ("integer", 22.5, "value-type"),
        ("integer", True, "value-type"),
        ("integer", float("inf"), "value-type"),
        ("boolean", 2, "value-type"),
        ("boolean", "yes", "value-type"),
        ("string", 42, "value-type"),
        ("object", 42, "value-type"),
    ],
)
def test_what_is_of_another_type_is_refused_with_a_remedy(kind: str, raw: object, code: str) -> None:
    converted, misfit = convert(raw, Meaning(name(kind)))
    assert converted is None
    assert misfit is not None
    assert misfit.code == code
    assert misfit.remedy


@pytest.mark.parametrize(("raw", "value"), [("21,4", 21.4), ("21.4", 21.4), ("-0,5", -0.5)])
def test_a_decimal_comma_is_read_where_the_source_says_so(raw: str, value: float) -> None:
    assert convert(raw, Meaning(name("number"), decimal=",")) == (value, None)


def test_units_convert_to_twelve_digits() -> None:
    assert convert(71.6, Meaning(name("number", unit="Cel"), FAHRENHEIT)) == (22.0, None)


def test_an_integer_stays_one_or_is_refused() -> None:
    kilo = Meaning(name("integer", unit="g"), Scale(1000.0, 0.0))
    assert convert(2, kilo) == (2000, None)
    value, misfit = convert(1, Meaning(name("integer", unit="kg"), Scale(0.001, 0.0)))
    assert value is None
    assert misfit is not None
    assert misfit.code == "value-type"


@pytest.mark.parametrize("raw", [10**400, -(10**400), str(10**350)])
def test_an_integer_that_no_double_holds_cannot_be_converted(raw: object) -> None:
    value, misfit = convert(raw, Meaning(name("integer", unit="g"), Scale(1000.0, 0.0)))
    assert value is None
    assert misfit is not None
    assert misfit.code == "value-type"


@pytest.mark.parametrize(
    ("raw", "decimal", "value"),
    [(2**70, ".", 2**70), (str(2**70), ".", 2**70), ("12.5", ".", 12.5), ("12,5", ",", 12.5), (0.5, ".", 0.5)],
)
def test_a_quantity_is_a_number_or_text_that_is_one(raw: object, decimal: str, value: object) -> None:
    assert number_of(raw, decimal) == (value, None)


@pytest.mark.parametrize(
    ("raw", "value"),
    [(1, "running"), (True, "running"), ("1", "running"), (1.0, "running"), (0, "idle"), (False, "idle"), (9, "down")],
)
def test_states_compare_as_text_and_truth_is_one(raw: object, value: str) -> None:
    states = States("onoff", HERE, {"0": "idle", "true": "running"}, otherwise="down")
    assert convert(raw, Meaning(name("string"), states=states)) == (value, None)


@pytest.mark.parametrize("raw", [{"deep": 1}, [1]])
def test_the_rest_that_states_catch_is_scalar(raw: object) -> None:
    value, misfit = convert(raw, Meaning(name("string"), states=States("onoff", HERE, {"0": "idle"}, otherwise="down")))
    assert value is None
    assert misfit is not None
    assert misfit.code == "value-not-scalar"


def test_a_value_that_states_do_not_hold_is_told() -> None:
    value, misfit = convert(7, Meaning(name("string"), states=States("onoff", HERE, {"0": "idle"})))
    assert value is None
    assert misfit is not None
    assert misfit.code == "states-unknown"
    assert "7" in misfit.message


@pytest.mark.parametrize(("bit", "value"), [(0, True), (1, False), (2, True), (63, False)])
def test_a_bit_of_an_integer_is_a_boolean(bit: int, value: bool) -> None:
    assert convert(5, Meaning(name("boolean"), bit=bit)) == (value, None)


@pytest.mark.parametrize(
    ("raw", "code"), [(850, "value-out-of-range"), (-41.0, "value-out-of-range"), (400, None), (-40, None)]
)
def test_the_range_includes_its_ends(raw: float, code: str | None) -> None:
    value, misfit = convert(raw, Meaning(name("number", low=-40.0, high=400.0)))
    assert value == raw
    assert (misfit.code if misfit else None) == code


def test_a_value_that_is_not_listed_names_the_nearest() -> None:
    value, misfit = convert("runing", Meaning(name("string", values=("running", "idle"))))
    assert value == "runing"
    assert misfit is not None
    assert misfit.code == "value-not-listed"
    assert "running" in misfit.remedy


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(json_values, st.sampled_from(["number", "integer", "boolean", "string", "object"]))
def test_any_value_is_either_of_the_type_or_a_misfit(raw: object, kind: str) -> None:
    wanted = {"number": float, "integer": int, "boolean": bool, "string": str, "object": dict}[kind]
    value, misfit = convert(raw, Meaning(name(kind)))
    assert (misfit is None and type(value) is wanted) or (misfit is not None and value is None)
