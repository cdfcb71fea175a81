"""An explanation as a person reads it: steps in a column, places beside them."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape

from uns.cli.app import COLOURS, harmless
from uns.explain import Explanation, Line

STEP, PLACE, SUBJECT = 10, 30, 30
OF_STEPS: dict[str, str] = {**COLOURS, "publish": "green", "quarantine": "red"}


def rendered(explanation: Explanation) -> Iterator[str]:
    """Its lines with markup, aligned where they fit."""
    for line in explanation.lines:
        yield _rendered(line._replace(subject=harmless(line.subject), detail=harmless(line.detail))).rstrip()


def _rendered(line: Line) -> str:
    step = f"{line.step:<{STEP}}"
    colour = OF_STEPS.get(line.step.removeprefix("observe "))
    shown = f"[{colour}]{step}[/]" if colour else f"[bold]{step}[/]"
    if line.place is None:
        return shown + escape(f"{line.subject:<{SUBJECT}}  {line.detail}" if line.detail else line.subject)
    place = line.place.file if line.step == "contract" else f"{line.place.file}:{line.place.line}"
    if line.step in ("error", "warning", "note"):
        return shown + escape(f"{line.subject}  {place}")
    subject = f"{line.subject:<{SUBJECT}}"
    return f"{shown}[dim]{escape(f'{place:<{PLACE}}')}[/]  {escape(f'{subject}{line.detail}')}"
