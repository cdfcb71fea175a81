"""`uns quarantine discard`: settles rejected samples that nobody will need."""

from __future__ import annotations

import sys
import time

import typer

from uns.cli.app import NEGATIVE, WRONG_USE, Config, Json, fail, out, settings, show_json
from uns.cli.quarantine import verbs
from uns.cli.rejected import Ids, Since, Text, Until, Yes, entries, wanted


@verbs.command("discard")
def discard_(
    ids: Ids = None,
    topic: Text = None,
    tag: Text = None,
    rule: Text = None,
    code: Text = None,
    site: Text = None,
    since: Since = None,
    until: Until = None,
    yes: Yes = False,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Settle rejected samples that nobody will need; they stay for the record until they are 30 days old.

    Example: `uns quarantine discard --code value-type`
    """
    from uns.cli.registered import person, registry
    from uns.registry.entries import ALL, count
    from uns.registry.quarantine import discard
    from uns.registry.writing import Author

    which = wanted(topic, tag, rule, code, site, since, until, ids)
    with registry(settings(config)) as engine:
        if which == ALL and not yes:
            _make_sure(count(engine))
        done = discard(engine, which, Author(person(), time.time_ns()))
    if as_json:
        show_json({"discarded": done})
    else:
        out.print(f"{entries(done)} discarded", markup=False)
    if ids and done < len(set(ids)):
        missing = len(set(ids)) - done
        fail(NEGATIVE, f"quarantine does not keep {missing} of these", "`uns quarantine list` shows what it keeps")


def _make_sure(number: int) -> None:
    """Everything is asked for, so a person says so twice."""
    if not sys.stdin.isatty():
        fail(
            WRONG_USE, f"this would discard all {entries(number)}", "add --yes, or say which: --code, --rule, --site …"
        )
    typer.confirm(f"discard all {entries(number)}?", abort=True, err=True)
