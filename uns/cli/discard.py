"""`uns quarantine discard`: settles rejected samples that nobody will need."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer

from uns.cli.app import WRONG_USE, Config, Json, fail, out, settings, show_json
from uns.cli.quarantine import verbs
from uns.cli.rejected import Which, about_entries, entries, missing


@verbs.command("discard")
@about_entries
def discard_(
    which: Which,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Settle rejected samples that nobody will need; they stay for the record until they are 30 days old.

    Example: `uns quarantine discard --code value-type`
    """
    from uns.cli.registered import person, registry
    from uns.registry.entries import count
    from uns.registry.quarantine import discard
    from uns.registry.writing import Author

    wanted = which.filter()
    with registry(settings(config)) as engine:
        if which == Which() and not yes:
            _make_sure(count(engine))
        done = discard(engine, wanted, Author(person(), time.time_ns()))
    if as_json:
        show_json({"discarded": done})
    else:
        out.print(f"{entries(done)} discarded", markup=False)
    missing(which, done)


def _make_sure(number: int) -> None:
    """Everything is asked for, so a person says so twice."""
    if not sys.stdin.isatty():
        fail(
            WRONG_USE, f"this would discard all {entries(number)}", "add --yes, or say which: --code, --rule, --site …"
        )
    typer.confirm(f"discard all {entries(number)}?", abort=True, err=True)
