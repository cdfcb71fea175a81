"""`/openapi.json` is what OpenAPI 3.1 says it must be, complete, and true to its own examples; `/docs` shows it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from uns.api import create_app
from uns.api.examples import ANSWERS, BODIES, PROBLEM
from uns.settings import Settings

META = json.loads((Path(__file__).parent / "openapi-3.1.json").read_text())
"""As spec.openapis.org publishes it, version 2022-10-07."""
NO_BODY = ("204", "304")


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    return create_app(Settings()).openapi()


def operations(spec: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{verb} {path.removeprefix('/api/v1')}", operation)
        for path, verbs in spec["paths"].items()
        for verb, operation in verbs.items()
    ]


def test_it_is_openapi(spec):
    errors = [f"{'/'.join(map(str, each.absolute_path))}: {each.message}" for each in
              Draft202012Validator(META).iter_errors(spec)]  # fmt: skip
    assert errors == []
    for schema in spec["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere(spec):
    known = {f"#/components/schemas/{name}" for name in spec["components"]["schemas"]}
    assert set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(spec))) <= known


def test_every_operation_is_complete(spec):
    names = [operation["operationId"] for _, operation in operations(spec)]
    assert len(set(names)) == len(names)
    for name, operation in operations(spec):
        assert operation["summary"], name
        assert re.fullmatch(r"[a-z]+([A-Z][a-zA-Z0-9]*)*", operation["operationId"]), name
        assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"], name
        for status, answer in operation["responses"].items():
            for media in answer.get("content", {}).values():
                assert media["schema"], f"{name} {status}"
            assert "content" in answer or status in NO_BODY, f"{name} {status}"
        for parameter in operation.get("parameters", ()):
            assert "null" not in json.dumps(parameter["schema"]), f"{name} {parameter['name']}"
            assert parameter["in"] != "path" or parameter["description"], f"{name} {parameter['name']}"


def test_every_operation_has_examples_and_no_example_is_without_one(spec):
    named = dict(operations(spec))
    assert set(BODIES) == {name for name, each in named.items() if "requestBody" in each}
    answering = {name for name, each in named.items() if {"200", "201", "202"} & each["responses"].keys()}
    assert set(ANSWERS) | {"get /stream"} == answering


def test_every_example_fits_its_schema(spec):
    for name, operation in operations(spec):
        parts = [operation.get("requestBody", {}), *operation["responses"].values()]
        for media in (each for part in parts for each in part.get("content", {}).values()):
            if "example" in media:
                schema = media["schema"] | {"components": spec["components"]}
                errors = [each.message for each in Draft202012Validator(schema).iter_errors(media["example"])]
                assert errors == [], name
        for parameter in operation.get("parameters", ()):
            if "example" in parameter:
                Draft202012Validator(parameter["schema"]).validate(parameter["example"])


def test_the_example_of_a_problem_is_one_that_the_api_gives(api):
    assert api.client.get("/values", params={"fliter": "acme/#"}).json() == PROBLEM


def test_docs_load_nothing_from_anywhere_and_show_every_operation(api, spec):
    page = httpx.get(f"{api.url}/docs")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    leads = re.findall(r"(?:src|href|action)=[\"']?([^\"'> ]+)", page.text)
    assert {each for each in leads if not each.startswith("#")} == {"/openapi.json"}
    assert not re.search(r"<(?:script|link|iframe|img|object|embed)\b|@import|url\(", page.text)
    for path in spec["paths"]:
        assert f"<code>{path}</code>" in page.text
    linked = set(re.findall(r'href="#([^"]+)"', page.text))
    assert linked <= set(re.findall(r'id="([^"]+)"', page.text))
    assert "<p>takes, for example</p>" in page.text
