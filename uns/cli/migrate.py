"""`uns migrate`: brings the registry's schema up to date."""

from __future__ import annotations

from uns.cli.app import UNREACHABLE, Config, Json, app, fail, out, settings, show_json


@app.command("migrate")
def migrate(as_json: Json = False, config: Config = None) -> None:
    """Bring the registry's schema up to date; a registry that is not there yet is made.

    Example: `uns migrate`
    """
    from uns.cli.registered import connected, shown
    from uns.registry.engine import RegistryAway
    from uns.registry.migrate import head
    from uns.registry.migrate import migrate as bring_up_to_date

    try:
        with connected(settings(config)) as engine:
            done = bring_up_to_date(engine)
            where = shown(engine)
    except RegistryAway as away:
        fail(UNREACHABLE, away.message, away.remedy)
    if as_json:
        show_json({"registry": where, "migrated": done, "schema": head()})
    else:
        out.print(f"{where} {'is up to date now' if done else 'was up to date'}", markup=False)
