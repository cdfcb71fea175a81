"""What is wrong with the schemas of a project, each at its place; nothing is fetched, nothing is waved through."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uns.finding import FilePlace
from uns.schema.catalog import Catalog

REFERENCE = FilePlace("naming_rules/standard.yaml", 30, 24)
SOUND = b'{"type": "object", "properties": {"value": {"type": ["number", "null"]}}}'


def build(*wanted: tuple[str, FilePlace, str | None], **files: Any) -> tuple[Catalog, list[str]]:
    """Findings as `code line:column message` of files named by `a__b` for `a/b.json`."""
    schemas = {
        name.replace("__", "/") + ".json": text if isinstance(text, bytes) else json.dumps(text).encode()
        for name, text in files.items()
    }
    catalog, findings = Catalog.build(schemas, "schemas", wanted)
    return catalog, [f"{each.code} {each.where}: {each.message} → {each.remedy}" for each in findings]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (b"", "schema-invalid schemas/a/1.json:1:1: not JSON"),
        (b'{\n "type":\n}', "schema-invalid schemas/a/1.json:3:1: not JSON"),
        (b'{"type":\n  "numbre"}', "schema-invalid schemas/a/1.json:2:3: /type: 'numbre'"),
        (b'{"properties": {"a": {"minLength": -1}}}', "schema-invalid schemas/a/1.json:1:36: /properties/a/minLength"),
        (b'{"a": 1, "b": {}, "a": 2}', "schema-invalid schemas/a/1.json:1:19: key 'a' stands twice"),
        (b'{"x": [{"d": 1,\n"d": 2}]}', "schema-invalid schemas/a/1.json:2:1: key 'd' stands twice"),
        (b'{"title": "\xfc"}', "schema-invalid schemas/a/1.json:1:12: byte 0xFC is not UTF-8"),
        (b'{"maximum": NaN}', "schema-invalid schemas/a/1.json:1:13: NaN is no number of JSON"),
        (b'{"maximum": 1e999}', "schema-invalid schemas/a/1.json:1:13: 1e999 is no number of JSON"),
        (b'{"maximum": ' + b"9" * 5000 + b"}", "schema-invalid schemas/a/1.json:1:1: a number has too many digits"),
        (b'{"title": "\\ud800"}', "schema-invalid schemas/a/1.json:1:1: an escape is half a surrogate pair"),
        (b'{"not": ' * 70 + b"true" + b"}" * 70, "schema-invalid schemas/a/1.json:1:513: a/1.json is nested more"),
        (b" " * (1 << 20) + b"true", "schema-invalid schemas/a/1.json:1:1: a/1.json has 1048580 bytes"),
        (b"[]", "schema-invalid schemas/a/1.json:1:1: the schema: [] is not of type"),
        (b'{"pattern": "(?=a)b"}', "schema-invalid schemas/a/1.json:1:13: pattern `(?=a)b` is none"),
        (b'{"$defs": {"x": {"pattern": "(a)\\\\1"}}}', "schema-invalid schemas/a/1.json:1:29: pattern `(a)"),
        (b'{"patternProperties": {"x": true, "(?!y)": true}}', "schema-invalid schemas/a/1.json:1:44: pattern `(?!y)`"),
        (b'{"pattern": "((a{1000}){1000}){9}"}', "schema-invalid schemas/a/1.json:1:13: "),
        (b'{"$schema": "http://json-schema.org/draft-04/schema#"}', "schema-invalid schemas/a/1.json:1:13: `$schema`"),
        (b'{"$schema": 7}', "schema-invalid schemas/a/1.json:1:13: `$schema` 7 is neither"),
        (b'{"$ref": "#/$defs/x"}', "schema-invalid schemas/a/1.json:1:10: 'a/1.json' has no schema at '#/$defs/x'"),
        (b'{"$ref": "#/title", "title": "x"}', "schema-invalid schemas/a/1.json:1:10: 'a/1.json' has no schema"),
        (b'{"$ref": "#"}', "schema-invalid schemas/a/1.json:1:10: `$ref` leads back to itself"),
        (b'{"anyOf": [{"$ref": "#"}, true]}', "schema-invalid schemas/a/1.json:1:21: `$ref` leads back to itself"),
        (b'{"not": {"allOf": [{"$ref": "#/not"}]}}', "schema-invalid schemas/a/1.json:1:29: `$ref` leads back"),
        (b'{"$ref": "2.json"}', "schema-file schemas/a/1.json:1:10: there is no schema 'a/2.json'"),
        (b'{"$defs": {"x": {"$id": "http://x/y"}}}', "schema-invalid schemas/a/1.json:1:17: `$id` at /$defs/x"),
        (b'{"$ref": "http://127.0.0.1:1/x.json"}', "schema-remote schemas/a/1.json:1:10: `$ref` to 'http://127"),
        (b'{"$ref": "file:///etc/hostname"}', "schema-remote schemas/a/1.json:1:10"),
        (b'{"$ref": "//acme.example/x.json"}', "schema-remote schemas/a/1.json:1:10"),
        (b'{"$ref": "/etc/x.json"}', "schema-remote schemas/a/1.json:1:10"),
        (b'{"$ref": "../../x.json"}', "schema-remote schemas/a/1.json:1:10"),
        (b'{"$ref": "..%2F..%2Fx.json"}', "schema-remote schemas/a/1.json:1:10"),
        (b'{"$ref": "http://[::1/x"}', "schema-remote schemas/a/1.json:1:10"),
        (b'{"$dynamicRef": "http://x/y#z"}', "schema-remote schemas/a/1.json:1:17"),
        (b'{"$id": "https://x/a.json", "$ref": "https://x/b.json"}', "schema-remote schemas/a/1.json:1:37"),
        (b'{"$ref": "https://json-schema.org/draft/2020-12/schema"}', "schema-remote schemas/a/1.json:1:10"),
    ],
)
def test_a_faulty_schema_is_told_once_at_its_place(text: bytes, finding: str) -> None:
    catalog, findings = build(a__1=text)
    assert [each for each in findings if each.startswith(finding)] == findings
    assert len(findings) == 1
    assert "a/1.json" not in catalog


def test_all_faults_are_told_not_only_the_first() -> None:
    _, findings = build(a=b'{"type": 1, "minimum": "x"}', b=b"{", c={"$ref": "nowhere.json"})
    assert [each.split()[0] for each in findings] == ["schema-invalid"] * 3 + ["schema-file"]


def test_remedies_name_what_was_meant() -> None:
    _, findings = build(a={"type": "nubmer"}, telemetry__1=SOUND, b={"$ref": "telemetri/1.json"})
    assert [each.partition(" → ")[2] for each in findings] == [
        "did you mean 'number'?",
        "did you mean 'telemetry/1.json'?",
    ]


def test_references_that_multiply_beyond_measure_are_refused() -> None:
    definitions: dict[str, Any] = {"d0": {"type": "number"}}
    for step in range(1, 40):
        definitions[f"d{step}"] = {"allOf": [{"$ref": f"#/$defs/d{step - 1}"}] * 2}
    catalog, findings = build(a={"$ref": "#/$defs/d39", "$defs": definitions})
    assert "a.json" not in catalog
    assert all("more than a message can wait for" in each for each in findings)


def test_what_refers_to_a_broken_schema_is_not_in_the_catalog_and_not_blamed() -> None:
    catalog, findings = build(a={"$ref": "b.json"}, b={"$ref": "c.json"}, c=b"{", d=True)
    assert [name for name in "abcd" if f"{name}.json" in catalog] == ["d"]
    assert [each.split(":")[0] for each in findings] == ["schema-invalid schemas/c.json"]


def test_a_byte_order_mark_is_no_fault() -> None:
    assert build(a=b"\xef\xbb\xbf" + SOUND)[1] == []


def test_a_reference_keeps_formats_and_patterns_of_the_file_that_it_leads_to() -> None:
    catalog, _ = build(a={"$ref": "b.json"}, b={"$schema": "http://json-schema.org/draft-07/schema#", "format": "uuid"})
    assert [catalog.validator("a.json").is_valid(each) for each in ("x", 5)] == [False, True]


def test_a_wanted_schema_that_is_not_there_is_told_where_it_is_named() -> None:
    _, findings = build(("telemetri/1.json", REFERENCE, "value"), telemetry__1=SOUND)
    assert findings == [
        "schema-file naming_rules/standard.yaml:30:24: there is no schema 'telemetri/1.json' "
        "→ did you mean 'telemetry/1.json'?"
    ]


CONTEXT = {"batch": {"required": ["id"], "properties": {"id": {"pattern": "^B-[0-9]+$"}}}}


@pytest.mark.parametrize(
    ("schema", "finding"),
    [
        ({"properties": {"value": {"type": ["number", "null"]}}}, None),
        ({"properties": {"value": {"type": "number"}}}, "schemas/a/1.json:1:26"),
        ({"type": "object"}, None),
        ({"properties": {"value": {"anyOf": [{"type": "string"}, {"type": "number"}]}}}, "schemas/a/1.json:1:26"),
        ({"oneOf": [{"properties": {"value": {"type": "number"}}}]}, "schemas/a/1.json:1:1"),
        ({"properties": {"value": {"type": ["number", "null"]}, **CONTEXT}, "required": ["value", "batch"]}, None),
        ({"properties": {"value": {"type": "null"}}, "additionalProperties": {"type": "string"}}, None),
        ({"properties": {"value": {"type": ["number", "null"]}, "unit": {"const": "bar"}}, "required": ["unit"]}, None),
        ({"properties": {"value": True, "quality": {"enum": ["good"]}}}, None),
        ({"required": ["speed"]}, "schemas/a/1.json:1:14"),
        (
            {"if": {"properties": {"quality": {"const": "bad"}}}, "then": {"properties": {"value": {"type": "null"}}}},
            None,
        ),
        ({"properties": {"value": {"not": {"type": "null"}}}}, "schemas/a/1.json:1:26"),
    ],
)
def test_a_contract_of_shape_value_admits_what_a_bad_reading_publishes(schema: Any, finding: str | None) -> None:
    _, findings = build(("a/1.json", REFERENCE, "value"), a__1=schema)
    assert [each.partition(": ")[0] for each in findings] == ([f"contract-shape {finding}"] if finding else [])


def test_other_shapes_need_no_null() -> None:
    assert build(("a/1.json", REFERENCE, "object"), a__1={"required": ["speed"]})[1] == []


@given(st.binary(max_size=200) | st.text('{}[]":,$refdefs#/1.9 \\u\n', max_size=200).map(str.encode))
def test_no_bytes_bring_it_down(text: bytes) -> None:
    catalog, findings = build(("a.json", REFERENCE, "value"), a=text)
    assert ("a.json" in catalog) or findings


@pytest.mark.parametrize("keyword", ["not", "additionalProperties", "items"])
def test_nesting_up_to_the_limit_is_read(keyword: str) -> None:
    catalog, findings = build(a=f'{{"{keyword}": '.encode() * 63 + b"true" + b"}" * 63)
    assert findings == []
    assert "a.json" in catalog


MANY = 5_000


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "wrong",
    [{"$ref": "#/nope"}, {"$ref": "nope.json"}, {"$ref": "#"}, {"pattern": "(?=a)"}, {"type": "nubmer"}],
    ids=["no such part", "no such file", "endless", "pattern", "type"],
)
def test_a_file_with_thousands_of_faults_is_judged_soon_and_told_in_twenty(wrong: Any) -> None:
    schema = {"allOf": [wrong | {"title": str(number)} for number in range(MANY)]}
    findings = build(a=schema)[1]
    assert len(findings) == 20 if wrong != {"type": "nubmer"} else 1 <= len(findings) <= 20
