"""`uns quarantine replay`: rejected samples go down the message path again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from uns.cli.app import NEGATIVE, UNREACHABLE, WRONG_USE, Config, Json, bar, err, fail, out, settings, show_json
from uns.cli.quarantine import verbs
from uns.cli.rejected import Which, about_entries, entries, missing

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from uns.registry.replays import Replay

LOOK = 0.2


@verbs.command("replay")
@about_entries
def replay_(
    which: Which,
    why: Annotated[str | None, typer.Option(help="kept with the request", show_default=False)] = None,
    request: Annotated[int | None, typer.Option(help="follow an earlier request", min=1, max=2**63 - 1,
                                                show_default=False)] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="until all of it is through")] = True,
    patience: Annotated[float, typer.Option(help="stop waiting after so many seconds in which nothing moves")] = 10.0,
    as_json: Json = False,
    config: Config = None,
) -> None:  # fmt: skip
    """Try rejected samples again, by the rules and the context of now; what is refused again stays.

    A running service does it; it goes on also where this verb is ended, or the service is.

    Example: `uns quarantine replay --rule dallas/filler-plc`
    """
    from uns.cli.registered import registry

    with registry(settings(config)) as engine:
        now = _asked(engine, which, why) if request is None else _known(engine, request, which)
        if wait:
            now = _followed(engine, now, patience)
    if as_json:
        show_json(now.as_json())
    else:
        out.print(_said(now), markup=False)
    if now.waiting and wait:
        _nobody(now)
    missing(which, now.entries)
    if now.refused:
        err.print("`uns quarantine list` shows what is against them now", markup=False)
        raise typer.Exit(NEGATIVE)


def _asked(engine: Engine, which: Which, why: str | None) -> Replay:
    from uns.cli.registered import person
    from uns.registry.replays import ask
    from uns.registry.writing import Author

    return ask(engine, which.filter(), Author(person(), time.time_ns(), why))


def _known(engine: Engine, number: int, which: Which) -> Replay:
    from uns.registry.replays import replay

    if which != Which():
        fail(WRONG_USE, "an earlier request says itself what it is about", "leave the other options out")
    known = replay(engine, number)
    if known is None:
        fail(NEGATIVE, f"there is no request {number}", "leave --request out to make one")
    return known


def _followed(engine: Engine, now: Replay, patience: float) -> Replay:
    """Until nothing waits any more, or nothing has happened for a while; Ctrl-C ends only this."""
    try:
        from uns.registry.replays import replay

        if now.waiting:
            err.print(f"replay {now.id}: {entries(now.waiting)} to go; Ctrl-C ends only this waiting", markup=False)
        moved = time.monotonic()
        with bar() as progress:
            task = progress.add_task(f"replay {now.id}", total=now.entries, completed=now.entries - now.waiting)
            while now.waiting and time.monotonic() - moved < patience:
                time.sleep(LOOK)
                before, now = now.waiting, replay(engine, now.id) or now
                if now.waiting != before:
                    moved = time.monotonic()
                    progress.update(task, completed=now.entries - now.waiting)
    except KeyboardInterrupt:
        err.print(f"{_said(now)}; it goes on, watch it with: uns quarantine replay --request {now.id}", markup=False)
        raise typer.Exit(130) from None
    return now


def _said(now: Replay) -> str:
    parts = [f"{now.replayed} replayed", f"{now.refused} refused again"]
    parts += [f"{now.gone} settled otherwise meanwhile"] if now.gone else []
    parts += [f"{now.waiting} wait"] if now.waiting else []
    return f"replay {now.id}: {entries(now.entries)}; {', '.join(parts)}"


def _nobody(now: Replay) -> NoReturn:
    who = f"{', '.join(now.instances)} does not go on with" if now.instances else "nobody takes up"
    remedy = "it waits: see why in its /readyz, or start it: uns run; watch it with"
    fail(UNREACHABLE, f"{who} {entries(now.waiting)}", f"{remedy}: uns quarantine replay --request {now.id}")
