"""The project that a verb works on: from arguments, or from the settings.

Most verbs find it in a folder: what speaks to the registry is imported for the others only, for it takes half a second.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import typer

from uns.bundle import Bundle
from uns.cli.app import NEGATIVE, WRONG_USE, err, fail, show
from uns.files import Project, project_at, read_documents
from uns.finding import FilePlace, Finding
from uns.judge import Judgement, judge
from uns.schema.catalog import Catalog
from uns.settings import Settings


class Judged(NamedTuple):
    project: Project
    judgement: Judgement
    findings: list[Finding]
    """Of the one file that was asked about, else all."""


def judged(paths: Sequence[Path], settings: Settings, in_force: Mapping[str, str] | None = None) -> list[Judged]:
    """Each project that the paths stand for; without paths the settings' own."""
    usual = Project(settings.rules, settings.schemas, Path.cwd())
    if not paths:
        return [_judged(usual, in_force)]
    results = []
    for path in paths:
        project = project_at(path, usual)
        if isinstance(project, Finding):
            results.append(Judged(Project(path, path, Path.cwd()), Judgement(None, (project,)), [project]))
        else:
            results.append(_judged(project, in_force))
    return results


def _judged(project: Project, in_force: Mapping[str, str] | None) -> Judged:
    documents, unreadable = read_documents(project.rules, project.schemas, project.base)
    judgement = judge(documents, time.time_ns(), in_force)
    if unreadable:
        judgement = Judgement(judgement.draft, (*unreadable, *judgement.findings))
    return Judged(project, judgement, list(_asked(judgement, project)))


def _asked(judgement: Judgement, project: Project) -> Iterable[Finding]:
    """Of the file that was asked about; all where the standard cannot be read, so that nobody can judge the file."""
    only = project.only.resolve() if project.only and judgement.draft else None
    for each in judgement.findings:
        file = each.where.file if isinstance(each.where, FilePlace) else ""
        if only is None or (project.base / file).resolve() == only:
            yield each


def bundle_of(settings: Settings) -> Bundle:
    """What the rules make, from where they are the truth; errors are shown and end the verb with status 1."""
    judgement = _judgement_of(settings)
    if judgement.bundle is None:
        show([each for each in judgement.findings if each.severity == "error"], err)
        raise typer.Exit(NEGATIVE)
    return judgement.bundle


def draft_of(settings: Settings) -> Bundle:
    """What they make even where they have errors: enough to know the root and the names."""
    judgement = _judgement_of(settings)
    if judgement.draft is None:
        show(judgement.findings[:5], err)
        raise typer.Exit(NEGATIVE)
    return judgement.draft


def _judgement_of(settings: Settings) -> Judgement:
    if settings.rules_source == "directory":
        return judged((), settings)[0].judgement
    from uns.cli.registered import registry, submitted

    with registry(settings) as engine:
        documents = submitted(engine)
    return judge(documents, time.time_ns())


def in_force(settings: Settings, against: Path | None) -> dict[str, str] | None:
    """Fingerprints of the schemas that were in force: of a folder, else the registry's; None where nobody can tell."""
    if against is not None:
        folder = against / "schemas" if (against / "schemas").is_dir() else against
        documents, _ = read_documents(folder, folder)
        if not documents.schemas:
            fail(WRONG_USE, f"{against} holds no schema", "name a folder that is laid out like `schemas/`")
        catalog, _ = Catalog.build(documents.schemas, documents.schemas_at, ())
        return dict(catalog.fingerprints)
    if settings.lacks_registry():
        return None
    from uns.cli.asked import registry_of
    from uns.registry import submissions

    engine = registry_of(settings)
    return None if engine is None else dict(submissions.schemas(engine))
