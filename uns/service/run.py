"""The processes: the message path in this one, the API in another, and who serves where two would."""

from __future__ import annotations

import asyncio
import gc
import signal
import sqlite3
from typing import Any, Final

import uvloop
from sqlalchemy import Engine

from uns.registry.configured import engine_of
from uns.registry.engine import RegistryAway
from uns.registry.migrate import is_current, is_empty, migrate
from uns.service import report
from uns.service.beside import Beside
from uns.service.health import HealthServer, json_answer
from uns.service.lease import Lease
from uns.service.rules import Rules
from uns.service.running import Running
from uns.service.telling import Telling
from uns.settings import Settings, endpoint
from uns.telemetry import CONTENT_TYPE, exposition, logger

OK, NEGATIVE, UNREACHABLE = 0, 1, 3
LEASE_EVERY: Final = 0.5


def serve_path(settings: Settings, api: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; the exit status. `api` is the command of the API process, where one is wanted."""
    return uvloop.run(_serve(settings, api))


async def _serve(settings: Settings, api: list[str] | None) -> int:
    log = logger()
    stop, reload = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    loop.add_signal_handler(signal.SIGHUP, reload.set)
    try:
        lease = Lease(settings.state)
    except OSError as error:
        log.error(
            f"the state folder {settings.state} cannot be used: {error.strerror}", remedy="set `state`, or its owner"
        )
        return UNREACHABLE
    beside = Beside(api, settings.api, log) if api is not None else None
    child = asyncio.ensure_future(beside.keep()) if beside is not None else None
    try:
        with lease:
            if await _ours(lease, stop, log):
                return await _alone(settings, beside, stop, reload, log)
            return OK
    finally:
        if child is not None:
            child.cancel()
            await asyncio.gather(child, return_exceptions=True)


async def _ours(lease: Lease, stop: asyncio.Event, log: Any) -> bool:
    """Wait for the lease; False where we are told to stop before."""
    told = False
    while not lease.take():
        if not told:
            log.info("standing by: another process serves this instance", holder=lease.holder())
            told = True
        try:
            await asyncio.wait_for(stop.wait(), LEASE_EVERY)
        except TimeoutError:
            continue
        return False
    return True


async def _alone(
    settings: Settings, beside: Beside | None, stop: asyncio.Event, reload: asyncio.Event, log: Any
) -> int:
    try:
        engine = engine_of(settings)
    except RegistryAway as error:
        log.error(error.message, remedy=error.remedy)
        return UNREACHABLE
    await asyncio.to_thread(_migrate_empty, engine, log)
    rules = Rules(settings, engine, log)
    bundle = await rules.first()
    if bundle is None:
        remedy = "uns check, and correct what it finds"
        if settings.rules_source == "registry":
            remedy = "submit them: uns submit FILE… with the standard, rule files and schemas"
        log.error("there are no rules that could take effect", remedy=remedy)
        return NEGATIVE
    await rules.in_force(bundle)
    try:
        running = Running(settings, engine, rules, bundle, log)
        running.beside = beside
    except sqlite3.Error as error:
        remedy = "make room on the disk; if the file is broken, move it away: what was not yet in the registry is in it"
        log.error(f"the journal in {settings.state} cannot be opened: {error}", remedy=remedy)
        return UNREACHABLE
    server = _health(running)
    try:
        host, port = endpoint(settings.health)
        try:
            log.info("answering for the path", health=f"{host}:{await server.start(host, port)}")
        except OSError as error:
            log.error(f"{settings.health} cannot be listened on: {error.strerror}", remedy="set `health`")
            return UNREACHABLE
        _settle_memory()
        telling = Telling(running)
        running.say = telling.say
        if await running.run(stop, reload, telling.keep()):
            log.info("stopped")
            return OK
        log.error("another process took this session over", remedy="give each its own `instance`, or end one of them")
        return UNREACHABLE
    finally:
        await server.stop()
        await asyncio.to_thread(engine.dispose)


def _settle_memory() -> None:
    """What is here now stays: the collector need not walk it again, and what comes is mostly free of cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _migrate_empty(engine: Engine, log: Any) -> None:
    try:
        if is_empty(engine):
            migrate(engine)
            log.info("the registry was empty and has been set up")
        elif not is_current(engine):
            log.error("the registry's schema is not up to date", remedy="uns migrate")
    except RegistryAway as error:
        log.error(error.message, remedy=error.remedy)


def _health(running: Running) -> HealthServer:
    def ready() -> tuple[int, str, bytes]:
        now = report.readiness(running)
        return json_answer(503 if now.status == "hold" else 200, {"status": now.status, "reasons": now.reasons})

    return HealthServer(
        {
            "/healthz": lambda: json_answer(200, {"status": "alive"}),
            "/readyz": ready,
            "/metrics": lambda: (200, CONTENT_TYPE, exposition(report.figures(running))),
            "/status": lambda: json_answer(200, report.status(running)),
        }
    )
