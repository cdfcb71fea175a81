"""What a violation says to somebody who has never read the schema."""

from __future__ import annotations

import json
from typing import Any

import pytest

from uns.schema.catalog import Catalog
from uns.schema.validator import MAX_VIOLATIONS, Validator
from uns.schema.words import MAX_CHARACTERS


def validator(schema: Any) -> Validator:
    catalog, findings = Catalog.build({"a.json": json.dumps(schema).encode()}, "schemas", ())
    assert findings == []
    return catalog.validator("a.json")


def of(name: str, schema: Any) -> dict[str, Any]:
    return {"properties": {name: schema}}


@pytest.mark.parametrize(
    ("schema", "value", "said"),
    [
        ({"required": ["speed"]}, {}, "/speed | `/speed` is required → add it"),
        (of("v", {"type": "number"}), {"v": "hot"},
         '/v | `/v` is "hot" (text) where a number is expected → send a number'),
        (of("v", {"type": "number"}), {"v": None}, "/v | `/v` is null where a number is expected → send a number"),
        (of("v", {"type": ["integer", "null"]}), {"v": 1.5},
         "/v | `/v` is 1.5 where a whole number or null is expected → send a whole number or null"),
        ({"type": "object"}, [1, 2], " | the payload is a list of 2 where an object is expected → send an object"),
        (of("v", {"type": "string"}), {"v": 2**70},
         "/v | `/v` is 1180591620717411303424 where text is expected → send text"),
        (of("v", {"type": "string"}), {"v": 10**5000},
         "/v | `/v` is a whole number of about 5001 digits where text is expected → send text"),
        (of("speed", True) | {"additionalProperties": False}, {"sped": 1},
         "/sped | `/sped` is not foreseen → did you mean `speed`?"),
        (of("a", True) | {"additionalProperties": False}, {"xx": 1, "yy": 2},
         ' | the payload holds members that are not foreseen: "xx", "yy" → drop them'),
        (of("q", {"enum": ["good", "bad"]}), {"q": "goood"},
         '/q | `/q` is "goood" (text), not one of "good", "bad" → did you mean "good"?'),
        (of("q", {"enum": [1, 2]}), {"q": 3}, "/q | `/q` is 3, not one of 1, 2 → send one of them"),
        (of("q", {"const": True}), {"q": 1}, "/q | `/q` is 1 where true is expected → send true"),
        (of("v", {"minimum": 5}), {"v": 4}, "/v | `/v` is 4: at least 5 is expected → keep to the limit"),
        (of("v", {"exclusiveMaximum": 5}), {"v": 5}, "/v | `/v` is 5: less than 5 is expected → keep to the limit"),
        (of("v", {"maxLength": 3}), {"v": "long"},
         '/v | `/v` is "long" (text): at most 3 characters are expected → keep to the limit'),
        (of("v", {"minItems": 1}), {"v": []},
         "/v | `/v` is a list of 0: at least 1 element is expected → keep to the limit"),
        (of("v", {"multipleOf": 5}), {"v": 7}, "/v | `/v` is 7, not a multiple of 5 → send a multiple of 5"),
        (of("t", {"format": "date-time"}), {"t": "today"},
         '/t | `/t` is "today" (text), which is not a date and time such as 2026-11-20T10:00:00Z '
         "→ send a date and time such as 2026-11-20T10:00:00Z"),
        (of("v", {"pattern": "^B-"}), {"v": "C"},
         '/v | `/v` is "C" (text), which does not fit the pattern ^B- → send text that fits it'),
        (of("v", {"anyOf": [{"type": "number"}, {"type": "null"}]}), {"v": "x"},
         '/v | `/v` is "x" (text) where a number or null is expected → send a number or null'),
        (of("v", {"anyOf": [{"type": "string", "minLength": 1}, {"type": "null"}]}), {"v": ""},
         '/v | `/v` is "" (text): at least 1 character is expected → keep to the limit'),
        ({"oneOf": [{"required": ["a", "b"]}, of("v", {"type": "number"}) | {"required": ["v"]}]}, {"v": "x"},
         '/v | the payload fits none of 2 alternatives; of the nearest, `/v` is "x" (text) where a number is expected '
         "→ send a number"),
        (of("v", False), {"v": 1}, "/v | `/v` is not allowed → drop it"),
        (of("v", {"uniqueItems": True}), {"v": [1, 1]}, "/v | `/v` holds the same element twice → send each once"),
        (of("v", {"not": {"type": "null"}}), {"v": None},
         "/v | `/v` is null, which is ruled out → send something else"),
        (of("a/b~c", {"type": "number"}), {"a/b~c": ""},
         '/a~1b~0c | `/a~1b~0c` is "" (text) where a number is expected → send a number'),
        ({"items": {"required": ["id"]}}, [{"id": 1}, {}], "/1/id | `/1/id` is required → add it"),
        ({"oneOf": [True, {"type": "number"}]}, 1,
         " | the payload is 1, which fits several alternatives where one is expected → see the schema"),
        (of("v", {"anyOf": [{"type": "object"}, {"type": "array", "minItems": 2}]}), {"v": [1]},
         "/v | `/v` fits none of 2 alternatives; of the nearest, `/v` is a list of 1: at least 2 elements are expected "
         "→ keep to the limit"),
        ({"contains": {"type": "number"}}, [], " | the payload lacks an element that is expected → add it"),
        ({"propertyNames": {"maxLength": 1}}, {"ab": 1}, None),
    ],
)  # fmt: skip
def test_a_violation_names_the_field_what_was_expected_and_what_came(schema: Any, value: Any, said: str | None) -> None:
    (violation,) = validator(schema).violations(value)
    if said is not None:
        assert f"{violation.pointer} | {violation.message} → {violation.remedy}" == said


def test_everything_wrong_is_told() -> None:
    schema = {"required": ["a"], "properties": {"b": {"type": "number"}}}
    assert {each.pointer for each in validator(schema).violations({"b": "x"})} == {"/a", "/b"}


def test_neither_their_number_nor_their_length_is_without_bound() -> None:
    schema = {"additionalProperties": {"enum": ["x" * 1000] * 1}}
    violations = validator(schema).violations({"k" * 3000 + str(index): "y" * 10_000 for index in range(100)})
    assert len(violations) == MAX_VIOLATIONS
    assert max(len(each.message) for each in violations) <= MAX_CHARACTERS + 1


@pytest.mark.parametrize(
    "value",
    [
        "\ud800",
        {"\ud800": "\ud800"},
        ["\udfff"],
        float("nan"),
        float("inf"),
        -(10**10_000),
        {"a": {"b": [None] * 1000}},
    ],
    ids=["half a character", "half a key", "in a list", "nan", "inf", "ten thousand digits", "nested"],
)
def test_no_value_brings_it_down(value: Any) -> None:
    judge = validator({"type": "object", "additionalProperties": {"type": "string"}})
    assert isinstance(judge.is_valid(value), bool)
    assert (judge.violations(value) == []) is judge.is_valid(value)


def test_nesting_thousands_deep_is_judged() -> None:
    value: Any = 1
    for _ in range(5000):
        value = [value]
    assert validator({"items": {"type": "array"}}).is_valid(value)
