"""The registry as verbs see it: there, up to date, and beside it the standard that names sites and levels."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from sqlalchemy import Engine

from uns.bundle import Documents
from uns.cli.app import NEGATIVE, UNREACHABLE, err, fail, show
from uns.files import read_documents
from uns.finding import Severity
from uns.naming.parse.project import STANDARD, parse_project
from uns.naming.standard import Standard
from uns.registry import submissions
from uns.registry.configured import engine_of
from uns.registry.engine import RegistryAway
from uns.registry.migrate import be_current, migrate
from uns.settings import Settings


@contextmanager
def registry(settings: Settings, create: bool = False) -> Iterator[Engine]:
    """An engine for as long as a verb needs it. `create` brings a registry that was never used up to date first."""
    try:
        with connected(settings) as engine:
            _be_ready(settings, engine, create)
            yield engine
    except RegistryAway as away:
        fail(UNREACHABLE, away.message, away.remedy)


@contextmanager
def connected(settings: Settings) -> Iterator[Engine]:
    """An engine, whatever state its registry is in."""
    engine = engine_of(settings)
    try:
        yield engine
    finally:
        engine.dispose()


def _be_ready(settings: Settings, engine: Engine, create: bool) -> None:
    if settings.lacks_registry():
        if not create:
            fail(UNREACHABLE, f"there is no registry at {shown(engine)}", "`uns migrate` makes one, and `uns run` too")
        migrate(engine)
        err.print(f"made a registry at {shown(engine)}", markup=False)
    else:
        be_current(engine)


def person() -> str:
    """Whoever runs this verb, for the history, also through sudo; by number where the system has no name for them."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def shown(engine: Engine) -> str:
    """Its URL without the password."""
    return engine.url.render_as_string(hide_password=True)


def submitted(engine: Engine) -> Documents:
    """What was submitted and is in force; status 1 where nothing ever was."""
    known = submissions.in_force(engine)
    if known is None:
        fail(NEGATIVE, "nothing was ever submitted, so there are no rules", "`uns submit` the first change set")
    return known[1]


def standard_of(settings: Settings, engine: Engine) -> Standard:
    """The standard in force: of the folder, or of what was submitted; rule files are not judged for this."""
    if settings.rules_source == "registry":
        documents = submitted(engine)
    else:
        documents, _ = read_documents(settings.rules, settings.schemas)
    files = {path: data for path, data in documents.rules.items() if path == STANDARD or not path.endswith(".yaml")}
    parsed = parse_project(files, documents.rules_at)
    if parsed.standard is None:
        show([each for each in parsed.findings if each.severity is Severity.ERROR], err)
        raise typer.Exit(NEGATIVE)
    return parsed.standard
