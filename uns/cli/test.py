"""`uns test`: the cases inside the rule files."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from uns.cli.app import NEGATIVE, Config, Json, app, err, harmless, out, settings, show, show_json

if TYPE_CHECKING:
    from uns.bundle import Bundle
    from uns.cases import Ran


@app.command("test")
def run_cases(
    paths: Annotated[list[Path] | None, typer.Argument(help="projects, rules folders or files", metavar="PATH")] = None,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Run the cases of the rule files; a failing one shows expected beside got.

    Example: `uns test naming_rules`
    """
    from uns.cases import run_all
    from uns.cli.project import judged

    shown: list[tuple[Ran, Bundle]] = []
    failed = False
    for each in judged(paths or (), settings(config)):
        bundle = each.judgement.draft
        errors = [one for one in each.judgement.findings if one.severity == "error" and one.code != "test-failed"]
        if bundle is None or errors:
            show(errors, err)
            failed = True
            continue
        for ran in run_all(bundle, time.time_ns()):
            if each.project.only and (each.project.base / ran.case.place.file).resolve() != each.project.only.resolve():
                continue
            failed |= bool(ran.differences)
            shown.append((ran, bundle))
    if as_json:
        show_json([_as_json(ran, bundle.standard.root) for ran, bundle in shown])
    elif shown or not failed:
        _show([ran for ran, _ in shown])
    if failed:
        raise typer.Exit(NEGATIVE)


def _as_json(ran: Ran, root: str) -> dict[str, object]:
    from uns.cases import outcome

    return {
        "where": ran.case.place.as_json(),
        "name": ran.case.name or ran.case.topic,
        "passed": not ran.differences,
        "differences": list(ran.differences),
        "got": [outcome(decision, root) for decision in ran.decisions],
    }


def _show(all_of: list[Ran]) -> None:
    for ran in all_of:
        place = ran.case.place
        out.print("[red]failed[/]" if ran.differences else "[green]passed[/]", end="  ")
        out.print(f"{place.file}:{place.line}  {harmless(ran.case.name or ran.case.topic)}", markup=False)
        for difference in ran.differences:
            out.print(f"        {harmless(difference)}", markup=False)
    failed = sum(bool(ran.differences) for ran in all_of)
    out.print(f"{len(all_of) - failed} passed, {failed} failed")
