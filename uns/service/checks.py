"""What stands between this machine and a running service, each with the one thing to do."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator, Sequence
from time import time_ns

from uns.bundle import Bundle, Documents
from uns.files import read_documents
from uns.finding import Severity
from uns.judge import judge
from uns.registry import submissions
from uns.registry.configured import engine_of
from uns.registry.engine import RegistryAway
from uns.registry.migrate import NotOurs, is_current, is_empty
from uns.registry.writing import try_to_write
from uns.service.beside import taken
from uns.service.broker_checks import broker_checks
from uns.service.checked import Checked
from uns.service.lease import Holder, Lease
from uns.service.report import LEAST_FREE
from uns.service.standby import answers
from uns.settings import Settings
from uns.share import unknown_files


def checks(settings: Settings) -> Iterator[Checked]:
    """One after the other, each as soon as it is known."""
    judged, bundle = _rules(settings)
    yield judged
    state = list(_state(settings))
    yield from state
    is_served = any(each.about == "instance" and each.grade != "well" for each in state)
    yield _port("api", settings.api, is_served)
    yield _port("health", settings.health, is_served)
    yield _registry(settings)
    yield from broker_checks(settings, bundle, is_served)


def _rules(settings: Settings) -> tuple[Checked, Bundle | None]:
    if settings.rules_source == "registry":
        return _submitted(settings)
    documents, unread = read_documents(settings.rules, settings.schemas)
    errors = len([each for each in unread if each.severity is Severity.ERROR])
    return _judged(documents, errors, str(settings.rules), settings.files)


def _submitted(settings: Settings) -> tuple[Checked, Bundle | None]:
    try:
        engine = engine_of(settings)
        try:
            found = None if is_empty(engine) or not is_current(engine) else submissions.in_force(engine)
        finally:
            engine.dispose()
    except RegistryAway as error:
        return Checked("rules", "error", f"cannot be read: {error.message}", error.remedy), None
    if found is None:
        return Checked("rules", "error", "the registry holds no rules yet", "uns submit FILE…"), None
    return _judged(found[1], 0, "the registry", settings.files)


def _judged(documents: Documents, unread: int, where: str, stems: Sequence[str]) -> tuple[Checked, Bundle | None]:
    judgement = judge(documents, time_ns())
    errors = unread + sum(each.severity is Severity.ERROR for each in judgement.findings)
    if errors:
        told = f"{errors} {'error' if errors == 1 else 'errors'} in {where}"
        return Checked("rules", "error", told, "uns check"), judgement.draft
    bundle = judgement.draft
    number = len(bundle.files) if bundle is not None else 0
    files = f"{number} rule {'file' if number == 1 else 'files'} in {where}"
    if bundle is None or not stems:
        return Checked("rules", "well", files), bundle
    for unknown in unknown_files(bundle, stems):
        return Checked("rules", "error", unknown.message, unknown.remedy), bundle.share(stems)
    return Checked("rules", "well", f"{', '.join(stems)} of {files}"), bundle.share(stems)


def _state(settings: Settings) -> Iterator[Checked]:
    folder = settings.state
    try:
        with Lease(folder) as lease:
            if not lease.take():
                yield _held(lease.holder(), settings.instance)
            else:
                yield Checked("instance", "well", f"nobody serves {settings.instance} here")
    except OSError as error:
        yield Checked("state", "error", f"{folder} cannot be written: {error.strerror}", "set `state`, or its owner")
        return
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        yield Checked("disk", "error", f"only {free >> 20} MiB are free at {folder.resolve()}", "make room")
    elif not os.access(folder, os.W_OK):
        yield Checked("state", "error", f"{folder} cannot be written", "set `state`, or its owner")
    else:
        yield Checked("disk", "well", f"{free >> 20} MiB are free at {folder}")


def _held(holder: Holder, name: str) -> Checked:
    if holder.health and not asyncio.run(answers(holder.health)):
        told = f"another process (pid {holder.pid}) serves {name} here, and does not answer at {holder.health}"
        return Checked("instance", "error", told, f"look at it; kill -9 {holder.pid} ends it, and a standby takes over")
    told = f"another process (pid {holder.pid}) serves {name} here"
    remedy = "well, if that is your service; else end it, or set `instance` and `state`"
    return Checked("instance", "note", told, remedy)


def _port(name: str, address: str, is_served: bool) -> Checked:
    why = taken(address)
    if not why:
        return Checked(name, "well", f"{address} is free")
    if is_served:
        return Checked(name, "note", f"{address} is in use", "well, if that is your service; `instance` names its pid")
    return Checked(name, "error", f"{address} cannot be listened on: {why}", f"end what uses it, or set `{name}`")


def _registry(settings: Settings) -> Checked:
    try:
        engine = engine_of(settings)
        try:
            if is_empty(engine):
                return Checked("registry", "note", "is empty", "uns run sets it up, or uns migrate")
            if not is_current(engine):
                return Checked("registry", "error", "its schema is not up to date", "uns migrate")
            try_to_write(engine)
        finally:
            engine.dispose()
    except NotOurs as error:
        return Checked("registry", "error", error.message, error.remedy)
    except RegistryAway as away:
        return Checked("registry", "unreachable", away.message, away.remedy)
    return Checked("registry", "well", "is there and up to date")
