"""`uns migrate`: brings the registry's schema up to date, or back."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from uns.cli.app import UNREACHABLE, WRONG_USE, Config, Json, app, err, fail, out, settings, show_json


@app.command("migrate")
def migrate(
    to: Annotated[str | None, typer.Option("--to", help="schema revision such as 0011; base is none at all")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask before what is held is given up")] = False,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Bring the registry's schema up to date; a registry that is not there yet is made.

    With `--to` to the schema of an older version: what only newer ones can hold is told, and given up.

    Example: `uns migrate`
    """
    from uns.cli.registered import connected, shown
    from uns.registry.engine import RegistryAway
    from uns.registry.migrate import given_up, head
    from uns.registry.migrate import migrate as bring

    target = "head" if to is None else _known(to)
    try:
        with connected(settings(config)) as engine:
            where, lost = shown(engine), given_up(engine, target)
            if lost is not None:
                _make_sure(where, target, lost, yes)
            done = bring(engine, target)
    except RegistryAway as away:
        fail(UNREACHABLE, away.message, away.remedy)
    if as_json:
        show_json({"registry": where, "migrated": done, "schema": head() if target == "head" else target})
    elif target == "head":
        out.print(f"{where} {'is up to date now' if done else 'was up to date'}", markup=False)
    else:
        out.print(f"{where} {'is' if done else 'was'} at schema {target}{' now' if done else ''}", markup=False)


def _known(to: str) -> str:
    from uns.registry.migrate import packaged

    if to not in ("head", "base", *packaged()):
        fail(WRONG_USE, f"there is no schema revision {to!r}", f"there are {', '.join(packaged())}, base and head")
    return to


def _make_sure(where: str, target: str, lost: Sequence[str], yes: bool) -> None:
    """What is given up is said in any case, since no later `uns migrate` brings it back."""
    err.print(f"{where} goes back to schema {target}; given up, with all their history:", markup=False)
    for each in lost or ["Nothing."]:
        err.print(f"  {each}", markup=False)
    if yes:
        return
    if not sys.stdin.isatty():
        fail(WRONG_USE, "nobody can be asked whether that is meant", "make a backup, and add --yes")
    typer.confirm("go back?", abort=True, err=True)
