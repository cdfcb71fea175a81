"""`uns registry`: what exists and when, as CSV."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from uns.cli.app import (
    NEGATIVE,
    WRONG_USE,
    Config,
    Json,
    app,
    bar,
    err,
    fail,
    one_line,
    one_of,
    out,
    settings,
    show,
    show_data,
    show_json,
)
from uns.cli.calendar_file import Asked, is_calendar

if TYPE_CHECKING:
    from rich.progress import Progress

    from uns.naming.lookup import Row
    from uns.registry.csv import Imported

verbs = typer.Typer(help="Equipment, products, batches and shifts, as CSV.", no_args_is_help=True)
app.add_typer(verbs, name="registry")


class Kind(StrEnum):
    EQUIPMENT = "equipment"
    PRODUCTS = "products"
    BATCHES = "batches"
    SHIFTS = "shifts"
    SHIFT_EXCEPTIONS = "shift-exceptions"


KindArgument = Annotated[Kind, typer.Argument(parser=one_of(*Kind), help="what the sheet holds", metavar="KIND")]


@verbs.command("import")
def import_(
    kind: KindArgument,
    file: Annotated[Path, typer.Argument(help="CSV, or - for standard input; shift-exceptions also as iCalendar")],
    why: Annotated[str | None, typer.Option("--why", help="a word for the history")] = None,
    equipment: Annotated[str | None, typer.Option("--equipment", help="iCalendar: whose shifts are off")] = None,
    shift: Annotated[list[str] | None, typer.Option("--shift", help="iCalendar: only these shifts")] = None,
    only: Annotated[list[str] | None, typer.Option("--only", help="iCalendar: only events with such words")] = None,
    but: Annotated[list[str] | None, typer.Option("--except", help="iCalendar: no events with such words")] = None,
    since: Annotated[str | None, typer.Option("--from", help="iCalendar: from that date on; today")] = None,
    until: Annotated[str | None, typer.Option("--until", help="iCalendar: up to before that date; 2 years")] = None,
    replaces: Annotated[bool, typer.Option("--replace", help="iCalendar: vanished events take no shift off")] = False,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Take a sheet: checked whole, all or nothing; what is in the registry already changes nothing.

    Holidays and shutdowns of a calendar file take shifts off: `shift-exceptions holidays.ics --equipment dallas`.

    Example: `uns registry import shifts shifts.csv`
    """
    from uns.cli.registered import person, registry, standard_of
    from uns.registry.csv import take
    from uns.registry.writing import Author

    chosen, content, name = settings(config), _content(file), _name(file)
    asked = Asked(equipment, shift or [], only or [], but or [], since, until, replaces)
    from_calendar = is_calendar(content, name)
    asked.check(kind, name, from_calendar)
    with registry(chosen, create=True) as engine:
        author, standard = Author(person(), time.time_ns(), why), standard_of(chosen, engine)
        if from_calendar:
            from uns.registry.ics import take_calendar

            done = take_calendar(engine, content, name, standard, asked.wanted(standard, author.at), author)
        else:
            with bar() as progress:
                done = take(engine, kind.value, content, name, standard, author, partial(_watched, progress))
    _show(done, as_json)


def _show(done: Imported, as_json: bool) -> None:
    tally = done.tally
    if as_json:
        show_json({"findings": [each.as_json() for each in done.findings], **tally._asdict()})
    else:
        show(done.findings)
    if done.is_refused:
        err.print("nothing was imported", markup=False)
    elif not as_json:
        counts = f"{tally.added} added, {tally.corrected} corrected, {tally.unchanged} unchanged"
        out.print(f"{counts}, {tally.removed} removed" if tally.removed else counts, markup=False)
    raise typer.Exit(NEGATIVE if done.is_refused else 0)


@verbs.command("export")
def export_(
    kind: KindArgument,
    file: Annotated[Path | None, typer.Argument(help="CSV to write; standard output without it")] = None,
    config: Config = None,
) -> None:
    """Write a sheet that `import` takes back; of equipment also its role, as the standard says it.

    Example: `uns registry export batches batches.csv`
    """
    from uns.cli.registered import registry, standard_of
    from uns.registry.csv import export

    chosen = settings(config)
    with registry(chosen) as engine:
        text = export(engine, kind.value, standard_of(chosen, engine) if kind is Kind.EQUIPMENT else None)
    if file is None or str(file) == "-":
        show_data(text)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(WRONG_USE, f"{file} cannot be written: {error.strerror}", "name another file")


@verbs.command("list")
def list_(kind: KindArgument, as_json: Json = False, config: Config = None) -> None:
    """What the registry holds now; of equipment also its role, as the standard says it.

    Example: `uns registry list batches`
    """
    from uns.cli.registered import registry, standard_of
    from uns.registry.csv import listed

    chosen = settings(config)
    with registry(chosen) as engine:
        columns, rows = listed(engine, kind.value, standard_of(chosen, engine) if kind is Kind.EQUIPMENT else None)
    if as_json:
        show_json([{name: row.get(name) for name in columns} for row in rows])
        return
    for line in _aligned([columns, *([row.get(name, "") for name in columns] for row in rows)]):
        out.print(line, markup=False)


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """As wide as they are: a path or a time that is cut to the terminal is of no use, least of all in a pipe."""
    from rich.cells import cell_len, set_cell_size

    rows = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(map(set_cell_size, row, widths)).rstrip()


def _watched(progress: Progress, rows: Sequence[Row]) -> Iterator[Row]:
    """Behind the last row begins the writing, of which nobody knows how far it is."""
    yield from progress.track(rows, description="checked")
    progress.add_task("writing", total=None)


def _content(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        fail(WRONG_USE, f"{file} cannot be read: {error.strerror}", "name a file that is there")


def _name(file: Path) -> str:
    return "<stdin>" if str(file) == "-" else file.as_posix()
