"""`uns run`: the service."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from uns.cli.app import NEGATIVE, Config, app, fail, one_of, settings
from uns.settings import Settings

SECRET = "password"
"""The one setting without a flag: everybody on the machine can read a command line."""

Only = Annotated[
    Literal["path", "api"] | None,
    typer.Option("--only", parser=one_of("path", "api"), help="one of the two processes"),
]


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _with_a_flag_for_each_setting(verb: Callable[..., None]) -> Callable[..., None]:
    """The verb's `given` spelled out, for typer reads what a verb takes from its signature."""
    own = [each for each in inspect.signature(verb, eval_str=True).parameters.values() if each.name != "given"]
    flags = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                Path | None if field.annotation in (Path, Path | None) else str | None,
                typer.Option(_flag(name), help=field.description, show_default=False),
            ],
        )
        for name, field in Settings.model_fields.items()
        if name != SECRET
    ]
    vars(verb)["__signature__"] = inspect.Signature([*own, *flags])
    return verb


def _refuse_an_empty_place(chosen: Settings) -> None:
    """Before a registry and a state folder are made there."""
    from uns import lastgood

    served_before = (chosen.state / lastgood.NAME).exists()
    if chosen.rules_source == "directory" and not served_before and not chosen.rules.exists():
        fail(NEGATIVE, f"there is no folder {chosen.rules}", "run it in the project's folder, or set `rules`")


@app.command("run")
@_with_a_flag_for_each_setting
def run(only: Only = None, config: Config = None, **given: str | Path | None) -> None:
    """The service: the message path and, beside it, the API. SIGTERM ends both, SIGHUP reads the rules again.

    Each setting has a flag, but the password: that stands in a file or in a variable.

    Example: `uns run --rules naming_rules --only path`
    """
    chosen = settings(config, **given)
    if only == "api":
        from uns.api.server import serve

        raise typer.Exit(serve(chosen))
    _refuse_an_empty_place(chosen)
    from uns.service.beside import api_command
    from uns.service.run import serve_path

    arguments = [text for key, value in given.items() if value is not None for text in (_flag(key), str(value))]
    if config is not None:
        arguments += ["--config", str(config)]
    raise typer.Exit(serve_path(chosen, None if only == "path" else api_command(arguments)))
