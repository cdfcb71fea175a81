"""`uns demo`: a plant to look at."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from uns.cli.app import NEGATIVE, UNREACHABLE, app, fail, out


@app.command("demo")
def demo(
    seconds: Annotated[float | None, typer.Option("--for", min=1, help="seconds; default: until Ctrl-C")] = None,
    seed: Annotated[int, typer.Option(help="another seed, other readings")] = 1,
) -> None:
    """A simulated plant on a Mosquitto of its own: governed names with batch, shift and product, and what is refused.

    Three sites speak their dialects, batches change every twenty seconds, and one gateway gets everything wrong.
    Everything is on free ports and in a temporary folder, and gone afterwards.

    Example: `uns demo --for 20`
    """
    from aiomqtt import MqttError

    from uns.demo.mosquitto import MosquittoMissing
    from uns.demo.run import Demo
    from uns.demo.service import ServiceFailed

    try:
        balances = asyncio.run(Demo(out, seconds, seed).run())
    except MosquittoMissing as error:
        fail(UNREACHABLE, str(error))
    except ServiceFailed as error:
        fail(UNREACHABLE, f"the service did not stay up; the end of its log:\n{error}")
    except (MqttError, OSError) as error:
        fail(UNREACHABLE, f"the demo's broker or service went away: {error}", "run it again")
    if not balances:
        fail(NEGATIVE, "the account does not balance", "this is an alarm: something was lost or counted wrongly")
