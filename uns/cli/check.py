"""`uns check`: every finding in the standard, rule files, tables, schemas and settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from uns.cli.app import NEGATIVE, Config, Json, app, err, out, show, show_json
from uns.finding import Finding, Severity
from uns.settings import Settings
from uns.settings.loading import load


@app.command("check")
def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="projects, rules folders or files", metavar="PATH")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="warnings end with status 1 too")] = False,
    against: Annotated[
        Path | None, typer.Option("--against", help="schemas as they were in force", exists=True, file_okay=False)
    ] = None,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Every finding, each with its place and what to do.

    Example: `uns check naming_rules`
    """
    from uns.cli.project import in_force, judged
    from uns.judge import ordered
    from uns.share import unknown_files

    settings, findings = load({}, config=config)
    usable = settings or Settings()
    for each in judged(paths or (), usable, in_force(usable, against)):
        findings += each.findings
        if not paths and each.judgement.draft is not None:
            findings += unknown_files(each.judgement.draft, usable.files)
    shown = ordered(dict.fromkeys(findings))
    if as_json:
        show_json([each.as_json() for each in shown])
    else:
        show(shown)
        _tally(shown)
    grave = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    if any(each.severity in grave for each in shown):
        raise typer.Exit(NEGATIVE)


def _tally(findings: Sequence[Finding]) -> None:
    counts = [(severity, sum(each.count for each in findings if each.severity is severity)) for severity in Severity]
    parts = [f"{count} {severity}{'s' if count != 1 else ''}" for severity, count in counts if count]
    (err if findings else out).print(", ".join(parts) or "[green]all well[/]")
