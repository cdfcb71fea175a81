"""What every verb shares: the application, settings, exit statuses, and how findings are shown."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console

from uns.exit_status import NEGATIVE as NEGATIVE
from uns.exit_status import UNREACHABLE as UNREACHABLE
from uns.exit_status import WRONG_USE as WRONG_USE
from uns.finding import Finding, Severity
from uns.settings import Settings
from uns.settings.loading import load

if TYPE_CHECKING:
    from rich.progress import Progress

T = TypeVar("T", bound=str)

app = typer.Typer(
    name="uns",
    help="The contextualizer for the Unified Namespace.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def bar() -> Progress:
    """How far a verb is: on a terminal while it lasts, elsewhere nothing."""
    from rich.progress import Progress

    return Progress(console=err, transient=True, disable=not err.is_terminal)


def _version(wanted: bool) -> None:
    if wanted:
        from uns import __version__

        path = find_spec("uns.ledger")  # one of those that a wheel may hold compiled
        in_python = path is None or str(path.origin).endswith(".py")
        out.print(f"uns {__version__}, message path {'in Python' if in_python else 'compiled'}")
        raise typer.Exit


@app.callback()
def uns(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="which version this is, and if compiled")
    ] = False,
) -> None: ...


Config = Annotated[Path | None, typer.Option("--config", help="settings file instead of uns.toml", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="print JSON")]


def one_of(*choices: T) -> Callable[[str], T]:
    """A parser that refuses anything else in our own words: typer would pass on how it found out."""

    def parse(text: str) -> T:
        for each in choices:
            if each == text:
                return each
        raise typer.BadParameter(f"{text!r} is not one of {', '.join(choices)}")

    return parse


NOBODY = "nobody now: no running instance says that it serves this rule file"
COLOURS: dict[str, str] = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def harmless(text: str) -> str:
    """Without what a terminal would obey."""
    return "".join(each if each.isprintable() or each == "\n" else repr(each)[1:-1] for each in text)


def one_line(text: str) -> str:
    """Harmless, and without ends of lines."""
    return harmless(text).replace("\n", "\\n")


def fail(status: int, message: str, remedy: str = "") -> NoReturn:
    """End with one line that says what is wrong and, on the next, what to do."""
    err.print(f"[bold red]error:[/] {_plain(message)}")
    if remedy:
        err.print(f"  → {_plain(remedy)}")
    raise typer.Exit(status)


def settings(config: Path | None = None, **flags: Any) -> Settings:
    """The settings in force; wrong ones end the verb with status 2 and every finding."""
    loaded, findings = load(flags, config=config)
    if loaded is None:
        show(findings, err)
        raise typer.Exit(WRONG_USE)
    return loaded


def show(findings: Iterable[Finding], console: Console = out) -> None:
    """Findings for a person: place, severity, message, code, and the remedy below."""
    for finding in findings:
        colour = COLOURS[finding.severity]
        console.print(
            f"{_plain(str(finding.where))}: [{colour}]{finding.severity}[/]: {_plain(finding.message)} "
            f"[dim]({finding.code})[/]\n  → {_plain(finding.remedy)}"
        )


def show_json(value: Any) -> None:
    """One JSON document on standard output, indented, text as it is."""
    show_data(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def show_data(text: str) -> None:
    """For a program or a file, and so in UTF-8, whatever the terminal's character set."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors=sys.stdout.errors)
    sys.stdout.write(text)


def _plain(text: str) -> str:
    return harmless(text).replace("[", "\\[")
