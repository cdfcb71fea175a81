"""Two independent implementations give the same verdict, and it is the one that the corpus says."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.exceptions import NoSuchResource
from referencing.jsonschema import DRAFT202012

from uns.schema.catalog import BASE, Catalog
from uns.schema.validator import Validator

CORPUS = json.loads(Path(__file__).with_name("corpus.json").read_text(encoding="utf-8"))
D7 = "http://json-schema.org/draft-07/schema#"
PATH = "group/1.json"
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time")
def _date_time(text: object) -> bool:
    match = re.fullmatch(r"(\S{10})[Tt](\S+)", text) if isinstance(text, str) else None
    return not isinstance(text, str) or (match is not None and _date(match[1]) and _time(match[2]))


@FORMATS.checks("date")
def _date(text: object) -> bool:
    if not isinstance(text, str):
        return True
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@FORMATS.checks("time")
def _time(text: object) -> bool:
    if not isinstance(text, str):
        return True
    match = re.fullmatch(r"(\d\d:\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|[+-](\d\d:\d\d))", text, re.ASCII)
    try:
        return match is not None and all(datetime.strptime(each, "%H:%M") for each in match.group(1, 3) if each) and (
            int(match[2]) < 60 or match[1] == "23:59"
        )  # fmt: skip
    except ValueError:
        return False


@FORMATS.checks("uuid")
def _uuid(text: object) -> bool:
    hexadecimal = "[0-9a-fA-F]"
    return not isinstance(text, str) or bool(
        re.fullmatch(rf"{hexadecimal}{{8}}(-{hexadecimal}{{4}}){{3}}-{hexadecimal}{{12}}", text)
    )


@FORMATS.checks("uri")
def _uri(text: object) -> bool:
    return not isinstance(text, str) or bool(
        re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[!#-;=?-\[\]_a-z~]*", text, re.ASCII)
    )


def catalog(schema: Any, draft: str) -> Catalog:
    documents = {path: json.dumps(content).encode() for path, content in CORPUS["files"].items()}
    if isinstance(schema, dict) and draft == "07":
        schema = {"$schema": D7} | schema
    built, findings = Catalog.build(documents | {PATH: json.dumps(schema).encode()}, "schemas", ())
    assert findings == []
    return built


def second_opinion(built: Catalog) -> Draft202012Validator | Draft7Validator:
    def fetch(address: str) -> Any:
        raise NoSuchResource(ref=address)

    resources = [
        (BASE + path, Resource.from_contents(each.schema, DRAFT202012)) for path, each in built.validators.items()
    ]
    schema = built.validators[PATH].schema
    kind = Draft7Validator if isinstance(schema, dict) and schema.get("$schema") == D7[:-1] else Draft202012Validator
    registry: Any = Registry(retrieve=fetch).with_resources(resources)
    return kind(schema, registry=registry, format_checker=FORMATS)


def cases() -> list[Any]:
    return [
        pytest.param(
            group["schema"], draft, value, verdict == "takes", id=f"{group['name']}, {draft}, {verdict} {index}"
        )
        for group in CORPUS["groups"]
        for draft in group["drafts"]
        for verdict in ("takes", "refuses")
        for index, value in enumerate(group[verdict])
    ]


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    assert len(cases()) >= 400


@pytest.mark.parametrize(("schema", "draft", "value", "verdict"), cases())
def test_both_give_the_corpus_verdict(schema: Any, draft: str, value: Any, verdict: bool) -> None:
    built = catalog(schema, draft)
    mine: Validator = built.validator(PATH)
    assert (mine.is_valid(value), second_opinion(built).is_valid(value)) == (verdict, verdict)
    assert (mine.violations(value) == []) is verdict


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(-1e6, 1e6)
    | st.sampled_from(["", "a", "Cel", "2026-01-01", "5"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
TYPES = ["number", "integer", "string", "boolean", "null", "object", "array"]
LEAVES = st.one_of(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["number", "integer", "string", "boolean", "null", "object", "array"])}
    ),
    st.fixed_dictionaries({"minimum": st.integers(-5, 5) | st.just(2**70)}),
    st.fixed_dictionaries({"maxLength": st.integers(0, 3)}),
    st.fixed_dictionaries({"enum": st.lists(SCALARS, min_size=1, max_size=3, unique_by=repr)}),
    st.fixed_dictionaries({"required": st.lists(st.sampled_from("abc"), unique=True)}),
    st.fixed_dictionaries({"format": st.sampled_from(["date", "date-time", "uuid", "email"])}),
    st.fixed_dictionaries({"pattern": st.sampled_from(["^a", "[0-9]$", "^(a|b)*$"])}),
    st.booleans(),
)
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"properties": st.dictionaries(st.sampled_from("abc"), inner, max_size=3)}),
        st.fixed_dictionaries({"additionalProperties": inner}),
        st.fixed_dictionaries({"items": inner}),
        st.fixed_dictionaries({"contains": inner}),
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"if": inner, "then": inner, "else": inner}),
        *(
            st.fixed_dictionaries({word: st.lists(inner, min_size=1, max_size=3)})
            for word in ("allOf", "anyOf", "oneOf")
        ),
    ),
    max_leaves=6,
)


@given(SCHEMAS, st.sampled_from(["2020-12", "07"]), VALUES)
def test_both_agree_on_whatever_comes(schema: Any, draft: str, value: Any) -> None:
    built = catalog(schema, draft)
    mine = built.validator(PATH)
    verdict = second_opinion(built).is_valid(value)
    assert mine.is_valid(value) is verdict
    assert (mine.violations(value) == []) is verdict
