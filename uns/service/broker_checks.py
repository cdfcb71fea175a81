"""What stands between us and the broker, or lets it lose what it was entrusted with."""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Iterator
from dataclasses import replace
from statistics import median
from time import time_ns
from typing import Final

from mqtt5 import PublishPacket

from uns.address import Route
from uns.broker.distrust import in_words
from uns.broker.endpoint import endpoint_of
from uns.broker.visit import Visit
from uns.bundle import Bundle
from uns.decode import NO_BIRTHS
from uns.decode.source import ClockLimits
from uns.instance import Instance, instance_of
from uns.instant import SECOND
from uns.message import RawMessage
from uns.service.checked import Checked
from uns.service.kept_checks import kept_checks
from uns.service.topics import OwnTopics
from uns.settings import Settings
from uns.share import DIVIDE

FEW_IN_FLIGHT: Final = 100
LISTENED: Final = 2.0
ENOUGH: Final = 500
MOST_OFF: Final = SECOND
ANY_TIME: Final = ClockLimits(10**19, 10**19)
CERTIFICATES: Final = "`ca_file`, `cert_file` and `key_file`"
UNJUDGED: Final = "nothing with a time of its own came within 2 s from any source, so nobody can judge"


def broker_checks(settings: Settings, bundle: Bundle | None, serves: bool) -> Iterator[Checked]:
    """`serves`: whether this very instance serves already, on this machine."""
    endpoint = endpoint_of(settings)
    try:
        endpoint.tls_context()
    except OSError as error:
        yield Checked("broker", "unreachable", f"{endpoint}: {in_words(error)}", f"check {CERTIFICATES}")
        return
    try:
        with Visit(endpoint, _name(settings)) as visit:
            if visit.refused:
                remedy = "check `username` and `password_file`, and the broker's log"
                yield Checked("broker", "unreachable", f"{endpoint} refused us, {visit.refused}", remedy)
                return
            yield Checked("broker", "well", f"{endpoint} answers")
            yield from _window(visit)
            if bundle is not None:
                yield from _allowed(visit, bundle, settings)
                yield from _others(visit, bundle, settings, serves)
                yield from _clock(visit, bundle)
        yield from kept_checks(settings, endpoint, bundle)
    except ssl.SSLError as error:
        remedy = f"check {CERTIFICATES}, and the broker's certificate"
        yield Checked("broker", "unreachable", f"{endpoint}: {in_words(error)}", remedy)
    except ConnectionResetError:
        remedy = "its log says why; mqtt:// is for a port without TLS, mqtts:// for one with it"
        yield Checked("broker", "unreachable", f"{endpoint} hangs up as soon as we speak", remedy)
    except (OSError, ValueError) as error:
        yield Checked("broker", "unreachable", f"{endpoint}: {error}", "start it, or set `broker`")


def _name(settings: Settings) -> str:
    return f"{settings.instance}-doctor-{secrets.token_hex(4)}"


def _window(visit: Visit) -> Iterator[Checked]:
    if visit.receive_maximum < FEW_IN_FLIGHT:
        most = visit.receive_maximum
        told = f"it takes only {most} {'message' if most == 1 else 'messages'} at a time"
        yield Checked("broker", "note", told, "max_inflight_messages 1000")


def _allowed(visit: Visit, bundle: Bundle, settings: Settings) -> Iterator[Checked]:
    """Mosquitto's ACL never refuses to listen, it is only silent; so what we write is read back, where we may write."""
    root = bundle.standard.root
    own = f"{OwnTopics(root, settings.instance).status}/doctor"
    governed = [f"{root}/{path}/_uns/doctor" for file in bundle.files for path in file.owns]
    failed = visit.round_trip([own, *governed]) | visit.subscribe(bundle.subscriptions)
    remedy = f"uns acl makes the list that lets {settings.username or 'us'} in"
    for topic, why in failed.items():
        yield Checked("acl", "error", f"{topic}: {why}", remedy)
    if not failed:
        yield Checked("acl", "well", f"we may write and read below {root}")


def _others(visit: Visit, bundle: Bundle, settings: Settings, serves: bool) -> Iterator[Checked]:
    ours = {file.stem for file in bundle.files}
    root = bundle.standard.root
    visit.subscribe([f"{root}/_uns/+", f"{root}/_uns/{settings.instance}"])
    nobodys = {file.stem for file in bundle.elsewhere}
    for each in _serving(visit, root):
        theirs = ours & each.files
        nobodys -= each.files
        if each.name == settings.instance and not serves:
            told = f"another process serves {each.name} at this broker, from another state folder or machine"
            yield Checked("instance", "error", told, "end one of them, or give each its own `instance`")
        elif each.name != settings.instance and theirs:
            told = f"{each.name} serves {', '.join(sorted(theirs))} too, so every reading would be published twice"
            yield Checked("instance", "error", told, DIVIDE)
    if nobodys:
        told = f"no instance serves {', '.join(sorted(nobodys))}: what their machines publish, nobody hears"
        yield Checked("files", "note", told, "start an instance with these `files`")


def _serving(visit: Visit, root: str) -> list[Instance]:
    """Those that said lately that they run."""
    said: dict[str, Instance | None] = {}
    for packet, _ in visit.heard:
        if packet.topic.startswith(f"{root}/_uns/"):
            said[packet.topic] = instance_of(packet.payload)
    return [each for each in said.values() if each is not None and each.serves(time_ns())]


def _clock(visit: Visit, bundle: Bundle) -> Iterator[Checked]:
    """By the times that machines write; of each topic the quickest message, for many are only sent late."""
    visit.heard.clear()
    visit.listen(LISTENED, lambda: len(visit.heard) >= ENOUGH)
    late: dict[str, int] = {}
    for packet, received in visit.heard:
        for each in _delays(packet, received, bundle):
            late[packet.topic] = min(each, late.get(packet.topic, each), key=abs)
    if not late:
        yield Checked("clock", "note", UNJUDGED, "ask again while machines publish; if they do: uns acl")
        return
    off = median(late.values())
    about = f"{abs(off) / SECOND:.1f} s (of {len(late)} {'topic' if len(late) == 1 else 'topics'})"
    if off < -MOST_OFF:
        told = f"readings come from the future: our clock is behind the machines' by {about}"
        yield Checked("clock", "error", told, "set this machine's clock by NTP (timedatectl), then the machines'")
    elif off > MOST_OFF:
        told = f"our clock is ahead of the machines' by {about}, or all of them send late"
        yield Checked("clock", "error", told, "set this machine's clock by NTP (timedatectl), then the machines'")
    else:
        yield Checked("clock", "well", f"agrees with the machines' within {about}")


def _delays(packet: PublishPacket, received: int, bundle: Bundle) -> Iterator[int]:
    """How long after its event time each sample arrived. Retained values are old by right."""
    route = None if packet.retain or not packet.payload else bundle.route(packet.topic)
    if route is None or route.source.read == "ignore":
        return
    believing = Route(route.file, replace(route.source, clock=ANY_TIME), route.resolver, bundle.catalog)
    samples, _ = believing.read(RawMessage(packet.topic, packet.payload, received), NO_BIRTHS)
    for each in samples:
        if each.clock in ("", "ambiguous") and not each.undecoded:
            yield received - each.time
