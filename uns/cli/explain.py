"""`uns explain`: what becomes of a message and why; or where a governed topic's readings come from."""

from __future__ import annotations

import shlex
import sys
import time
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from uns.cli.app import NEGATIVE, NOBODY, UNREACHABLE, WRONG_USE, Config, Json, app, fail, out, settings, show_json

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from uns.bundle import Bundle
    from uns.message import RawMessage
    from uns.settings import Settings


@app.command("explain")
def explain(
    topic: Annotated[str, typer.Argument(help="a raw or a governed topic", metavar="TOPIC")],
    payload: Annotated[str | None, typer.Argument(help="the payload; - reads it from standard input")] = None,
    at: Annotated[str | None, typer.Option("--at", help="receive time, RFC 3339 (default now)")] = None,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """What becomes of a raw message, step by step; for a governed topic, why a reading is there or missing.

    Example: `uns explain plc/dallas/L3/Filler_01/TT101 '{"Val": 71.6, "ts": 1763600000000}' --at 2025-11-20T00:53:21Z`
    """
    from uns.cli.asked import registry_of, served, timeline_of
    from uns.cli.project import bundle_of
    from uns.cli.rendered import rendered
    from uns.explain import explain as explained
    from uns.finding import Malformed
    from uns.instance import instances_of
    from uns.topic import of_a_message

    try:
        of_a_message(topic)
    except Malformed as error:
        fail(WRONG_USE, str(error), error.remedy)
    chosen = settings(config)
    received = _instant(at)
    bundle = bundle_of(chosen)
    engine = registry_of(chosen)
    if payload is None and f"{topic}/".startswith(f"{bundle.standard.root}/"):
        if _is_equipment(topic, bundle):
            fail(NEGATIVE, f"{topic} is equipment, no reading", f"see what is below it: uns ls {shlex.quote(topic)}")
        _of_governed(topic, chosen, bundle, engine, as_json)
    raw = _kept(topic, chosen, engine, bundle) if payload is None else _given(topic, payload)
    raw = raw if received is None else replace(raw, received=received)
    explanation = explained(raw, bundle, timeline_of(engine, bundle, raw.received))
    file = bundle.file_of(raw.topic)
    instances = instances_of(served(chosen, bundle.standard.root), file)
    if as_json:
        show_json(explanation.as_json() | {"instances": instances})
    else:
        for text in rendered(explanation):
            out.print(text)
        if file is not None and instances is not None:
            out.print(f"[bold]{'served by':<10}[/]{', '.join(instances) or NOBODY}")
    raise typer.Exit(NEGATIVE if explanation.is_rejected else 0)


def _given(topic: str, payload: str) -> RawMessage:
    from uns.message import RawMessage

    content = sys.stdin.buffer.read() if payload == "-" else payload.encode("utf-8", "surrogateescape")
    return RawMessage(topic, content, time.time_ns())


def _is_equipment(topic: str, bundle: Bundle) -> bool:
    """Or all of it: the root."""
    from uns.naming.levels import Misfit, read_path

    site, *levels = topic.removeprefix(bundle.standard.root).removeprefix("/").split("/")
    known = not site or site in bundle.standard.sites
    return known and not isinstance(read_path(bundle.standard, site, levels), Misfit)


def _kept(topic: str, chosen: Settings, engine: Engine | None, bundle: Bundle) -> RawMessage:
    """The newest that is kept somewhere; the verb ends where none is."""
    from uns.cli.asked import BrokerAway, newest_message

    try:
        raw = newest_message(chosen, engine, topic)
    except BrokerAway as error:
        fail(UNREACHABLE, str(error), "start it, or give the payload")
    if raw is None:
        root, first = bundle.standard.root, topic.partition("/")[0]
        governed = f"; the governed topic is {root}/{topic}" if first in bundle.standard.sites else ""
        remedy = f"give the payload, or publish one and look again{governed}"
        fail(NEGATIVE, f"no message of {topic} is kept: not in quarantine, not retained at the broker", remedy)
    return raw


def _of_governed(topic: str, chosen: Settings, bundle: Bundle, engine: Engine | None, as_json: bool) -> NoReturn:
    """Its value, its rules and raw addresses, and what was heard of each."""
    from uns.api.namespace import Entry
    from uns.api.origins import produced
    from uns.api.shown import value_of
    from uns.cli.asked import BrokerAway, retained, served
    from uns.cli.producers import show

    kept, away, now = None, "", time.time_ns()
    try:
        kept = retained(chosen, topic)
    except BrokerAway as error:
        away = str(error)
    value = None if kept is None else value_of(Entry(topic, kept.payload, kept.properties, now, True, 0), now)
    answer = produced(engine, bundle, topic, value, None if away else served(chosen, bundle.standard.root))
    if as_json:
        show_json(answer.model_dump(mode="json"))
    else:
        show(answer, kept.payload if kept else None, away)
    if away:
        fail(UNREACHABLE, away, "start it, or set `broker`; `uns doctor` looks closer")
    raise typer.Exit(0 if kept else NEGATIVE)


def _instant(text: str | None) -> int | None:
    from uns.decode.times import Stamp, iso

    if text is None:
        return None
    instant = iso(text, UTC, time.time_ns())
    if instant is None:
        fail(WRONG_USE, f"--at {text!r} is not a time", "write RFC 3339, such as 2025-11-20T00:53:21Z")
    return instant.instant if isinstance(instant, Stamp) else instant
