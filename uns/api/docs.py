"""`/docs`: what OpenAPI says, as one page that loads nothing from anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:62rem;padding:0 1rem;color:#1b1f24;background:#fff}
code,pre{font:14px/1.45 ui-monospace,monospace}h2{margin-top:2.5rem;border-bottom:1px solid #d0d7de}
details{border:1px solid #d0d7de;border-radius:6px;margin:.5rem 0;padding:.4rem .8rem}summary{cursor:pointer}
table{border-collapse:collapse;margin:.5rem 0}td,th{text-align:left;padding:.2rem .9rem .2rem 0;vertical-align:top}
pre{overflow-x:auto;margin:0}b.get{color:#0a5}b.post,b.put{color:#06c}b.delete{color:#c22}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}h2,details{border-color:#30363d}a{color:#6cf}}
"""
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@router.get("/docs", response_class=HTMLResponse)
async def docs(request: Request) -> HTMLResponse:
    spec = request.app.openapi()
    return HTMLResponse("".join(_page(spec)), headers={"Content-Security-Policy": POLICY})


def _page(spec: dict[str, Any]) -> Iterator[str]:
    title = escape(f"{spec['info']['title']} {spec['info']['version']}")
    yield f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{STYLE}</style>"
    yield f"<h1>{title}</h1><p>{escape(spec['info'].get('description', ''))}"
    yield " The same as data: <a href=/openapi.json>/openapi.json</a>.</p>"
    by_tag: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, verbs in spec["paths"].items():
        for verb, operation in verbs.items():
            by_tag.setdefault(operation.get("tags", ["other"])[0], []).append((verb, path, operation))
    for tag, operations in by_tag.items():
        yield f"<h2 id={escape(tag)}>{escape(tag)}</h2>"
        for verb, path, operation in operations:
            yield from _operation(verb, path, operation)
    yield "<h2>types</h2>"
    for name, schema in sorted(spec.get("components", {}).get("schemas", {}).items()):
        yield from _type(name, schema)
    yield "</html>"


def _operation(verb: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"<details><summary><b class={verb}>{verb.upper()}</b> <code>{escape(path)}</code> "
    yield f"{escape(operation.get('summary', ''))}</summary><p>{escape(operation.get('description', ''))}</p>"
    rows = [
        (each["name"], each["in"] + ", required" * each.get("required", False), _said(each["schema"]),
         each.get("description", ""))
        for each in operation.get("parameters", [])
    ]  # fmt: skip
    if body := operation.get("requestBody"):
        rows.append(("body", "JSON", _said(_content(body)), "" if body.get("required") else "may be left out"))
    rows += [
        (code, "answer", _said(_content(each)), each.get("description", ""))
        for code, each in operation["responses"].items()
    ]
    yield "<table>" + "".join(_row(row) for row in rows) + "</table>"
    if "example" in _media(operation.get("requestBody", {})):
        yield f"<p>takes, for example</p>{_example(_media(operation['requestBody'])['example'])}"
    for code in ("200", "201"):
        if "example" in _media(operation["responses"].get(code, {})):
            yield f"<p>answers</p>{_example(_media(operation['responses'][code])['example'])}"
    yield "</details>"


def _example(example: Any) -> str:
    text = example if isinstance(example, str) else json.dumps(example, indent=1, ensure_ascii=False)
    return f"<pre>{escape(text)}</pre>"


def _row(cells: tuple[str, ...]) -> str:
    name, *others = cells
    return (
        f"<tr><td><code>{escape(name)}</code></td>"
        + "".join(f"<td>{cell}</td>" for cell in map(_cell, others))
        + "</tr>"
    )


def _cell(text: str) -> str:
    return text if text.startswith("<") else escape(text)


def _media(part: dict[str, Any]) -> dict[str, Any]:
    """What the first media type of a body or an answer says."""
    first: dict[str, Any] = next(iter(part.get("content", {}).values()), {})
    return first


def _content(part: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = _media(part).get("schema", {})
    return schema


def _said(schema: dict[str, Any]) -> str:
    """A schema in a few words, with a link to the type that it names."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if options := schema.get("anyOf"):
        return "<span>" + " or ".join(_cell(_said(each)) for each in options) + "</span>"
    if schema.get("type") == "array":
        return f"<span>list of {_cell(_said(schema.get('items', {})))}</span>"
    bounds = [f"{word} {schema[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in schema]
    listed = [", ".join(map(str, schema["enum"]))] if "enum" in schema else []
    return " ".join([str(schema.get("type", "any")), *bounds, *listed])


def _type(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>'
    yield f"<p>{escape(schema.get('description', ''))}</p><table>"
    for member, inner in schema.get("properties", {}).items():
        need = "required" if member in schema.get("required", ()) else ""
        yield _row((member, _said(inner), need, inner.get("description", "")))
    yield "</table></details>"
