"""Who may speak to the API, and in what form: loopback's own pages and programs, JSON only, nothing unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from uns.api.misfits import parameters
from uns.api.problem import Refused, problem
from uns.finding import FilePlace, found, nearest
from uns.settings import is_loopback

BODIES: Final = ("POST", "PUT", "PATCH")
STREAM: Final = "/api/v1/stream"


class Gate:
    """Refuses foreign `Host` and `Origin` (another site's page in a local browser), and bodies that do not fit."""

    def __init__(self, app: ASGIApp, limit: int, limits: Mapping[str, int]) -> None:
        self._app, self._limit, self._limits = app, limit, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        limit = self._limits.get(scope["path"], self._limit)
        refusal = _refusal(scope["method"], headers) or _too_large(headers, limit)
        if refusal:
            await problem(*refusal)(scope, receive, send)
        else:
            await self._app(_as_get(scope), _limited(receive, limit), send)


def _as_get(scope: Scope) -> Scope:
    """HEAD is GET without the body, which the server leaves out; a stream has no end that HEAD could wait for."""
    return {**scope, "method": "GET"} if scope["method"] == "HEAD" and scope["path"] != STREAM else scope


def _too_large(headers: dict[str, list[str]], limit: int) -> tuple[int, str] | None:
    sizes = [int(each) for each in headers.get("content-length", []) if each.isascii() and each.isdigit()]
    return _beyond(limit) if any(size > limit for size in sizes) else None


def _beyond(limit: int) -> tuple[int, str]:
    return 413, f"the body has more than the {limit} bytes that this resource takes: send less at once"


def _limited(receive: Receive, limit: int) -> Receive:
    """Counts a body that does not say how large it is."""
    left = limit

    async def receive_some() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(*_beyond(limit))
        return message

    return receive_some


def _refusal(method: str, headers: dict[str, list[str]]) -> tuple[int, str] | None:
    hosts, origins = headers.get("host", []), headers.get("origin", [])
    if len(hosts) != 1 or not is_loopback(_host(f"//{hosts[0]}")):
        return 421, "this API answers only to 127.0.0.1, localhost and [::1] in `Host`"
    if origins and (len(origins) > 1 or origins[0] not in (f"http://{hosts[0]}", f"https://{hosts[0]}")):
        return 403, "this API answers no page of another origin"
    lengths = headers.get("content-length", [])
    empty = all(each.strip() == "0" for each in lengths) and "transfer-encoding" not in headers
    if method in BODIES and not empty:
        kind = ";".join(headers.get("content-type", [])).partition(";")[0].strip().lower()
        if kind != "application/json":
            return 415, "bodies are JSON: send Content-Type: application/json"
    return None


def _host(authority: str) -> str:
    try:
        return urlsplit(authority).hostname or ""
    except ValueError:
        return ""


async def known_parameters(request: Request) -> None:
    """Refuse query parameters that the path does not know, or that stand twice: they would be misread in silence."""
    known = [each.alias for each in parameters(request.scope["route"].dependant, "query")]
    findings = []
    for name in dict.fromkeys(request.query_params):
        where = FilePlace(f"?{name[:100]}")
        if name not in known:
            near = nearest(name[:100], known)
            listed = f"it takes {', '.join(known)}" if known else "it takes none"
            remedy = f"did you mean `{near}`?" if near else listed
            findings.append(found("key-unknown", f"unknown query parameter `{name[:100]}`", remedy, where))
        elif len(request.query_params.getlist(name)) > 1:
            findings.append(found("key-duplicate", f"`{name}` stands twice in the query", "say it once", where))
    if findings:
        raise Refused(400, findings[0].message, findings[:20])
