"""The application: every router, what guards them, and the tasks that keep what they read fresh."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

from fastapi import Depends, FastAPI

from uns import __version__
from uns.api import (
    batch_verbs,
    batches,
    browse,
    calendar_files,
    calendars,
    context,
    docs,
    equipment,
    explain,
    health,
    products,
    quarantine,
    replays,
    rules,
    search,
    status,
    stream,
    submissions,
)
from uns.api.changes import Changes
from uns.api.following import follow_rules
from uns.api.guard import Gate, known_parameters
from uns.api.inforce import RulesInForce
from uns.api.link import Link, follow
from uns.api.models import Problem
from uns.api.namespace import Namespace
from uns.api.openapi import describe
from uns.api.problem import install
from uns.api.registry_view import RegistryView
from uns.api.surroundings import Surroundings
from uns.api.twice import unambiguous
from uns.broker.guest import heeding
from uns.instant import Instant
from uns.settings import Settings
from uns.telemetry import logger

NOUNS: Final = (
    browse, search, stream, explain, replays, quarantine, products, batches, batch_verbs, calendars, calendar_files,
    equipment, context, submissions, rules, status,
)  # fmt: skip
BODY: Final = 1024 * 1024
PROBLEMS: dict[int | str, dict[str, Any]] = {"default": {"model": Problem, "description": "what is wrong"}}


def create_app(settings: Settings, clock: Callable[[], Instant] = time.time_ns) -> FastAPI:
    """The API over these settings; it connects to broker and registry once it is started."""
    changes = Changes(secrets.token_hex(6))
    here = Surroundings(
        settings, Namespace(changes), Link(), RulesInForce(), RegistryView(settings), clock, logger(process="api")
    )
    app = FastAPI(
        title="uns",
        version=__version__,
        description="The governed namespace of a plant, and what stands behind it.",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        dependencies=[Depends(known_parameters), Depends(unambiguous)],
        responses=PROBLEMS,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.surroundings = here
    install(app)
    app.add_middleware(Gate, limit=BODY, limits={"/api/v1/submissions": submissions.BODY})
    for noun in (health, docs):
        app.include_router(noun.router)
    for noun in NOUNS:
        app.include_router(noun.router, prefix="/api/v1")
    describe(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    here: Surroundings = app.state.surroundings
    here.rules.on_change.append(lambda bundle: here.link.aim(bundle.standard.root))
    tasks = [
        asyncio.create_task(heeding(each))
        for each in (
            follow(here.settings, here.namespace, here.link, here.clock),
            here.registry.follow(),
            follow_rules(here.settings, here.rules, here.registry, here.clock),
        )
    ]
    for task in tasks:
        task.add_done_callback(partial(_ended, here))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        here.registry.close()


def _ended(here: Surroundings, task: asyncio.Task[None]) -> None:
    """None of them ends while the application runs; where one does, the API says so rather than show old things."""
    if task.cancelled():
        return
    error = task.exception()
    if error is not None:
        here.fault = f"a part of the API has failed, start it again: {error!r}"
        here.log.error("a part of the API has failed", exc_info=error)
