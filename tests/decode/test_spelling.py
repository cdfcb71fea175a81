"""Raw values as text."""

from __future__ import annotations

import pytest

from uns.decode.spelling import shown, spellings


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, ("true", "1")),
        (0, ("0", "false")),
        ("1", ("1", "true")),
        (2.0, ("2",)),
        (2.5, ("2.5",)),
        ("ON", ("ON",)),
        (None, ("null",)),
        ([], ()),
    ],
)
def test_a_raw_value_stands_in_a_map_in_any_of_its_spellings(value, expected):
    assert spellings(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (False, "false"),
        ("21,4", '"21,4"'),
        ("a\nb", '"a\\nb"'),
        (1.5, "1.5"),
        ({}, "an object"),
        ([1], "a list"),
        ("x" * 99, '"' + "x" * 59 + "…"),
    ],
)
def test_a_raw_value_is_shown_short_and_on_one_line(value, expected):
    assert shown(value) == expected
