"""Everything that a request may draw on, built once with the application and passed down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from uns.api.inforce import RulesInForce
from uns.api.link import Link
from uns.api.namespace import Namespace
from uns.api.problem import Refused
from uns.api.registry_view import RegistryView
from uns.bundle import Bundle
from uns.finding import gravest
from uns.instant import Instant
from uns.settings import Settings
from uns.telemetry import Log


@dataclass(slots=True)
class Surroundings:
    settings: Settings
    namespace: Namespace
    link: Link
    rules: RulesInForce
    registry: RegistryView
    clock: Callable[[], Instant]
    log: Log
    fault: str = ""
    """Why a task that keeps things fresh has ended, which it never should."""
    streams: int = 0
    """How many streams are being read now."""
    most_streams: int = 100


def surroundings(request: Request) -> Surroundings:
    here = request.app.state.surroundings
    assert isinstance(here, Surroundings)
    return here


def in_force(here: Surroundings) -> Bundle:
    """The bundle in force; 503 where there is none."""
    if here.rules.bundle is None:
        raise Refused(503, "no rules are in force: GET /readyz says why", gravest(here.rules.findings, 100))
    return here.rules.bundle


Here = Annotated[Surroundings, Depends(surroundings)]
