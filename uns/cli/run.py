"""`uns run`: the service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from uns.cli.app import Config, app, settings


@app.command("run")
def run(
    only: Annotated[Literal["path", "api"] | None, typer.Option("--only", help="one of the two processes")] = None,
    broker: Annotated[str | None, typer.Option(help="mqtt://host:port", show_default=False)] = None,
    rules: Annotated[Path | None, typer.Option(help="folder of rule files", show_default=False)] = None,
    schemas: Annotated[Path | None, typer.Option(help="folder of schemas", show_default=False)] = None,
    registry: Annotated[str | None, typer.Option(help="SQLAlchemy URL", show_default=False)] = None,
    instance: Annotated[str | None, typer.Option(help="name of this service", show_default=False)] = None,
    config: Config = None,
) -> None:
    """The service: the message path and, beside it, the API. SIGTERM ends both, SIGHUP reads the rules again.

    Example: `uns run --rules naming_rules --only path`
    """
    flags = {"broker": broker, "rules": rules, "schemas": schemas, "registry": registry, "instance": instance}
    chosen = settings(config, **flags)
    if only == "api":
        from uns.api.server import serve

        raise typer.Exit(serve(chosen))
    from uns.service.run import api_command, serve_path

    arguments = [text for key, value in flags.items() if value is not None for text in (f"--{key}", str(value))]
    if config is not None:
        arguments += ["--config", str(config)]
    raise typer.Exit(serve_path(chosen, None if only == "path" else api_command(arguments)))
