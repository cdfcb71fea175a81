"""What `uns explain` asks of registry and broker: kept messages, context, and where a governed topic's readings are."""

from __future__ import annotations

import asyncio
import time
from typing import Any, NamedTuple

import aiomqtt
from sqlalchemy import Engine

from uns.broker.guest import heeding, user_properties
from uns.broker.kept import read_kept
from uns.bundle import Bundle
from uns.cli.app import err
from uns.context.timeline import Timeline
from uns.instant import Instant
from uns.message import RawMessage
from uns.registry.configured import engine_of
from uns.registry.engine import RegistryAway
from uns.registry.entries import Entry, Filter, entries
from uns.registry.migrate import is_current
from uns.registry.timeline import load
from uns.settings import Settings


class Kept(NamedTuple):
    """A retained message as the broker holds it."""

    payload: bytes
    properties: dict[str, str]


def registry_of(settings: Settings) -> Engine | None:
    """The registry, or None and a word on standard error where there is none to ask."""
    if settings.lacks_registry():
        return None
    try:
        engine = engine_of(settings)
        return engine if is_current(engine) else None
    except RegistryAway as away:
        err.print(f"registry: {away}", markup=False)
        return None


def timeline_of(engine: Engine | None, bundle: Bundle, received: Instant) -> Timeline:
    """What the registry knows of the time of receipt; empty without a registry."""
    if engine is None:
        return Timeline.build("none")
    return load(engine, bundle.standard, bundle.reaches_back, received)


def newest_rejected(engine: Engine | None, topic: str, tag: str | None = None) -> Entry | None:
    if engine is None:
        return None
    page = entries(engine, Filter(topic=topic, tag=tag, state=None), limit=1)
    return page.items[0] if page.items else None


class BrokerAway(Exception):
    """The broker cannot be asked, so nobody knows what it keeps."""


def kept_at(settings: Settings, topic: str) -> Kept | None:
    """The value retained on a topic; None where the broker keeps none. BrokerAway where it cannot be asked."""
    found: list[Kept] = []

    def take(message: Any) -> None:
        found.append(Kept(bytes(message.payload or b""), user_properties(message)))

    try:
        asyncio.run(heeding(read_kept(settings, "explain", topic, take)))
    except (aiomqtt.MqttError, OSError) as error:
        raise BrokerAway(f"the broker {settings.broker} cannot be asked: {error}") from error
    return found[-1] if found else None


def newest_message(settings: Settings, engine: Engine | None, topic: str) -> RawMessage | None:
    """Of the topic's raw messages that are kept somewhere, the newest rejected one, else the retained one."""
    rejected = newest_rejected(engine, topic)
    if rejected is not None:
        return rejected.raw
    kept = kept_at(settings, topic)
    return None if kept is None else RawMessage(topic, kept.payload, time.time_ns(), retained=True)
