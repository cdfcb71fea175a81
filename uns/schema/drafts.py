"""The two drafts of JSON Schema that a project may use: their meta-schemas, and how a schema of theirs is compiled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

import jsonschema_rs
from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.exceptions import ValidationError, relevance

from uns.finding import Finding, found, nearest
from uns.schema.document import MAX_FINDINGS, Document
from uns.schema.reference import nodes
from uns.schema.validator import Validator

DRAFT_2020_12: Final = "https://json-schema.org/draft/2020-12/schema"
DRAFT_07: Final = "http://json-schema.org/draft-07/schema"
PATTERNS: Final = jsonschema_rs.RegexOptions(size_limit=1 << 20, dfa_size_limit=1 << 21)
"""A regular expression engine without backtracking, and what one pattern may take of memory."""

_META: Final[Mapping[str, Any]] = {
    DRAFT_2020_12: Draft202012Validator(Draft202012Validator.META_SCHEMA),
    DRAFT_07: Draft7Validator(Draft7Validator.META_SCHEMA),
}
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def _is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def _anything(text: str) -> bool:
    return True


class _Unasserted:
    """A keyword that says what a text means and judges nothing."""

    def __init__(self, parent_schema: Any, value: Any, schema_path: Any) -> None: ...

    def validate(self, instance: Any) -> None: ...


FORMATS: Final[Mapping[str, Callable[[str], bool]]] = {
    "uuid": _is_uuid,
    **dict.fromkeys(
        (
            "duration", "email", "hostname", "idn-email", "idn-hostname", "ipv4", "ipv6", "iri", "iri-reference",
            "json-pointer", "regex", "relative-json-pointer", "uri-reference", "uri-template",
        ),
        _anything,
    ),
}  # fmt: skip
"""Beside date-time, date, time and uri, which jsonschema-rs asserts itself; a project asserts no others."""


def draft(document: Document) -> str | Finding:
    """Which draft the document is written in."""
    said = document.content.get("$schema", DRAFT_2020_12) if isinstance(document.content, dict) else DRAFT_2020_12
    known = said.rstrip("#") if isinstance(said, str) else None
    if known in _META:
        return str(known)
    message = f"`$schema` {said!r} is neither draft 2020-12 nor draft-07"
    return found("schema-invalid", message, f"write {DRAFT_2020_12!r}", document.place(("$schema",)))


def faults(document: Document, name: str) -> Iterator[Finding]:
    """What the meta-schema holds against the document, each at its narrowest place."""
    try:
        errors = list(islice(_META[name].iter_errors(document.content), MAX_FINDINGS))
    except RecursionError:
        yield found("schema-invalid", f"{document.path} is nested too deep", "use `$defs`", document.place())
        return
    seen = set[str]()
    for error in map(_narrowest, errors):
        finding = _told(document, error)
        if str(finding) not in seen:
            seen.add(str(finding))
            yield finding


def unbearable(document: Document) -> Iterator[Finding]:
    """Patterns that cannot be matched without backtracking, also where no reference leads to them."""
    for path, schema in nodes(document.content).items():
        if not isinstance(schema, dict):
            continue
        keyed = [(("patternProperties", each), each) for each in schema.get("patternProperties", ())]
        for below, pattern in [*keyed, (("pattern",), schema.get("pattern"))]:
            if isinstance(pattern, str) and not _bearable(pattern):
                message = f"pattern `{pattern[:200]}` is none that can be matched in bounded time and memory"
                remedy = "do without look-around, back-references and large repetitions"
                yield found("schema-invalid", message, remedy, document.place(path + below))


def _bearable(pattern: str) -> bool:
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=PATTERNS)
    except jsonschema_rs.ValidationError:
        return False
    return True


def _narrowest(error: ValidationError) -> ValidationError:
    while error.context:
        error = max(error.context, key=lambda each: (len(each.absolute_path), relevance(each)))
    return error


def _told(document: Document, error: ValidationError) -> Finding:
    path = tuple(error.absolute_path)
    where = "".join(f"/{token}" for token in path) or "the schema"
    near = nearest(str(error.instance), _choices(error))
    remedy = f"did you mean {near!r}?" if near else "correct it; the message says what JSON Schema expects there"
    return found("schema-invalid", f"{where}: {error.message[:300]}", remedy, document.place(path))


def _choices(error: ValidationError) -> list[object]:
    """What the meta-schema lists as legal there."""
    allowed = error.validator_value
    return allowed if error.validator == "enum" and isinstance(allowed, list) else []


def compile_schema(content: Any, address: str, registry: jsonschema_rs.Registry) -> Validator:
    """Nothing is fetched, no pattern backtracks; raises jsonschema_rs.ValidationError for what cannot be compiled."""
    compiled = jsonschema_rs.validator_for(
        content, base_uri=address, registry=registry, offline=True, validate_formats=True, formats=dict(FORMATS),
        pattern_options=PATTERNS,
        keywords={"contentEncoding": _Unasserted, "contentMediaType": _Unasserted},
    )  # fmt: skip
    return Validator(compiled, content)
