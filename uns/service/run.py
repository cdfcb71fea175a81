"""The processes: the message path in this one, the API in another, and who serves where two would."""

from __future__ import annotations

import asyncio
import gc
import signal
import sqlite3
import sys
from contextlib import suppress
from time import monotonic
from typing import Final

import uvloop
from sqlalchemy import Engine

from uns.bundle import Bundle
from uns.exit_status import NEGATIVE, OK, UNREACHABLE
from uns.naming.unit import warm
from uns.registry.configured import engine_of
from uns.registry.engine import RegistryAway
from uns.registry.migrate import NotOurs, is_current, is_empty, migrate
from uns.service import report
from uns.service.beside import Beside
from uns.service.health import Answer, HealthServer, Routes, json_answer
from uns.service.lease import Lease
from uns.service.rules import Rules
from uns.service.running import Running
from uns.service.standby import Standby
from uns.service.telling import keep_telling, say
from uns.settings import Settings, endpoint
from uns.telemetry import CONTENT_TYPE, Log, exposition, logger

LOOK_EVERY: Final = 0.5
SWITCH_AFTER: Final = 0.0005
"""Seconds for which a thread that judges rules or reads the registry may keep the messages waiting."""
_AROUND_IT: Final = {
    (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR): "make room on the disk",
    (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM): (
        "give the folder, with all that is in it, to the user of the service"
    ),
    (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED): "end what holds it open",
}
HANDED_OVER: Final = 5.0
"""Seconds within which a process that ended has let go of its ports."""


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
    server = HealthServer(_held("the rules have not been read yet"))
    child: asyncio.Task[None] | None = None
    try:
        with lease:
            followed = not lease.take()
            if followed and not await Standby(lease, settings, server, log).wait(stop):
                return OK
            if not await _answering(server, settings.health, lease, log, HANDED_OVER if followed else 0.0):
                return UNREACHABLE
            if beside is not None:
                child = asyncio.ensure_future(beside.keep(HANDED_OVER if followed else 0.0))
            return await _alone(settings, server, beside, stop, reload, log)
    finally:
        await server.stop()
        if child is not None:
            child.cancel()
            await asyncio.gather(child, return_exceptions=True)


async def _alone(
    settings: Settings, server: HealthServer, beside: Beside | None, stop: asyncio.Event, reload: asyncio.Event,
    log: Log,
) -> int:  # fmt: skip
    try:
        engine = engine_of(settings)
    except RegistryAway as error:
        log.error(error.message, remedy=error.remedy)
        return UNREACHABLE
    try:
        if not await asyncio.to_thread(_is_for_us, engine, log):
            return UNREACHABLE
        rules = Rules(settings, engine, log)
        bundle = await _first(rules)
        if bundle is None and settings.rules_source == "registry":
            bundle = await _submitted(rules, server, stop, log)
        if bundle is not None:
            return await _by_rules(bundle, rules, server, beside, stop, reload)
        if stop.is_set():
            return OK
        log.error("there are no rules that could take effect", remedy="uns check, and correct what it finds")
        return NEGATIVE
    finally:
        await asyncio.to_thread(engine.dispose)


async def _answering(server: HealthServer, address: str, lease: Lease, log: Log, patience: float) -> bool:
    """The lease may come a moment before the port: the system frees the lock of a process that ends first."""
    host, port = endpoint(address)
    server.routes, until = _held("the rules have not been read yet"), monotonic() + patience
    while True:
        try:
            health = f"{host}:{await server.start(host, port)}"
        except OSError as error:
            if monotonic() < until:
                await asyncio.sleep(0.05)
                continue
            log.error(f"{address} cannot be listened on: {error.strerror}", remedy="set `health`")
            return False
        lease.answers_at(health)
        log.info("answering for the path", health=health)
        return True


async def _first(rules: Rules) -> Bundle | None:
    """What is read stays: a collector that walks it again and again as it grows would take a quarter of the time."""
    gc.disable()
    try:
        return await rules.first()
    finally:
        gc.freeze()
        gc.enable()


async def _submitted(rules: Rules, server: HealthServer, stop: asyncio.Event, log: Log) -> Bundle | None:
    """The first rules that the registry comes to hold; None where we are told to stop before."""
    why = "the registry holds no rules that could take effect"
    remedy = "submit them: uns submit FILE… with the standard, rule files and schemas"
    for error in rules.unknown[:1]:
        why, remedy = error.message, error.remedy
    log.error(why, remedy=remedy)
    server.routes = _held(f"{why}; {remedy}")
    await asyncio.to_thread(warm)
    while not stop.is_set():
        bundle = await rules.newest()
        if bundle is not None:
            return bundle
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_EVERY)
    return None


async def _by_rules(
    bundle: Bundle, rules: Rules, server: HealthServer, beside: Beside | None, stop: asyncio.Event,
    reload: asyncio.Event,
) -> int:  # fmt: skip
    log = rules.log
    await rules.in_force(bundle)
    running = await _running(bundle, rules, server, beside, stop, reload)
    if running is None:
        return OK if stop.is_set() else UNREACHABLE
    server.routes = _routes(running)
    _settle()
    if await running.run(stop, reload, keep_telling(running)):
        log.info("stopped")
        return OK
    log.error("another process took this session over", remedy="give each its own `instance`, or end one of them")
    return UNREACHABLE


async def _running(
    bundle: Bundle, rules: Rules, server: HealthServer, beside: Beside | None, stop: asyncio.Event,
    reload: asyncio.Event,
) -> Running | None:  # fmt: skip
    """Once its journal can be opened: a full disk, or an owner that is not ours, holds at the start as it does later.

    None where the file itself is at fault, or we are told to stop before.
    """
    told = ""
    while not stop.is_set():
        try:
            return Running(rules.settings, rules.engine, rules, bundle, rules.log, beside, say)
        except sqlite3.Error as error:
            why, remedy = f"the journal in {rules.settings.state} cannot be opened: {error}", mended_by(error)
        if remedy is None:
            rules.log.error(why, remedy="move it away: what was not yet in the registry is in it")
            return None
        if why != told:
            rules.log.error(why, remedy=remedy)
            server.routes, told = _held(f"{why}; {remedy}"), why
        reload.set()  # rules may have changed meanwhile
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_EVERY)
    return None


def mended_by(error: sqlite3.Error) -> str | None:
    """What somebody can do beside a file that is sound. Without a code it is our own word about the file."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return next((remedy for codes, remedy in _AROUND_IT.items() if code in codes), None)


def _settle() -> None:
    """What is here now stays: the collector need not walk it again, and what comes is mostly free of cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    sys.setswitchinterval(SWITCH_AFTER)


def _is_for_us(engine: Engine, log: Log) -> bool:
    """Set up where it was empty. It may be away; but what a newer version or another program keeps is left alone."""
    try:
        if is_empty(engine):
            migrate(engine)
            log.info("the registry was empty and has been set up")
        elif not is_current(engine):
            log.error("the registry's schema is not up to date", remedy="uns migrate")
    except RegistryAway as error:
        log.error(error.message, remedy=error.remedy)
        return not isinstance(error, NotOurs)
    return True


def _held(why: str) -> Routes:
    """What is answered while there is nothing to run."""
    return {
        "/healthz": lambda: json_answer(200, {"status": "alive"}),
        "/readyz": lambda: json_answer(503, {"status": "hold", "reasons": [why]}),
    }


def _routes(running: Running) -> Routes:
    def ready() -> Answer:
        now = report.readiness(running)
        return json_answer(503 if now.status == "hold" else 200, {"status": now.status, "reasons": now.reasons})

    return {
        "/healthz": lambda: json_answer(200, {"status": "alive"}),
        "/readyz": ready,
        "/metrics": lambda: (200, CONTENT_TYPE, exposition(report.figures(running))),
        "/status": lambda: json_answer(200, report.status(running)),
    }
