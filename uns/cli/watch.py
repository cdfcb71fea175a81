"""`uns watch`: governed messages and rejections as they happen."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from uns.cli.app import WRONG_USE, Config, Json, app, fail, one_line, out, settings, show_data
from uns.cli.output import is_abandoned

if TYPE_CHECKING:
    from aiomqtt import Message
    from rich.text import Text

    from uns.broker.guest import Sink
    from uns.settings import Settings
    from uns.topic import TopicFilter


@app.command("watch")
def watch(
    filter_: Annotated[
        str, typer.Argument(help="MQTT topic filter, or equipment; with or without the root", metavar="FILTER")
    ] = "#",
    count: Annotated[int | None, typer.Option("--count", help="end after so many lines", min=1)] = None,
    seconds: Annotated[float | None, typer.Option("--for", help="end after so many seconds", min=0.1)] = None,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Governed messages and rejections, live; what the broker kept comes first.

    Example: `uns watch 'dallas/+/#' --for 10`
    """
    from uns.cli.governed import at_broker, below_root
    from uns.cli.project import draft_of
    from uns.finding import Malformed
    from uns.topic import TopicFilter

    chosen = settings(config)
    root = draft_of(chosen).standard.root
    try:
        wanted = TopicFilter(_whole(below_root(filter_, root)))
    except Malformed as error:
        fail(WRONG_USE, str(error), error.remedy)
    left = count if count is not None else -1
    ended = asyncio.Event()

    def take(message: Message) -> None:
        nonlocal left
        text = _shown(message, root, wanted, as_json)
        if text is not None and left != 0:
            _print(text)
            left = 0 if is_abandoned() else left - 1
        if left == 0:
            ended.set()

    at_broker(chosen, _follow(chosen, take, f"{root}/#", ended, seconds))


def _whole(text: str) -> str:
    """A path of equipment has no messages of its own: it stands for all below it."""
    return text if "/_" in text or text.endswith(("#", "+")) else f"{text.rstrip('/')}/#"


async def _follow(chosen: Settings, take: Sink, topics: str, ended: asyncio.Event, seconds: float | None) -> None:
    from uns.broker.guest import listen_until, tool

    async with tool(chosen, "watch", take) as client:
        await client.subscribe(topics, qos=0)
        await listen_until(client, ended, seconds)


def _print(text: str | Text) -> None:
    if isinstance(text, str):
        show_data(text + "\n")
        sys.stdout.flush()
    else:
        out.print(text)


def _shown(message: Message, root: str, wanted: TopicFilter, as_json: bool) -> str | Text | None:
    """One line about a governed message or a rejection; None for what nobody asked about."""
    from uns.broker.guest import payload_of

    topic, payload = message.topic.value, payload_of(message)
    service = topic.removeprefix(f"{root}/_uns/")
    if service != topic:
        return _rejection(payload, wanted, root, as_json) if service.endswith("/rejected") else None
    return _governed(message, topic, payload, as_json) if payload and wanted.matches(topic) else None


def _governed(message: Message, topic: str, payload: bytes, as_json: bool) -> str | Text:
    from rich.text import Text

    from uns.api.namespace import Entry
    from uns.api.shown import value_of
    from uns.broker.guest import user_properties
    from uns.cli.governed import context, reading

    now = time.time_ns()
    value = value_of(Entry(topic, payload, user_properties(message), now, message.retain, 0), now)
    if as_json:
        return value.model_dump_json()
    style = "red" if value.rogue else "green" if value.quality in (None, "good") else "yellow"
    return Text.assemble(
        (_clock(value.timestamp), "dim"),
        " ",
        one_line(topic),
        "  ",
        (reading(value), style),
        "  ",
        (context(value), "dim"),
    )


def _rejection(payload: bytes, wanted: TopicFilter, root: str, as_json: bool) -> str | Text | None:
    """Rejections have raw topics only, so a filter of governed topics hides all but those of its site."""
    import json

    from rich.text import Text

    from uns.api.payload import members

    told = members(payload)
    site = told.get("site")
    if wanted not in ("#", f"{root}/#") and site is not None and not _concerns(wanted, root, site):
        return None
    if as_json:
        return json.dumps({"rejected": told}, ensure_ascii=False)
    findings = told.get("findings")
    first = findings[0] if isinstance(findings, list) and findings and isinstance(findings[0], dict) else {}
    tag = f" [{told['tag']}]" if told.get("tag") else ""
    reason = f"{first.get('message', '')} ({first.get('code', 'rejected')})"
    return Text.assemble(
        (_clock(told.get("received")), "dim"), " ", ("✗ ", "red"), one_line(f"{told.get('topic', '')}{tag}  "),
        (one_line(reason), "red"),
    )  # fmt: skip


def _concerns(wanted: TopicFilter, root: str, site: str) -> bool:
    levels, depth = wanted.levels, root.count("/") + 1
    return len(levels) <= depth or levels[depth] in (site, "+", "#") or "#" in levels[:depth]


def _clock(timestamp: object) -> str:
    return one_line(timestamp[11:23]) if isinstance(timestamp, str) and len(timestamp) > 22 else " " * 12
