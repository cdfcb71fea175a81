"""`uns submissions`: what was submitted, and the way back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from uns.cli.app import NEGATIVE, WRONG_USE, Config, Json, app, err, fail, out, settings, show, show_json
from uns.settings import Settings

if TYPE_CHECKING:  # a verb must not load a database to say what it does
    from sqlalchemy import Engine

submissions = typer.Typer(help="What was submitted, and the way back.", no_args_is_help=True)
app.add_typer(submissions, name="submissions")
Revision = Annotated[str, typer.Argument(help="of a submission, or how it begins")]


@contextmanager
def registry_that_rules(chosen: Settings) -> Iterator[Engine]:
    """The registry where it is the truth of rules; else status 2."""
    from uns.cli.registered import registry

    if chosen.rules_source == "directory":
        message = f"the folder {chosen.rules} is the truth: the service takes what stands there"
        fail(WRONG_USE, message, 'change its files, or set rules_source = "registry"')
    with registry(chosen, create=True) as engine:
        yield engine


@submissions.command("list")
def listed(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000)] = 50,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """What was submitted, the newest first; the one in force is marked.

    Example: `uns submissions list`
    """
    from uns.instant import legible, rfc3339
    from uns.registry.submissions import listed as all_of

    with registry_that_rules(settings(config)) as engine:
        found = all_of(engine, None, limit).items
    if as_json:
        show_json([{**each._asdict(), "submitted_at": rfc3339(each.submitted_at)} for each in found])
        return
    if not found:
        err.print("nothing was submitted yet; `uns submit` begins", markup=False)
    for each in found:
        mark = "in force" if each.in_force else ""
        line = f"{each.revision}  {legible(each.submitted_at)}  {each.submitted_by:<12} {mark:<8} {each.why or ''}"
        out.print(line.rstrip(), markup=False)


@submissions.command("show")
def show_one(revision: Revision, as_json: Json = False, config: Config = None) -> None:
    """One submission and its files.

    Example: `uns submissions show 3f2a`
    """
    from uns.instant import legible, rfc3339
    from uns.registry.changeset import files_of
    from uns.registry.submissions import show as shown

    with registry_that_rules(settings(config)) as engine:
        found = shown(engine, whole(engine, revision))
    if found is None:
        fail(NEGATIVE, f"nobody submitted {revision!r}", "`uns submissions list` shows what was")
    submission, documents = found
    files = files_of(documents)
    if as_json:
        texts = {path: content.decode("utf-8", "replace") for path, content in files.items()}
        show_json({**submission._asdict(), "submitted_at": rfc3339(submission.submitted_at), "files": texts})
        return
    mark = "in force" if submission.in_force else "not in force"
    out.print(f"{submission.revision}  {legible(submission.submitted_at)}  {submission.submitted_by}  {mark}")
    for path, content in sorted(files.items()):
        out.print(f"  {path}  {len(content)} {'byte' if len(content) == 1 else 'bytes'}", markup=False)


@submissions.command("rollback")
def rollback(
    revision: Revision,
    why: Annotated[str | None, typer.Option("--why", help="kept with the change")] = None,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Put an earlier revision in force again, where it is still without errors.

    Example: `uns submissions rollback 3f2a --why 'filler-02 lost its name'`
    """
    from uns.cli.registered import person
    from uns.registry.changeset import put_back
    from uns.registry.writing import Author

    with registry_that_rules(settings(config)) as engine:
        outcome = put_back(engine, whole(engine, revision), Author(person(), time.time_ns(), why))
    if outcome is None:
        fail(NEGATIVE, f"nobody submitted {revision!r}", "`uns submissions list` shows what was")
    if as_json:
        show_json({"revision": outcome.revision, "in_force": outcome.is_in_force})
    else:
        show([each for each in outcome.findings if each.severity == "error"])
        out.print(f"{outcome.revision} is in force" if outcome.is_in_force else "not in force: it has errors now")
    raise typer.Exit(0 if outcome.is_in_force else NEGATIVE)


def whole(engine: Engine, beginning: str) -> str:
    """The one revision that begins so; the text itself where none or several do."""
    from uns.registry.submissions import listed as all_of

    found = [each.revision for each in all_of(engine, None, 1_000).items if each.revision.startswith(beginning)]
    return found[0] if len(found) == 1 else beginning
