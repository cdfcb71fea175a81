"""Files whose names a URL would have to escape."""

from __future__ import annotations

import json

import pytest

from uns.schema.catalog import Catalog


@pytest.mark.parametrize(
    ("file", "reference"), [("ä b/1.json", "../ä b/1.json"), ("ä b/1.json", "../%C3%A4%20b/1.json")]
)
def test_a_reference_finds_them(file: str, reference: str) -> None:
    schemas = {file: b'{"type": "number"}', "a/1.json": json.dumps({"$ref": reference}).encode()}
    catalog, findings = Catalog.build(schemas, "schemas", ())
    assert findings == []
    assert [catalog.validator("a/1.json").is_valid(each) for each in (1, "1")] == [True, False]
