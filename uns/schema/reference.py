"""What a schema refers to: every `$ref` stays within the project, finds its target and comes to an end."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

from uns.finding import Finding, found, nearest
from uns.schema.address import decoded, leads_outside, split
from uns.schema.document import MAX_FINDINGS, Document, Path

_ONE: Final = frozenset(
    (
        "additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not",
        "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
    )
)  # fmt: skip
_SEVERAL: Final = frozenset(("allOf", "anyOf", "oneOf", "prefixItems", "items"))
_NAMED: Final = frozenset(
    ("$defs", "definitions", "dependentSchemas", "patternProperties", "properties", "dependencies")
)
KEYWORDS: Final = ("$ref", "$dynamicRef")
MAX_COMPARED: Final = 1_000
"""How many names are held against a misspelt one."""


class Node(NamedTuple):
    """One schema of the project: the root of a file, or one within it."""

    file: str
    path: Path


class Reference(NamedTuple):
    """A `$ref` and the schema that it leads to."""

    origin: Node
    keyword: str
    target: Node
    fragment: str


def children(schema: Any) -> Iterator[Path]:
    """The paths of the schemas directly within a schema; nothing else of it is a schema."""
    if not isinstance(schema, dict):
        return
    for keyword, value in schema.items():
        if keyword in _NAMED and isinstance(value, dict):
            yield from ((keyword, name) for name, each in value.items() if isinstance(each, (dict, bool)))
        elif keyword in _SEVERAL and isinstance(value, list):
            yield from ((keyword, index) for index in range(len(value)))
        elif keyword in _ONE and isinstance(value, (dict, bool)):
            yield (keyword,)


def at(content: Any, path: Path) -> Any:
    for token in path:
        content = content[token]
    return content


def nodes(content: Any) -> dict[Path, Any]:
    """Every schema of a document by its path, the root first."""
    everything: dict[Path, Any] = {(): content}
    waiting: list[Path] = [()]
    while waiting:
        path = waiting.pop()
        for below in children(everything[path]):
            everything[path + below] = at(everything[path], below)
            waiting.append(path + below)
    return everything


class Places(NamedTuple):
    """What references into a document can lead to: its schemas, also by pointer text and by anchor."""

    schemas: Mapping[Path, Any]
    fragments: Mapping[str, Path]

    @classmethod
    def of(cls, content: Any) -> Places:
        schemas = nodes(content)
        fragments = {_fragment(path): path for path in schemas}
        for path, schema in schemas.items():
            fragments |= dict.fromkeys(_anchors(schema), path)
        return cls(schemas, fragments)


def _fragment(path: Path) -> str:
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in path)


def _anchors(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from (schema[key] for key in ("$anchor", "$dynamicAnchor") if isinstance(schema.get(key), str))
        if str(schema.get("$id", "")).startswith("#"):
            yield schema["$id"][1:]


def references(
    document: Document, places: Places, known: Mapping[str, Places], broken: frozenset[str]
) -> tuple[list[Reference], list[Finding]]:
    """The document's references. One into a `broken` file is neither: that file has findings of its own."""
    sound, findings = list[Reference](), list[Finding]()
    for path, schema in places.schemas.items():
        if len(findings) >= MAX_FINDINGS:
            break
        if not isinstance(schema, dict):
            continue
        if path and not str(schema.get("$id", "#")).startswith("#"):
            findings.append(_named_within(document, path))
        for keyword in KEYWORDS:
            if isinstance(schema.get(keyword), str):
                target = _target(document, schema[keyword], (*path, keyword), known, broken)
                if isinstance(target, Finding):
                    findings.append(target)
                else:
                    fragment = split(schema[keyword])[1]
                    sound.append(Reference(Node(document.path, path), keyword, target, fragment))
    return sound, findings


def _named_within(document: Document, path: Path) -> Finding:
    message = f"`$id` at {_fragment(path)} makes a schema of its own within a file"
    return found("schema-invalid", message, "drop it and refer by pointer, or give it a file", document.place(path))


def _target(
    document: Document, text: str, path: Path, known: Mapping[str, Places], broken: frozenset[str]
) -> Node | Finding:
    fragment = decoded(split(text)[1])
    file = _file(document, text)
    if file is None:
        remedy = "copy it under `schemas/` and refer to it by its path"
        return found(
            "schema-remote", f"`{path[-1]}` to {text!r} leads out of the project", remedy, document.place(path)
        )
    if file in broken:
        return Node(file, ())
    if file not in known:
        near = nearest(file, islice((each for each in known if each != document.path), MAX_COMPARED))
        remedy = f"did you mean {near!r}?" if near else f"add `{file}` under `schemas/`"
        return found("schema-file", f"there is no schema {file!r}", remedy, document.place(path))
    target = known[file].fragments.get(fragment)
    if target is None:
        near = nearest(fragment, islice(known[file].fragments, MAX_COMPARED))
        remedy = f"did you mean {'#' + near!r}?" if near else "name a schema that is there"
        return found("schema-invalid", f"{file!r} has no schema at {'#' + fragment!r}", remedy, document.place(path))
    return Node(file, target)


def _file(document: Document, text: str) -> str | None:
    """The project's file that a reference names, or None where it leads out."""
    own = document.content.get("$id") if isinstance(document.content, dict) else None
    address = split(text)[0]
    if not address or (isinstance(own, str) and address == split(own)[0]):
        return document.path
    if leads_outside(address):
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(document.path), decoded(address)))
    return None if path.startswith("../") or path == ".." else path
