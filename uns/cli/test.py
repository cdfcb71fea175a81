"""`uns test`: the cases inside the rule files."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from uns.cli.app import NEGATIVE, Config, Json, app, err, out, settings, show, show_json


@app.command("test")
def run_cases(
    paths: Annotated[list[Path] | None, typer.Argument(help="projects, rules folders or files", metavar="PATH")] = None,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Run the cases of the rule files; a failing one shows expected beside got.

    Example: `uns test naming_rules`
    """
    from uns.cases import outcome, run_all
    from uns.cli.project import judged

    rows, failed = [], False
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
            rows.append(
                {
                    "where": ran.case.place.as_json(),
                    "name": ran.case.name or ran.case.topic,
                    "passed": not ran.differences,
                    "differences": list(ran.differences),
                    "got": [outcome(decision, bundle.standard.root) for decision in ran.decisions],
                }
            )
    if as_json:
        show_json(rows)
    elif rows or not failed:
        _shown(rows)
    if failed:
        raise typer.Exit(NEGATIVE)


def _shown(rows: list[dict[str, object]]) -> None:
    for row in rows:
        where = row["where"]
        place = f"{where['file']}:{where['line']}" if isinstance(where, dict) else ""
        mark = "[green]passed[/]" if row["passed"] else "[red]failed[/]"
        out.print(f"{mark}  {place}  {str(row['name']).replace('[', chr(92) + '[')}")
        for difference in row["differences"] if isinstance(row["differences"], list) else ():
            out.print(f"        {difference}", markup=False)
    passed = sum(bool(row["passed"]) for row in rows)
    out.print(f"{passed} passed, {len(rows) - passed} failed")
