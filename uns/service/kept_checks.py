"""Whether the broker keeps what it was entrusted with: over a restart, and while we are away."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Final

from mqtt5 import QoS

from uns.broker.configured import Configured, mosquitto_at
from uns.broker.endpoint import Endpoint
from uns.broker.visit import Visit
from uns.bundle import Bundle
from uns.service.checked import Checked
from uns.service.topics import OwnTopics
from uns.settings import Settings, is_loopback

FEW_QUEUED: Final = 100_000
FEW_BYTES: Final = 64 * 1024 * 1024
TRIED: Final = 2_000
"""Messages with which the queue of a broker on another machine is tried: twice what Mosquitto keeps by default."""
SILENT: Final = 2.0
SELDOM: Final = 60
"""Seconds between two savings, above which a power cut costs too much."""
SHIPPED: Final = "mosquitto/conf.d/uns.conf"


def kept_checks(settings: Settings, endpoint: Endpoint, bundle: Bundle | None) -> Iterator[Checked]:
    found = mosquitto_at(endpoint.port) if is_loopback(endpoint.host) else None
    if found is not None:
        yield from _configured(found)
        return
    told = "the broker's configuration cannot be seen from here"
    yield Checked("persistence", "note", told, f"see that {SHIPPED} is in force on its machine")
    if bundle is not None:
        yield _tried(settings, endpoint, f"{OwnTopics(bundle.standard.root, settings.instance).status}/doctor")


def _configured(found: Configured) -> Iterator[Checked]:
    where = found.path or "the defaults"
    every = found.number("autosave_interval", 1800)
    if not found.says("persistence"):
        told = f"is off in {where}: a broker that restarts forgets what it queued and retained"
        yield Checked("persistence", "error", told, f"persistence true, as in {SHIPPED}")
    elif not found.says("autosave_on_changes") and not 0 < every <= SELDOM:
        when = f"saves every {every} s: so much" if every else "saves only at its end: all since its start"
        told = f"{where} {when} is lost where the power fails"
        yield Checked("persistence", "note", told, f"autosave_interval 5, as in {SHIPPED}")
    else:
        yield Checked("persistence", "well", f"is on in {where}")
    most, size = found.number("max_queued_messages", 1000), found.number("max_queued_bytes", 0)
    if 0 < most < FEW_QUEUED or 0 < size < FEW_BYTES:
        limit = f"{size} bytes"
        if 0 < most < FEW_QUEUED:
            limit = f"{most} {'message' if most == 1 else 'messages'}"
        told = f"holds only {limit} while we are away ({where}); more is dropped, and machines are told 'success'"
        yield Checked("queue", "error", told, f"max_queued_messages 1000000, as in {SHIPPED}")
    else:
        yield Checked("queue", "well", f"holds {most or 'any number of'} messages while we are away")


def _tried(settings: Settings, endpoint: Endpoint, topic: str) -> Checked:
    """Stay away for a moment, and count what the broker kept."""
    name = f"{settings.instance}-doctor-{secrets.token_hex(4)}"
    with Visit(endpoint, name, keep=60) as away:
        away.subscribe([topic], QoS.AT_LEAST_ONCE)
    with Visit(endpoint, f"{name}-sender") as sender:
        refused = sender.publish([topic] * TRIED)
    with Visit(endpoint, name, resume=True) as back:
        kept = 0
        while kept < TRIED and not refused:
            back.listen(SILENT, lambda: bool(back.heard))
            back.acknowledge()
            kept += len(back.heard)
            if not back.heard:
                told = f"kept {kept} of {TRIED} messages while we were away, and dropped the others"
                return Checked("queue", "error", told, f"max_queued_messages 1000000, as in {SHIPPED}")
            back.heard.clear()
    if refused:
        return Checked("queue", "note", f"could not be tried: {topic}: {refused[topic]}", "uns acl")
    return Checked("queue", "well", f"held {TRIED} messages while we were away; more were not tried")
