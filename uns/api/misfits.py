"""What of a request does not fit: where, what was expected and what came, in the words that contracts use."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

import jsonschema_rs
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter

from uns.context.believable import LONGEST
from uns.finding import FilePlace, Finding, Malformed, found, nearest
from uns.schema.drafts import compile_schema
from uns.schema.validator import Validator
from uns.schema.words import cut, pointer, shown

MOST: Final = 100
LONGEST_POINTER: Final = 1_000
WHOLE: Final = FilePlace("")
"""The body itself: the empty JSON pointer."""
NO_REGISTRY: Final = jsonschema_rs.Registry([])

Path = Sequence[str | int]
Error = Mapping[str, Any]


def misfits(request: Request, error: RequestValidationError) -> list[Finding]:
    """Each thing that is wrong, once, at a JSON pointer into the body or at a parameter (`?limit`, `{name}`)."""
    route = request.scope["route"]
    inside = [each for each in error.errors() if each["loc"][0] == "body"]
    findings = [_of_parameter(route.dependant, each) for each in error.errors() if each["loc"][0] != "body"]
    if inside:
        findings += _of_body(inside, error.body, route.body_field)
    return list({each.where: each for each in reversed(findings)}.values())[::-1][:MOST]


def unread(cause: BaseException | None) -> Finding:
    """A body that cannot be taken for JSON at all."""
    if isinstance(cause, RecursionError):
        return found("payload-limit", "the body is nested too deep", "send it flatter", WHOLE)
    if isinstance(cause, UnicodeDecodeError):
        return found("payload-syntax", "the body is not UTF-8", "send JSON as UTF-8", WHOLE)
    if isinstance(cause, ValueError):
        return found("payload-limit", "a number of the body has too many digits", "send it as text", WHOLE)
    return found("payload-syntax", "the body cannot be read", "send one JSON document", WHOLE)


def _of_parameter(dependant: Any, error: Error) -> Finding:
    kind, name = error["loc"][:2]
    where = {"query": f"?{name}", "path": f"{{{name}}}"}.get(kind, name)
    if error["type"] == "missing":
        return found("key-missing", f"`{where}` is required", "add it", FilePlace(where))
    field = next(each for each in parameters(dependant, kind) if each.alias == name)
    came = _read(error["input"])
    message, remedy = _held_against(_validator(field, name), {name: came}, [name], where)
    return _finding(error, where, came, message, remedy)


def parameters(dependant: Any, kind: str) -> Iterator[Any]:
    """What a path and everything that it depends on read from the query, the path or the header."""
    yield from getattr(dependant, f"{kind}_params")
    for each in dependant.dependencies:
        yield from parameters(each, kind)


def _of_body(errors: Sequence[Error], body: Any, field: Any) -> Iterator[Finding]:
    if errors[0]["type"] == "json_invalid":
        yield _no_json(body, errors[0]["loc"][1])
        return
    if body is None:
        yield found("key-missing", "a body is required", "send a JSON object", WHOLE)
        return
    validator = _validator(field)
    for error in errors[:MOST]:
        path = _path(error, body)
        where = pointer(path)
        if error["type"] == "extra_forbidden":
            yield _unforeseen(where, str(path[-1]), _members(validator.schema, path[:-1]))
            continue
        came = None if error["type"] == "missing" else error["input"]
        message, remedy = _held_against(validator, body, path, where)
        yield _finding(error, where, came, message, remedy)


def _no_json(body: Any, offset: int) -> Finding:
    text = body if isinstance(body, str) else ""
    before = text[:offset]
    place = FilePlace("", before.count("\n") + 1, offset - before.rfind("\n"))
    message = (
        f"the body is not JSON at line {place.line}, column {place.column}" if text.strip() else "the body is empty"
    )
    return found("payload-syntax", message, "send one JSON document", place)


def _path(error: Error, body: Any) -> list[str | int]:
    """The tokens that lead through the body; pydantic's names of alternatives, which stand among them, do not."""
    path: list[str | int] = []
    for token in error["loc"][1:]:
        is_member = isinstance(body, dict) and token in body
        if is_member or (isinstance(body, list) and isinstance(token, int) and token < len(body)):
            path.append(token)
            body = body[token]
    return [*path, error["loc"][-1]] if error["type"] == "missing" else path


def _validator(field: Any, parameter: str | None = None) -> Validator:
    """What /openapi.json says of a body; of a parameter, as the member of an object, so that it has a name."""
    given = field.field_info
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[given.annotation, given])  # type: ignore[arg-type]
    schema = adapter.json_schema()
    if parameter is not None:
        schema = {"properties": {parameter: schema}, "$defs": schema.pop("$defs", {})}
    return compile_schema(schema, "https://body.invalid/", NO_REGISTRY)


def _held_against(validator: Validator, instance: Any, path: Path, where: str) -> tuple[str, str]:
    """What the schema holds against that very place; where it is content, that this resource is not."""
    there = pointer(path)
    for each in validator.violations(instance):
        if each.pointer == there:
            return each.message.replace(f"`{there}`" if there else "the payload", _called(where), 1), each.remedy
    return f"{_called(where)} cannot be taken", "see /docs for what it takes"


def _finding(error: Error, where: str, came: Any, message: str, remedy: str) -> Finding:
    """Our own refusal of a value says more than its schema."""
    code, told = "key-missing" if error["type"] == "missing" else "key-value", error.get("ctx", {}).get("error")
    if error["loc"][-1] == "[key]":
        message, remedy = f"the name of {_called(where)} is not 1 to {LONGEST} printable characters", "rename it"
    elif error["type"] == "string_unicode":
        message, remedy = f"{_called(where)} is not Unicode text", "send it as UTF-8"
    elif isinstance(told, Malformed):
        code, message, remedy = told.code, f"{_called(where)} is {shown(came)}: {told.message}", told.remedy
    return _placed(code, message, remedy, where)


def _placed(code: str, message: str, remedy: str, where: str) -> Finding:
    return found(code, cut(message), remedy, FilePlace(where[:LONGEST_POINTER]))


def _unforeseen(where: str, name: str, known: Sequence[str]) -> Finding:
    near = nearest(name[:100], known)
    remedy = f"did you mean `{near}`?" if near else f"it takes {', '.join(known)}" if known else "drop it"
    return _placed("key-unknown", f"{_called(where)} is not foreseen", remedy, where)


def _members(schema: Any, path: Path) -> list[str]:
    """Which members an object of the body may have."""
    definitions = schema.get("$defs", {})
    for token in path:
        schema = schema["items"] if isinstance(token, int) else schema["properties"][token]
        schema = definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return list(schema.get("properties", ()))


def _called(where: str) -> str:
    return f"`{where[:LONGEST_POINTER]}`" if where else "the body"


def _read(text: Any) -> Any:
    """A parameter as the number that it may be."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError, TypeError):
        return text
    return value if isinstance(value, int | float) else text
