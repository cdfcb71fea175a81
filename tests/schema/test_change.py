"""A schema under which something was published never changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from uns.finding import FilePlace
from uns.schema.catalog import Catalog
from uns.schema.change import changed

FILES = {
    "telemetry/1.json": b'{"properties": {"unit": {"$ref": "../common/unit.json"}}, "type": "object"}',
    "common/unit.json": b'{"enum": ["Cel"]}',
    "drive/1.json": b'{"type": "object"}',
}
PLACES = {path: FilePlace("naming_rules/standard.yaml", line, 20) for line, path in enumerate(FILES, 5)}


def catalog(**changes: bytes) -> Catalog:
    renamed = {path.replace("__", "/") + ".json": text for path, text in changes.items()}
    return Catalog.build(FILES | renamed, "schemas", ())[0]


IN_FORCE = {path: catalog().fingerprint(path) for path in ("telemetry/1.json", "drive/1.json")}


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({}, []),
        ({"telemetry__1": b'{ "type":"object",\r\n"properties":{"unit":{"$ref":"../common/unit.json"}}}'}, []),
        ({"telemetry__1": b'{"type": "object"}'}, ["telemetry/1.json"]),
        ({"common__unit": b'{"enum": ["Cel", "bar"]}'}, ["telemetry/1.json"]),
        ({"drive__1": b'{"type": "object", "title": "x"}'}, ["drive/1.json"]),
        ({"drive__2": b'{"type": "array"}'}, []),
    ],
)
def test_a_schema_that_was_in_force_differs(changes: dict[str, bytes], paths: list[str]) -> None:
    findings = changed(catalog(**changes), IN_FORCE, PLACES)
    assert [(each.code, str(each.where)) for each in findings] == [
        ("contract-changed", f"schemas/{path}:1:1") for path in paths
    ]


def test_the_remedy_names_the_next_free_version() -> None:
    (finding,) = changed(catalog(drive__1=b"true", drive__2=b"true"), IN_FORCE, PLACES)
    assert finding.remedy == "put it back and save the new one as `drive/3.json`"


def test_a_schema_that_is_no_longer_there_is_no_change() -> None:
    assert changed(Catalog.build({}, "schemas", ())[0], IN_FORCE, {}) == []


def test_nobody_can_tell_is_one_note() -> None:
    findings = changed(catalog(), None, PLACES)
    assert [(each.code, str(each.severity), each.where) for each in findings] == [
        ("contract-unverified", "note", FilePlace("naming_rules/standard.yaml", 5, 20))
    ]


def test_without_contracts_there_is_nothing_to_verify() -> None:
    assert changed(catalog(), None, {}) == []


def test_the_shipped_contracts_are_sound() -> None:
    folder = Path(__file__).parents[2] / "schemas"
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.json")}
    wanted = [
        ("telemetry/1.json", FilePlace("standard.yaml"), "value"),
        ("drive/1.json", FilePlace("standard.yaml"), "object"),
    ]
    built, findings = Catalog.build(files, "schemas", wanted)
    assert findings == []
    reading = {"timestamp": "2026-11-20T10:00:00.123Z", "value": 22.0, "unit": "Cel", "quality": "good"}
    judge = built.validator("telemetry/1.json")
    assert judge.is_valid(reading | {"batch": {"id": "B-1"}, "shift": {"id": "early"}, "product": {"id": "P"}})
    assert not judge.is_valid(reading | {"value": None})
    assert judge.is_valid(reading | {"value": None, "quality": "bad"})
    assert not judge.is_valid(reading | {"note": ""})
