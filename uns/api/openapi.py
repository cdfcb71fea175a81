"""`/openapi.json`: what the routes say of themselves, and what an integrator needs beside it."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI

from uns.api.examples import ANSWERS, BODIES, PARAMETERS, PROBLEM, STREAM

PREFIX: Final = "/api/v1"
DESCRIPTIONS: Final = {
    "limit": "how many items at most",
    "path": "the governed topic, or a part of it; of equipment with or without the root",
    "name": "its id, or a contract's name",
    "version": "of the contract",
    "number": "as the list shows it in `id`",
    "site": "of the standard",
    "file": "as the list shows it; `naming_rules/` may be left out",
    "revision": "as the list shows it",
    "equipment": "path, with or without the root",
    "Last-Event-ID": "id of the last event that was seen; what came after it follows",
}


def describe(app: FastAPI) -> None:
    """Let the application describe itself so; worked out once, when it is first asked."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            spec = plain()
            for path, verbs in spec["paths"].items():
                for verb, operation in verbs.items():
                    _complete(f"{verb} {path.removeprefix(PREFIX)}", operation)
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _complete(name: str, operation: dict[str, Any]) -> None:
    operation["operationId"] = _operation_id(name)
    for parameter in operation.get("parameters", ()):
        _complete_parameter(parameter)
    if name in BODIES:
        operation["requestBody"]["content"]["application/json"]["example"] = BODIES[name]
    answers = operation["responses"]
    if name in ANSWERS:
        for status in ("200", "201", "202"):
            for content in answers.get(status, {}).get("content", {}).values():
                content["example"] = ANSWERS[name]
    if name == "get /stream":
        answers["200"]["content"] = {"text/event-stream": {"schema": {"type": "string"}, "example": STREAM}}
    if name == "get /metrics":
        answers["200"]["content"] = {"text/plain": {"schema": {"type": "string"}, "example": ANSWERS[name]}}
    [schema] = [content["schema"] for content in answers["default"]["content"].values()]
    answers["default"]["content"] = {"application/problem+json": {"schema": schema, "example": PROBLEM}}


def _operation_id(name: str) -> str:
    """`get /batches/{name}` is getBatchesName."""
    words = name.replace("/", " ").replace("-", " ").replace("{", "").replace("}", "").split()
    return words[0] + "".join(word.capitalize() for word in words[1:])


def _complete_parameter(parameter: dict[str, Any]) -> None:
    """No parameter is ever null: it is left out."""
    name, schema = parameter["name"], parameter["schema"]
    kinds = [each for each in schema.pop("anyOf", ()) if each.get("type") != "null"]
    if len(kinds) == 1:
        schema |= kinds[0]
    if not parameter.get("description") and name in DESCRIPTIONS:
        parameter["description"] = DESCRIPTIONS[name]
    if name in PARAMETERS:
        parameter["example"] = PARAMETERS[name]
