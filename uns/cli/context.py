"""`uns context`: batch, shift and product on a piece of equipment at an instant."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from uns.cli.app import NEGATIVE, WRONG_USE, Config, Json, app, err, fail, out, settings, show, show_json
from uns.cli.asking import Asking
from uns.context.shown import members
from uns.instant import LATEST, SECOND, Instant, legible, rfc3339, to_datetime

if TYPE_CHECKING:
    from uns.context.timeline import Timeline
    from uns.context.values import Context
    from uns.equipment import EquipmentPath
    from uns.naming.standard import Standard
    from uns.registry.moments import Moment


verbs = typer.Typer(cls=Asking, help="Batch, shift and product there and then.")
app.add_typer(verbs, name="context")


@verbs.command(Asking.plain)
def context(
    equipment: Annotated[str, typer.Argument(help="path of the equipment, with or without the root")],
    at: Annotated[str | None, typer.Option("--at", help="instant, with an offset or on the site's clocks")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="as was believed at this time, or in this registry revision")
    ] = None,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Batch, shift and product there and then, and where each comes from.

    `uns context diff` tells what corrections changed of it.

    Example: `uns context dallas/packaging/line-3 --at 2026-11-20T06:30`
    """
    from uns.cli.registered import registry, standard_of
    from uns.registry.moments import Unmeant, said
    from uns.registry.timeline import around

    chosen = settings(config)
    with registry(chosen) as engine:
        standard = standard_of(chosen, engine)
        path = equipment_of(equipment, standard)
        zone = standard.sites[path.site].zone
        instant = time.time_ns() if at is None else instant_of(at, zone, "--at")
        believed = None if as_of is None else moment_of(as_of, zone, "--as-of")
        try:
            timeline = around(engine, standard, instant, believed)
        except Unmeant as error:
            fail(WRONG_USE, f"--{error.end}: {error}", error.remedy)
    doubt(path, timeline, standard)
    found = timeline.at(path, instant)
    if as_json:
        asked = {"equipment": f"{standard.root}/{path}", "at": rfc3339(instant)}
        show_json({**asked, **members(found, standard.root), "revision": timeline.revision})
        return
    out.print(f"[bold]{'equipment':<10}[/]{standard.root}/{path}")
    then = "" if believed is None else f", as believed {said(believed)}"
    out.print(f"[bold]{'at':<10}[/]{legible(instant)}{then}")
    for name, value in _lines(found, path, standard):
        out.print(f"[bold]{name:<10}[/]", end="")
        out.print(value, markup=False)
    out.print(f"[bold]{'revision':<10}[/]{timeline.revision}")


def equipment_of(text: str, standard: Standard) -> EquipmentPath:
    """What an argument names; the verb ends where the standard has no such equipment."""
    from uns.finding import Malformed
    from uns.naming.equipment import OffStandard, read_equipment

    try:
        return read_equipment(standard, text.strip("/"))
    except Malformed as error:
        fail(NEGATIVE if isinstance(error, OffStandard) else WRONG_USE, str(error), error.remedy)


def doubt(path: EquipmentPath, timeline: Timeline, standard: Standard) -> None:
    """A word where nobody registered it: a slip in its name looks like equipment on which nothing runs."""
    from uns.finding import nearest
    from uns.naming.equipment import with_root

    if not timeline.equipment or timeline.knows(path):
        return
    above = path.rpartition("/")[0]
    near = nearest(path, [each for each, _ in timeline.equipment if each.rpartition("/")[0] == above])
    err.print(f"[yellow]note:[/] {with_root(standard, path)} is not in the registry", highlight=False)
    hint = f"did you mean {with_root(standard, near)}?" if near else "uns registry list equipment"
    err.print(f"  → {hint}", markup=False)


def instant_of(text: str, zone: str, option: str) -> Instant:
    from uns.context.believable import ambiguity, on_the_clocks
    from uns.finding import FilePlace, Malformed

    try:
        instant = on_the_clocks(text, ZoneInfo(zone))
    except Malformed as error:
        fail(WRONG_USE, f"{option}: {error}", error.remedy)
    ambiguous = ambiguity(text, ZoneInfo(zone), FilePlace(option))
    if ambiguous is not None:
        show([ambiguous], err)
    return instant


def moment_of(text: str, zone: str, option: str) -> Moment:
    """A revision of the registry, or a time with an offset or on the site's clocks."""
    from uns.registry.moments import Revision

    return Revision(text) if text.isascii() and text.isdigit() and len(text) < 19 else instant_of(text, zone, option)


def _lines(found: Context, path: EquipmentPath, standard: Standard) -> list[tuple[str, str]]:
    batch, shift, product = found.batch, found.shift, found.product
    zone = ZoneInfo(standard.sites[path.site].zone)
    lines = []
    if batch:
        span = f"{clock(batch.start, zone)} – {clock(batch.stop, zone)}"
        said = (f"order {batch.order}" if batch.order else None, batch.state)
        named = ", ".join([batch.id, *filter(None, said)])
        lines.append(("batch", f"{named}  {span}  {_where(batch.equipment, path, standard.root)}"))
    elif found.ambiguous:
        lines.append(("batch", f"none: {', '.join(found.ambiguous)} run at once"))
    else:
        lines.append(("batch", "none"))
    if shift:
        crew = f", crew {shift.crew}" if shift.crew else ""
        span = f"{clock(shift.start, zone)} – {clock(shift.stop, zone)}"
        lines.append(
            ("shift", f"{shift.id}  {shift.date}{crew}  {span}  {_where(shift.equipment, path, standard.root)}")
        )
    else:
        lines.append(("shift", "none"))
    lines.append(("product", f"{product.id}  {product.name or ''} (from the batch)" if product else "none"))
    return lines


def clock(instant: Instant | None, zone: ZoneInfo) -> str:
    """On the site's clocks, with seconds where it is not on the minute."""
    if instant is None or instant >= LATEST:
        return "open"
    seconds = ":%S" if instant % (60 * SECOND) else ""
    return to_datetime(instant).astimezone(zone).strftime(f"%Y-%m-%d %H:%M{seconds}%z")


def _where(origin: EquipmentPath | None, path: EquipmentPath, root: str) -> str:
    """On which level it was found."""
    if origin is None:
        return ""
    up = path.count("/") - origin.count("/")
    return f"{root}/{origin}" + (f" ({up} level{'s' if up > 1 else ''} up)" if up else "")
