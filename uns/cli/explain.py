"""`uns explain`: what becomes of a message and why; or where a governed topic's readings come from."""

from __future__ import annotations

import sys
import time
from datetime import UTC
from typing import Annotated

import typer

from uns.cli.app import NEGATIVE, WRONG_USE, Config, Json, app, fail, out, settings, show_json


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
    from uns.cli.explained import of_governed, of_raw
    from uns.cli.project import bundle_of
    from uns.cli.rendered import rendered
    from uns.decode.times import Stamp, iso
    from uns.message import RawMessage

    chosen = settings(config)
    bundle = bundle_of(chosen)
    received = iso(at, UTC, time.time_ns()) if at is not None else None
    received = received.instant if isinstance(received, Stamp) else received
    if at is not None and received is None:
        fail(WRONG_USE, f"--at {at!r} is not a time", "write RFC 3339, such as 2025-11-20T00:53:21Z")
    root = bundle.standard.root
    if topic == root or topic.startswith(f"{root}/"):
        of_governed(topic, chosen, bundle, as_json)
        return
    content = None if payload is None else sys.stdin.buffer.read() if payload == "-" else payload.encode()
    raw = None if content is None else RawMessage(topic, content, received or time.time_ns())
    explanation = of_raw(topic, raw, chosen, bundle, received)
    if as_json:
        show_json(explanation.as_json())
    else:
        for text in rendered(explanation):
            out.print(text)
    if explanation.is_rejected:
        raise typer.Exit(NEGATIVE)
