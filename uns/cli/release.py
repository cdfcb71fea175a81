"""`uns release`: ends a claim of the collision guard."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Annotated, Any

import typer

from uns.cli.app import NEGATIVE, UNREACHABLE, WRONG_USE, Config, Json, app, fail, out, settings, show_json

if TYPE_CHECKING:
    from aiomqtt import Message

    from uns.service.topics import OwnTopics
    from uns.settings import Settings

ANSWER_WITHIN = 5.0


@app.command("release")
def release(
    topic: Annotated[str, typer.Argument(help="a governed topic, with or without the root")],
    as_json: Json = False,
    config: Config = None,
) -> None:
    """End the claim on a governed topic, so that the next raw address that leads there owns it.

    Example: `uns release acme/dallas/packaging/line-3/filler-01/_telemetry/temperature`
    """
    from uns.cli.governed import at_broker, below_root
    from uns.cli.project import draft_of
    from uns.service.topics import OwnTopics

    chosen = settings(config)
    root = draft_of(chosen).standard.root
    own, governed = OwnTopics(root, chosen.instance), below_root(topic, root)
    if "+" in governed or "#" in governed or "/_" not in governed:
        fail(WRONG_USE, f"{topic!r} is no governed topic", "name one whole, such as dallas/line-1/f1/_telemetry/speed")
    answers: list[dict[str, Any]] = []
    at_broker(chosen, _ask(chosen, own, governed, answers))
    if not answers:
        remedy = "start it with `uns run`, or name another one with the setting `instance`"
        fail(UNREACHABLE, f"the instance {chosen.instance} does not answer", remedy)
    (answer,) = answers
    if as_json:
        show_json(answer)
    elif answer["owner"] is None:
        out.print(f"nobody had claimed {governed}", markup=False)
    else:
        out.print(f"{governed} is free; it belonged to {answer['owner']}", markup=False)
    if answer["owner"] is None:
        raise typer.Exit(NEGATIVE)


async def _ask(chosen: Settings, own: OwnTopics, governed: str, answers: list[dict[str, Any]]) -> None:
    import orjson
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    from uns.broker.guest import listen_until, payload_of, tool

    answered = asyncio.Event()

    def take(message: Message) -> None:
        answers[:] = [orjson.loads(payload_of(message))]
        answered.set()

    reply = f"{own.replies}/{secrets.token_hex(8)}"
    properties: Any = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ResponseTopic = reply
    async with tool(chosen, "release", take) as client:
        await client.subscribe(reply, qos=1)
        await client.publish(own.release, governed, qos=1, properties=properties)
        await listen_until(client, answered, ANSWER_WITHIN)
