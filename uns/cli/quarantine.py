"""`uns quarantine`: the rejected samples, with their raw messages."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from uns.cli.app import NEGATIVE, WRONG_USE, Config, Json, app, err, fail, harmless, out, settings, show, show_json
from uns.cli.rejected import Which, about_kinds
from uns.instant import legible

verbs = typer.Typer(help="The rejected samples, with their raw messages.", no_args_is_help=True)
app.add_typer(verbs, name="quarantine")

State = Literal["kept", "replayed", "discarded", "any"]
ADDRESS, PAYLOAD = 200, 4_000
"""Characters that a person is shown; a topic may have 65 535 bytes, a message megabytes."""


@verbs.command("list")
@about_kinds
def list_(
    which: Which,
    state: Annotated[State, typer.Option(help="what became of them")] = "kept",
    limit: Annotated[int, typer.Option(help="how many", min=1, max=1000)] = 20,
    cursor: Annotated[str | None, typer.Option(help="where an earlier list stopped", show_default=False)] = None,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Rejected samples, the newest first.

    Example: `uns quarantine list --code value-type`
    """
    from uns.cli.registered import registry
    from uns.cursor import BadCursor
    from uns.registry.entries import count, entries, stock

    wanted = which.filter()._replace(state=None if state == "any" else state)
    with registry(settings(config)) as engine:
        try:
            page = entries(engine, wanted, cursor, limit)
        except BadCursor as error:
            fail(WRONG_USE, str(error), "take it from `next` of an earlier list")
        held, waiting = stock(engine), count(engine)
    if as_json:
        shown = {"items": [each.as_json() for each in page.items], "next": page.next}
        show_json({**shown, **{name: getattr(held, name) for name in ("quarantined", "counted_only", "forgotten")}})
        return
    for each in page.items:
        address = each.raw.topic + (f" [{each.tag}]" if each.tag is not None else "")
        out.print(f"{each.id:>8}  {legible(each.raw.received)}  {_cut(harmless(address), ADDRESS)}", markup=False)
        for finding in each.findings:
            out.print(f"          {harmless(finding.message)} ({finding.code})", markup=False)
    forgotten = f" ({held.forgotten} of causes no longer told apart)" if held.forgotten else ""
    kept = f"{waiting} kept" + (f", {held.kept - waiting} settled" if held.kept > waiting else "")
    err.print(
        f"{len(page.items)} shown, {kept}, {held.counted_only} counted only{forgotten}"
        + (f"; go on with --cursor {page.next}" if page.next else ""),
        markup=False,
    )


@verbs.command("causes")
def causes_(
    limit: Annotated[int, typer.Option(help="how many", min=1, max=10_000)] = 20,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """What is rejected most: rule, code and address, with how often, also where it is counted only.

    Example: `uns quarantine causes`
    """
    from uns.cli.registered import registry
    from uns.registry.entries import counts

    with registry(settings(config)) as engine:
        found = counts(engine, limit)
    if as_json:
        show_json([each.as_json() for each in found])
        return
    for each in found:
        address = each.topic + (f" [{each.tag}]" if each.tag is not None else "")
        what = (
            f"{_cut(harmless(address), ADDRESS)}  {each.code}  {each.rule or 'no rule'}"
            if each.code
            else "causes no longer told apart"
        )
        only = f", {each.counted_only} of them counted only" if each.counted_only else ""
        out.print(f"{each.quarantined:>8}  {what}, lately {legible(each.last)}{only}", markup=False)


@verbs.command("show")
def show_(
    number: Annotated[int, typer.Argument(help="as `list` shows it", metavar="ID", min=1, max=2**63 - 1)],
    as_json: Json = False,
    config: Config = None,
) -> None:
    """One rejected sample, everything that is wrong with it, and its raw message.

    Example: `uns quarantine show 1`
    """
    from uns.cli.registered import registry
    from uns.registry.entries import entry

    with registry(settings(config)) as engine:
        found = entry(engine, number)
    if found is None:
        fail(NEGATIVE, f"quarantine keeps no entry {number}", "`uns quarantine list` shows what it keeps")
    if as_json:
        show_json({**found.as_json(), "raw": found.raw_as_json()})
        return
    shown = found.as_json() | {"received": legible(found.raw.received), "kept_at": legible(found.kept_at)}
    for name in ("topic", "tag", "rule", "instance", "received", "kept_at", "state", "bundle", "context"):
        if shown[name] is not None:
            out.print(f"[bold]{name:<10}[/]", end="")
            out.print(harmless(shown[name]), markup=False)
    show(found.findings)
    raw = found.raw_as_json()
    payload = harmless(raw["text"]) if raw["text"] is not None else raw["hex"]
    out.print(_cut(payload, PAYLOAD), markup=False)
    if len(payload) > PAYLOAD:
        err.print(f"the beginning of {len(found.raw.payload)} bytes; --json shows all", highlight=False)
    if found.state == "kept":
        alike = Which(rule=found.rule, code=found.findings[0].code)
        err.print(f"once that is mended: uns quarantine replay{alike}", markup=False)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
