"""Which schemas may be asked once for many readings: they say the same of all that differ in time and value only."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uns.instant import rfc3339
from uns.schema.catalog import Catalog
from uns.schema.validator import Validator


def validator(schema: dict[str, Any], **others: dict[str, Any]) -> Validator:
    files = {"a/1.json": schema} | {f"a/{name}.json": each for name, each in others.items()}
    catalog, findings = Catalog.build({path: json.dumps(each).encode() for path, each in files.items()}, "schemas", ())
    assert not findings
    return catalog.validator("a/1.json")


def of_value(schema: Any) -> dict[str, Any]:
    return {"properties": {"value": schema}}


def of_time(schema: Any) -> dict[str, Any]:
    return {"properties": {"timestamp": schema}}


NUMBER = {"type": ["number", "null"]}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object", "required": ["value"], "additionalProperties": False},
        of_value(NUMBER | {"title": "T", "description": "D", "examples": [1]}),
        of_value({"type": ["integer", "number"]}),
        of_value({"anyOf": [NUMBER, {"type": "string"}]}),
        of_value({"const": None}),
        of_value(True),
        of_time({"type": "string", "format": "date-time", "pattern": "Z$"}),
        {"if": of_value({"type": "null"}), "then": {"properties": {"quality": {"const": "bad"}}}},
        {"properties": {"unit": {"enum": ["Cel"]}, "batch": {"minProperties": 2}}},
        {"allOf": [{"$ref": "other.json"}], "unevaluatedProperties": False},
        {"properties": {"timestamp": {}, "value": {}}, "additionalProperties": {"minimum": 1}},
        {"dependentSchemas": {"batch": {"required": ["product"]}}},
    ],
)
def test_what_looks_at_types_alone_need_not_be_asked_again(schema: dict[str, Any]) -> None:
    assert validator(schema, other=of_value(NUMBER)).indifferent


@pytest.mark.parametrize(
    "schema",
    [
        of_value({"maximum": 100}),
        of_value({"type": "integer"}),
        of_value({"enum": [1, 2]}),
        of_value({"const": 1}),
        of_value({"not": {"minLength": 2}}),
        of_value({"$ref": "other.json#/properties/value"}),
        of_value({"format": "date"}),
        of_time({"pattern": "^2026"}),
        of_time({"format": "date"}),
        of_time({"maxLength": 24}),
        {"$ref": "other.json"},
        {"if": of_value({"minimum": 5}), "then": {"required": ["batch"]}},
        {"additionalProperties": {"minLength": 1}},
        {"patternProperties": {"^v": {"maximum": 100}}},
        {"unevaluatedProperties": {"maximum": 100}},
        {"propertyNames": True, "enum": [{"value": 1}]},
        {"dependentSchemas": {"batch": of_value({"maximum": 100})}},
    ],
)
def test_what_may_look_closer_is_asked_each_time(schema: dict[str, Any]) -> None:
    assert not validator(schema, other=of_value({"maximum": 100})).indifferent


WORDS = st.sampled_from(["anyOf", "allOf", "oneOf"])
VALUES = st.recursive(
    st.sampled_from(
        [
            {}, True, False, NUMBER, {"type": "integer"}, {"type": "string"}, {"maximum": 5}, {"const": None},
            {"const": 3}, {"enum": [1, None]}, {"minLength": 2}, {"pattern": "^a"}, {"type": "boolean"},
        ]
    ),
    lambda inner: st.one_of(
        st.builds(lambda word, each: {word: each}, WORDS, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda each: {"not": each}, inner),
        st.builds(lambda one, two, three: {"if": one, "then": two, "else": three}, inner, inner, inner),
    ),
    max_leaves=5,
)  # fmt: skip
PAYLOADS = st.recursive(
    st.builds(of_value, VALUES) | st.builds(of_time, VALUES) | st.sampled_from([{"required": ["unit"]}, {}]),
    lambda inner: st.one_of(
        st.builds(lambda each: {"not": each}, inner),
        st.builds(lambda one, two: {"allOf": [one, two], "unevaluatedProperties": False}, inner, inner),
        st.builds(lambda one, two: {"if": one, "then": two}, inner, inner),
        st.builds(lambda one, each: one | {"additionalProperties": each}, inner, VALUES),
    ),
    max_leaves=4,
)
KINDS = (
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**63), 2**63),
    st.text(max_size=4),
    st.booleans(),
)
SAME_KIND = st.one_of(st.lists(kind, min_size=2, max_size=6) for kind in KINDS)


@given(PAYLOADS, SAME_KIND, st.lists(st.integers(0, 2**62), min_size=6, max_size=6), st.booleans())
def test_the_verdict_is_the_same_for_all_of_a_kind(
    schema: dict[str, Any], values: list[Any], times: list[int], unit: bool
) -> None:
    judged = validator(schema)
    frame = {"quality": "good"} | ({"unit": "Cel"} if unit else {})
    bodies = ({"timestamp": rfc3339(at), "value": value} | frame for at, value in zip(times, values, strict=False))
    verdicts = {judged.is_valid(each) for each in bodies}
    assert len(verdicts) == 1 or not judged.indifferent
