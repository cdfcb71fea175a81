"""Problems as RFC 9457 says, each with findings of the shape that they have everywhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from uns.api.misfits import misfits, unread
from uns.cursor import BadCursor
from uns.equipment import EquipmentPath
from uns.finding import FilePlace, Finding, Malformed, found
from uns.naming.equipment import read_equipment
from uns.naming.standard import Standard

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Refused(Exception):
    """A request that cannot be answered as asked: the status, why in a sentence, and what is wrong."""

    def __init__(self, status: int, detail: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(detail)
        self.status, self.detail, self.findings = status, detail, list(findings)


def problem(status: int, detail: str, findings: Sequence[Finding] = (), title: str = "") -> Response:
    """The response that tells it."""
    body = {
        "type": "about:blank",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "findings": [each.as_json() for each in findings],
    }
    content = json.dumps(body, ensure_ascii=False).encode(errors="replace")  # a request can name half a character
    return Response(content, status, media_type="application/problem+json")


def wrong(name: str, message: str, remedy: str, code: str = "key-value") -> Refused:
    """400 for one query parameter (`?limit`), part of the path (`{name}`) or member of the body (`/files`)."""
    return Refused(400, message, [found(code, message, remedy, FilePlace(name))])


def malformed(name: str, error: Malformed) -> Refused:
    """400 for a text that is no topic, filter or equipment path."""
    return Refused(400, str(error), [error.at(FilePlace(name))])


def equipment_in(standard: Standard, text: str, name: str) -> EquipmentPath:
    """The equipment that a parameter (`?equipment`) or member (`/path`) names; 400 where it cannot exist."""
    try:
        return read_equipment(standard, text)
    except Malformed as error:
        raise malformed(name, error) from None


def install(app: FastAPI) -> None:
    """Every error that leaves this application is such a problem."""

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        return problem(error.status, error.detail, error.findings)

    @app.exception_handler(BadCursor)
    async def no_cursor(request: Request, error: BadCursor) -> Response:
        told = wrong("?cursor", str(error), "take `next` of the part before")
        return problem(told.status, told.detail, told.findings)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        findings = [unread(error.__cause__)] if error.status_code == 400 else []
        detail = findings[0].message if findings else _sentence(request, error)
        response = problem(error.status_code, detail, findings)
        response.headers.update(error.headers or {})
        if error.status_code == 405:
            response.headers["Allow"] = ", ".join(_methods(request))
        return response

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        findings = misfits(request, error)
        return problem(400, "; ".join(each.message for each in findings[:3]), findings)

    @app.exception_handler(Exception)
    async def fault(request: Request, error: Exception) -> Response:
        return problem(500, "something failed inside the service; its log says what")


def _methods(request: Request) -> list[str]:
    """All that can be used there; the framework names those of the first route that it meets."""
    routes, scope = request.app.routes, request.scope
    return [
        each for each in METHODS
        if any(route.matches({**scope, "method": each})[0] is Match.FULL for route in routes)
    ]  # fmt: skip


def _sentence(request: Request, error: HTTPException) -> str:
    if error.status_code == 404:
        return f"there is nothing at {request.url.path[:200]}; GET /docs lists what there is"
    if error.status_code == 405:
        return f"{request.method} cannot be used on {request.url.path[:200]}"
    return str(error.detail)
