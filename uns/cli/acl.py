"""`uns acl`: who may publish and hear what at the broker."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from uns.cli.app import NEGATIVE, WRONG_USE, Config, Json, app, err, fail, settings, show_data, show_json

SERVICE = "uns"


@app.command("acl")
def acl(
    output: Annotated[Path | None, typer.Option("--output", help="write it there instead", show_default=False)] = None,
    reader: Annotated[list[str] | None, typer.Option("--reader", help="a user who reads; else `reader`")] = None,
    machines: Annotated[
        list[str] | None,
        typer.Option("--machines", metavar="FILE=USER", help="a user who publishes what a rule file listens to"),
    ] = None,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """The Mosquitto ACL that follows from the rules: machines write raw topics, the service alone the governed ones.

    The machines of a rule file are one user, such as `dallas-machines`, unless `--machines` names others: several, if
    it is repeated. The service is the setting `username`, or `uns`. It is always about all rule files, for a broker has
    one list, however many instances serve them.

    Example: `uns acl --reader grafana --reader historian`
    """
    from uns.acl import grants, machines_of, written
    from uns.cli.project import bundle_of

    chosen = settings(config)
    bundle = bundle_of(chosen)
    named: dict[str, list[str]] = {}
    for each in machines or ():
        stem, _, user = each.partition("=")
        if stem not in {file.stem for file in bundle.files}:
            fail(WRONG_USE, f"--machines {each!r}: there is no rule file {stem!r}", "write FILE=USER")
        named.setdefault(stem, []).append(user)
    service, readers = chosen.username or SERVICE, list(dict.fromkeys(reader or ["reader"]))
    publishing = [user for file in bundle.files for user in named.get(file.stem, [machines_of(file)])]
    _refuse([service, *dict.fromkeys(publishing), *readers])
    given = list(grants(bundle, service, named, readers))
    if as_json:
        show_json([each._asdict() for each in given])
        return
    text = written(given, bundle.revision)
    if output is None:
        show_data(text)
    else:
        _put(output, text)


def _refuse(users: Iterable[str]) -> None:
    """One name in two parts, or a name that no password file of Mosquitto can hold."""
    seen = set()
    for user in users:
        if not user or user != user.strip() or ":" in user or not user.isprintable():
            fail(WRONG_USE, f"{user!r} cannot be a user of Mosquitto", "give the machines a name: --machines FILE=USER")
        if user in seen:
            fail(WRONG_USE, f"{user!r} would be two users in one", "give each a name of its own")
        seen.add(user)


def _put(path: Path, text: str) -> None:
    """Whole or not at all, and whoever could read what was there before still can."""
    new = path.with_name(f"{path.name}.new")
    try:
        new.touch(0o640)
        new.write_text(text, encoding="utf-8")
        if path.exists():
            before = path.stat()
            shutil.copymode(path, new)
            os.chown(new, before.st_uid, before.st_gid)
        new.replace(path)
    except OSError as error:
        _not_written(path, error)
    err.print(f"written to {path}; then: sudo systemctl reload mosquitto", markup=False)


def _not_written(path: Path, error: OSError) -> NoReturn:
    fail(NEGATIVE, f"{path} cannot be written: {error.strerror}", "name a folder that this user may write, or use sudo")
