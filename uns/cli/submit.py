"""`uns submit`: bring files into force in every instance."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from uns.cli.app import NEGATIVE, WRONG_USE, Config, Json, app, fail, out, settings, show, show_json
from uns.settings import Settings


@app.command("submit")
def submit(
    files: Annotated[
        list[Path] | None, typer.Argument(help="rule files, tables, schemas, or folders of them", metavar="FILE…")
    ] = None,
    delete: Annotated[list[str] | None, typer.Option("--delete", help="a file in force that is to go")] = None,
    why: Annotated[str | None, typer.Option("--why", help="kept with the change")] = None,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Judge the whole bundle that the files would make, and put it in force where nothing is in error.

    Example: `uns submit naming_rules/dallas.yaml --why 'line 4 is new'`
    """
    from uns.cli.registered import person
    from uns.cli.submissions import registry_that_rules
    from uns.registry.changeset import Overtaken, submit_changes
    from uns.registry.writing import Author

    chosen = settings(config)
    changes: dict[str, bytes | None] = dict.fromkeys(delete or ())
    for file in files or ():
        changes |= _read(file, chosen)
    if not changes:
        fail(WRONG_USE, "there is nothing to submit", "name files, or --delete one that is in force")
    try:
        with registry_that_rules(chosen) as engine:
            outcome = submit_changes(engine, changes, Author(person(), time.time_ns(), why))
    except Overtaken:
        fail(NEGATIVE, "another change set came into force meanwhile", "look at it, and submit again")
    if as_json:
        in_force = outcome.is_in_force
        findings = [each.as_json() for each in outcome.findings]
        show_json({"revision": outcome.revision, "in_force": in_force, "findings": findings})
    else:
        show(outcome.findings)
        out.print(f"{outcome.revision} is in force" if outcome.is_in_force else "not in force: it has errors")
    raise typer.Exit(0 if outcome.is_in_force else NEGATIVE)


def _read(path: Path, chosen: Settings) -> dict[str, bytes]:
    """Content by the name that the file has in a project."""
    if path.is_dir():
        within = sorted(each for each in path.rglob("*") if each.suffix in (".yaml", ".csv", ".json"))
        return {name: content for each in within for name, content in _read(each, chosen).items()}
    try:
        return {_name(path, chosen): path.read_bytes()}
    except OSError as error:
        fail(WRONG_USE, f"{path} cannot be read: {error.strerror}", "name files that exist")


def _name(path: Path, chosen: Settings) -> str:
    """Below the project's folders by its place there, or by a folder of that name on its way."""
    from uns.registry.changeset import RULES, SCHEMAS

    for folder, name in ((chosen.rules, RULES), (chosen.schemas, SCHEMAS)):
        if path.resolve().is_relative_to(folder.resolve()):
            return f"{name}/{path.resolve().relative_to(folder.resolve()).as_posix()}"
    parts = path.resolve().parts
    for name in (RULES, SCHEMAS):
        if name in parts[:-1]:
            last = len(parts) - 1 - parts[::-1].index(name)
            return "/".join(parts[last:])
    if path.suffix == ".json":
        fail(WRONG_USE, f"nobody knows which schema {path} is", "put it below a folder `schemas`")
    return f"{RULES}/{path.name}"
