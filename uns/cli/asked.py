"""What `uns explain` asks of registry and broker: kept messages, context, and where a governed topic's readings are."""

from __future__ import annotations

import asyncio
import time
from typing import NamedTuple

import aiomqtt
from sqlalchemy import Engine

from uns.broker.guest import heeding, payload_of, user_properties
from uns.broker.kept import kept_on, read_kept
from uns.bundle import Bundle
from uns.cli.app import err
from uns.context.timeline import Timeline
from uns.instance import Served, serving
from uns.instant import Instant
from uns.message import RawMessage
from uns.registry.configured import engine_of
from uns.registry.engine import RegistryAway
from uns.registry.entries import newest_rejected
from uns.registry.migrate import is_current
from uns.registry.timeline import load
from uns.settings import Settings


class Retained(NamedTuple):
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


class BrokerAway(Exception):
    """The broker cannot be asked, so nobody knows what it keeps."""


def retained(settings: Settings, topic: str) -> Retained | None:
    """The value retained on a topic; None where the broker keeps none. BrokerAway where it cannot be asked."""
    try:
        message = asyncio.run(heeding(kept_on(settings, "explain", topic)))
    except (aiomqtt.MqttError, OSError) as error:
        raise BrokerAway(f"the broker {settings.broker} cannot be asked: {error}") from error
    return None if message is None else Retained(payload_of(message), user_properties(message))


def served(settings: Settings, root: str) -> Served:
    """Of each rule file, the instances that serve it now; None where the broker cannot be asked."""
    found: list[bytes] = []

    def take(message: aiomqtt.Message) -> None:
        found.append(payload_of(message))

    try:
        asyncio.run(heeding(read_kept(settings, "explain", f"{root}/_uns/+", take)))
    except (aiomqtt.MqttError, OSError):
        return None
    return serving(found, time.time_ns())


def newest_message(settings: Settings, engine: Engine | None, topic: str) -> RawMessage | None:
    """Of the topic's raw messages that are kept somewhere, the newest rejected one, else the retained one."""
    rejected = None if engine is None else newest_rejected(engine, topic)
    if rejected is not None:
        return rejected
    kept = retained(settings, topic)
    return None if kept is None else RawMessage(topic, kept.payload, time.time_ns(), retained=True)
