"""`uns doctor`: what stands between this machine and a running service."""

from __future__ import annotations

import typer

from uns.cli.app import NEGATIVE, UNREACHABLE, Config, Json, app, out, settings, show_json

MARKS = {"well": "[green]✓[/]", "note": "[yellow]![/]", "error": "[red]✗[/]", "unreachable": "[red]✗[/]"}
WIDEST = len("persistence") + 1


@app.command("doctor")
def doctor(as_json: Json = False, config: Config = None) -> None:
    """Rules, disk, ports, registry, broker, access list, clock: what is wrong with each, and the one thing to do.

    Example: `uns doctor`
    """
    from uns.service.checks import checks

    results = []
    for each in checks(settings(config)):
        results.append(each)
        if not as_json:
            out.print(f"{MARKS[each.grade]} {each.about:<{WIDEST}}", end="")
            remedy = f"\n  {'':<{WIDEST}}→ {each.remedy}" if each.remedy else ""
            out.print(each.message + remedy, markup=False)
    if as_json:
        show_json([each._asdict() for each in results])
    grades = {each.grade for each in results}
    if "unreachable" in grades:
        raise typer.Exit(UNREACHABLE)
    if "error" in grades:
        raise typer.Exit(NEGATIVE)
