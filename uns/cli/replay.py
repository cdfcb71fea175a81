"""`uns quarantine replay`: rejected samples go down the message path again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from uns.cli.app import NEGATIVE, UNREACHABLE, WRONG_USE, Config, Json, err, fail, out, settings, show_json
from uns.cli.quarantine import verbs
from uns.cli.rejected import Ids, Since, Text, Until, entries, wanted

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from uns.registry.replays import Replay

STANDSTILL = 10.0
LOOK = 0.2


@verbs.command("replay")
def replay_(
    ids: Ids = None,
    topic: Text = None,
    tag: Text = None,
    rule: Text = None,
    code: Text = None,
    site: Text = None,
    since: Since = None,
    until: Until = None,
    why: Annotated[str | None, typer.Option(help="kept with the request", show_default=False)] = None,
    request: Annotated[int | None, typer.Option(help="follow an earlier request", min=1, max=2**63 - 1,
                                                show_default=False)] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="until all of it is through")] = True,
    as_json: Json = False,
    config: Config = None,
) -> None:  # fmt: skip
    """Try rejected samples again, by the rules and the context of now; what is refused again stays.

    A running service does it; it goes on also where this verb is ended, or the service is.

    Example: `uns quarantine replay --rule dallas/filler-plc`
    """
    from uns.cli.registered import person, registry
    from uns.registry.entries import ALL
    from uns.registry.replays import ask, replay
    from uns.registry.writing import Author

    which = wanted(topic, tag, rule, code, site, since, until, ids)
    with registry(settings(config)) as engine:
        if request is None:
            now = ask(engine, which, Author(person(), time.time_ns(), why))
        elif which != ALL:
            fail(WRONG_USE, "an earlier request says itself what it is about", "leave the other options out")
        else:
            known = replay(engine, request)
            if known is None:
                fail(NEGATIVE, f"there is no request {request}", "leave --request out to make one")
            now = known
        if wait and now.waiting:
            now = _followed(engine, now)
    if as_json:
        show_json(now.as_json())
    else:
        out.print(_said(now), markup=False)
    _judge(now, ids, wait)


def _followed(engine: Engine, now: Replay) -> Replay:
    """Until nothing waits any more, or nothing has happened for a while."""
    from rich.progress import Progress

    from uns.registry.replays import replay

    moved = time.monotonic()
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task(f"replay {now.id}", total=now.entries, completed=now.entries - now.waiting)
        while now.waiting and time.monotonic() - moved < STANDSTILL:
            time.sleep(LOOK)
            before, now = now.waiting, replay(engine, now.id) or now
            if now.waiting != before:
                moved = time.monotonic()
                progress.update(task, completed=now.entries - now.waiting)
    return now


def _said(now: Replay) -> str:
    parts = [f"{now.replayed} replayed", f"{now.refused} refused again"]
    parts += [f"{now.gone} settled otherwise meanwhile"] if now.gone else []
    parts += [f"{now.waiting} wait"] if now.waiting else []
    return f"replay {now.id}: {entries(now.entries)}; {', '.join(parts)}"


def _judge(now: Replay, ids: list[int] | None, wait: bool) -> None:
    if now.waiting and wait:
        who = f"{', '.join(now.instances)} does not go on with" if now.instances else "nobody takes up"
        remedy = "see why in its /readyz, or start it: uns run; follow on with"
        fail(UNREACHABLE, f"{who} {entries(now.waiting)}", f"{remedy} uns quarantine replay --request {now.id}")
    if ids and now.entries < len(set(ids)):
        missing = len(set(ids)) - now.entries
        fail(NEGATIVE, f"quarantine does not keep {missing} of these", "`uns quarantine list` shows what it keeps")
    if now.refused:
        err.print("`uns quarantine list` shows what is against them now", markup=False)
        raise typer.Exit(NEGATIVE)
